"""What can go wrong with subjects."""

from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound


class SubjectUnknown(NotFound):
    """There is no such subject in the county."""

    message = "没有找到这个主体"


class SubjectInvitationUnknown(InvalidInput):
    """No such code, used by somebody else, or too old."""

    message = "邀请码不对，或者过了三天。请让考核办再发一个"


class NotYourSubject(NotFound):
    """The reader does not run it."""

    message = "没有找到您经营的主体"


class ExitMoved(Conflict):
    """Somebody else was faster, or it cannot be done from where it stands."""

    message = "这件退出的事已经有变化，请刷新再看"


class NotAnotherHand(NotAllowed):
    """Whoever proposed decides."""

    message = "提出和审定要两个人，您提出的由别人审定"
