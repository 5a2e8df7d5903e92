"""What can go wrong with tickets, in the words of the person who reads it."""

from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, TooMany


class TicketUnknown(NotFound):
    code = "ticket_unknown"
    message = "没有找到这件诉求"


class TicketMoved(Conflict):
    code = "ticket_moved"
    message = "这件事刚才已有人办了一步，请看最新情况再办"


class NotYours(NotAllowed):
    code = "not_yours"
    message = "这一步不归您办"


class HandlerVerifies(NotAllowed):
    code = "handler_verifies"
    message = "办理过这件事的人不能自己回访、审批或核定，请换一位同事"


class NothingSaid(InvalidInput):
    code = "nothing_said"
    message = "请写几个字、拍张照片或说一段话"


class FilesInvalid(InvalidInput):
    code = "files_invalid"
    message = "照片或录音没有传好，请删掉重新传"


class CategoryUnknown(InvalidInput):
    code = "category_unknown"
    message = "没有这个分类，请重新选择"


class TooManyTickets(TooMany):
    code = "too_many_tickets"
    message = "今天提的已经不少了，请明天再提；急事请打 12345"


class ProxyCapReached(TooMany):
    code = "proxy_cap_reached"
    message = "今天代录的件数已到上限，请换一位同事代录"


class AlreadyReopened(Conflict):
    code = "already_reopened"
    message = "重办只能提一次。还没解决的话，县诉求受理中心会再联系您，也可以打 12345"


class TicketKeyReused(Conflict):
    code = "idempotency_conflict"
    message = "这件诉求已经提过，内容不一样，请刷新后再试"


class ExtensionPending(Conflict):
    code = "extension_pending"
    message = "已有一个延期申请在等审批"


class TooLateToExtend(Conflict):
    code = "too_late_to_extend"
    message = "已过办结期限，不能再延期"


class VerdictGiven(Conflict):
    code = "verdict_given"
    message = "已经评过这件事了"


class UnitUnfit(InvalidInput):
    code = "unit_unfit"
    message = "不能派给这个单位"
