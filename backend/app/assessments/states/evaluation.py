"""Where steps of the ladder, questions about colours and what moves a total stand."""

from backend.app.core.states import NamedState
from backend.app.scoring.schemes import AdjustmentKind


class SupervisionState(NamedState):
    """Where a step of the ladder stands; from the second step on a person confirms it first."""

    PROPOSED = "proposed", "待确认"
    DROPPED = "dropped", "不督办"
    OPEN = "open", "待回复"
    ANSWERED = "answered", "已回复"
    CLOSED = "closed", "已销号"


class ColourQueryState(NamedState):
    """Where a question about a colour stands."""

    OPEN = "open", "待答复"
    UPHELD = "upheld", "维持原色"
    CORRECTED = "corrected", "已更正"


class ProgrammeAdjustmentState(NamedState):
    """Where a card, a bonus or a deduction stands."""

    PROPOSED = "proposed", "待确认"
    CONFIRMED = "confirmed", "已计入"
    DROPPED = "dropped", "不计入"
    RETURNED = "returned", "已撤牌"


class ProgrammeAdjustmentKind(NamedState):
    """What changes a unit's total beside its targets."""

    BONUS = AdjustmentKind.BONUS.value, "加分"
    DEDUCTION = AdjustmentKind.DEDUCTION.value, "扣分"
    YELLOW = "yellow", "黄牌"
    RED = "red", "红牌"
    EXEMPTION = AdjustmentKind.EXEMPTION.value, "容错"
    VETO = "veto", "一票否决"
    NO_EXCELLENT = "no_excellent", "一票否优"
