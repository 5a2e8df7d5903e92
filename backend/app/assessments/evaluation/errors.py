"""What can go wrong with colours, their questions and the ladder."""

from backend.app.core.errors import Conflict, NotAllowed, NotFound


class EvaluationMoved(Conflict):
    code = "evaluation_moved"
    message = "这个月现在不能定色：窗口还没有关，或已经发了通报"


class QueryUnknown(NotFound):
    code = "query_unknown"
    message = "没有找到这条颜色疑问"


class QueryMoved(Conflict):
    code = "query_moved"
    message = "这条颜色疑问已经有人答复，或已经过了可以提的时间"


class OwnQuery(NotAllowed):
    code = "own_query"
    message = "提的人、定数的人不能自己答复，请换一位同事"


class StepUnknown(NotFound):
    code = "step_unknown"
    message = "没有找到这一步督办"


class StepMoved(Conflict):
    code = "step_moved"
    message = "这一步督办刚才已有人办过，请刷新后再看"


class NotYourStep(NotAllowed):
    code = "not_your_step"
    message = "这一步督办不归您办"


class NotYourSummons(NotYourStep):
    code = "not_your_summons"
    message = "领导约谈由考核办有审定权的人确认和销号，请换这样的同事来办"
