"""What can go wrong with windows, reports and reviews."""

from backend.app.core.errors import Conflict, NotAllowed, NotFound


class WindowUnknown(NotFound):
    code = "window_unknown"
    message = "没有找到这个月的填报窗口"


class WindowMoved(Conflict):
    code = "window_moved"
    message = "这个月的填报窗口已经关闭"


class ReportUnknown(NotFound):
    code = "report_unknown"
    message = "没有找到这条进度汇报"


class ReportMoved(Conflict):
    code = "report_moved"
    message = "这条汇报刚才已有人办过，请刷新后再看"


class OwnReport(NotAllowed):
    code = "own_report"
    message = "自己报的不能自己审，请换一位同事"


class NotYourUnit(NotAllowed):
    code = "not_your_unit"
    message = "只能填报自己单位的进度"


class NotYourReview(NotAllowed):
    code = "not_your_review"
    message = "这条汇报不归您审核"
