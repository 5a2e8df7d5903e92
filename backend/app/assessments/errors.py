"""What can go wrong with assessments, in the words of the office."""

from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound


class ProgrammeUnknown(NotFound):
    code = "programme_unknown"
    message = "没有找到这个考核项目"


class ProgrammeMoved(Conflict):
    code = "programme_moved"
    message = "这个考核项目现在不能这样办，请刷新看看它到了哪一步"


class ProgrammeClosed(Conflict):
    code = "programme_closed"
    message = "这个考核项目已经锁定，数不再变；有错的，公示期内由单位申诉更正"


class JudgementsClosed(Conflict):
    code = "judgements_closed"
    message = "核查和社会评价已经到期关闭；确有原因的，请考核办在「年终」页写明原因重开一次"


class ProgrammeFaulty(InvalidInput):
    code = "programme_faulty"
    message = "还不能审定，请先改好列出的问题"


class OwnProgramme(NotAllowed):
    code = "own_programme"
    message = "自己起草的不能自己审定，请换一位同事"


class TargetUnknown(NotFound):
    code = "target_unknown"
    message = "没有找到这项目标"


class TargetMoved(Conflict):
    code = "target_moved"
    message = "这项目标刚才已有人办过，请刷新后再看"


class NotYourTarget(NotAllowed):
    code = "not_your_target"
    message = "这项目标不归您办"


class OwnChange(NotAllowed):
    code = "own_change"
    message = "自己提出或下达的不能自己裁定，请换一位同事"
