"""Where an entry of the four lists stands, and where it came from: pure data."""

from backend.app.core.states import NamedState


class IssueList(NamedState):
    """四张清单."""

    NEED = "need", "需求清单"
    PROBLEM = "problem", "问题清单"
    TASK = "task", "任务清单"
    REFORM = "reform", "改革清单"


class IssueSource(NamedState):
    """Where an entry came from; the first five name a row of theirs."""

    TARGET = "target", "目标督办"
    WEAK = "weak", "短板诊断"
    TICKET = "ticket", "群众诉求"
    CHECK = "check", "实地核查"
    APPEAL = "appeal", "考核申诉"
    HAND = "hand", "考核办登记"
    FILE = "file", "表格导入"
    TEMPLATE = "template", "方案自带"


class IssueState(NamedState):
    """Who has to act: the units it is given to, then the office."""

    OPEN = "open", "办理中"
    ANSWERED = "answered", "已答复"
    CLOSED = "closed", "已销号"


NUMBERED = frozenset({
    IssueSource.TARGET, IssueSource.WEAK, IssueSource.TICKET, IssueSource.CHECK, IssueSource.APPEAL,
})  # fmt: skip
