"""What can go wrong with talks."""

from backend.app.core.errors import Conflict, NotFound


class TalkMoved(Conflict):
    """Both have written."""

    code = "talk_moved"
    message = "这次谈话双方都记录了，不能再改；有新的情况，下一次谈话再记"


class TalkUnknown(NotFound):
    """Neither the person's own programme, nor one whose people the reader answers for."""

    code = "talk_unknown"
    message = "没有找到这位被考核人，或者不归您谈"
