"""What can go wrong with a reorganisation, in the words of the person who reads it."""

from backend.app.core.errors import Conflict, NotAllowed, NotFound


class ReorganisationUnknown(NotFound):
    code = "reorganisation_unknown"
    message = "没有找到这次调整"


class ReorganisationDecided(Conflict):
    code = "already_decided"
    message = "这次调整刚才已经有人办过或撤回了，请刷新"


class ReorganisationWaits(Conflict):
    code = "reorganisation_waits"
    message = "这个村已有一次调整在等确认，先确认或撤回它"


class OwnReorganisation(NotAllowed):
    code = "same_person"
    message = "提出的人不能自己确认，请换一位同事"
