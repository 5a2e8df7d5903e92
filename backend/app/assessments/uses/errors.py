"""What can go wrong with uses of results."""

from backend.app.core.errors import Conflict, NotFound


class UseUnknown(NotFound):
    code = "use_unknown"
    message = "没有找到这条结果运用"


class UseMoved(Conflict):
    code = "use_moved"
    message = "这条结果运用已经撤销"
