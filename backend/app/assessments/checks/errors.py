"""What can go wrong with checks on site."""

from backend.app.core.errors import Conflict, NotAllowed, NotFound


class CheckUnknown(NotFound):
    code = "check_unknown"
    message = "没有找到这项核查"


class CheckMoved(Conflict):
    code = "check_moved"
    message = "这项核查刚才已有人办过，请刷新后再看"


class NotYourCheck(NotAllowed):
    code = "not_your_check"
    message = "核查的人、本单位的人不能裁定，请换一位同事"
