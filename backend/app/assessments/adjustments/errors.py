"""What can go wrong with adjustments and exemptions."""

from backend.app.core.errors import Conflict, NotAllowed, NotFound


class AdjustmentUnknown(NotFound):
    code = "programme_adjustment_unknown"
    message = "没有找到这条加减分"


class AdjustmentMoved(Conflict):
    code = "programme_adjustment_moved"
    message = "这条加减分刚才已有人办过，请刷新后再看"


class AlreadyDeclared(Conflict):
    code = "already_declared"
    message = "这件事按这个文号已经申报过，不用再报"


class OwnMove(NotAllowed):
    code = "own_programme_adjustment"
    message = "提出的人、核查的人和本单位的人不能自己裁定，请换一位同事"


class NotYourAdjustment(NotAllowed):
    code = "not_your_adjustment"
    message = "只能为自己单位申报；一票否决、一票否优由考核办提出"


class ExemptionUnknown(NotFound):
    code = "exemption_unknown"
    message = "没有找到这份容错备案"


class ExemptionMoved(Conflict):
    code = "exemption_moved"
    message = "这份容错备案现在不能这样办，请刷新看看它到了哪一步"
