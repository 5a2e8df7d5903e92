"""States of programmes, targets, reports and what follows from them, and the moves: pure data."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from backend.app.core.states import NamedState
from backend.app.scoring.schemes import AdjustmentKind


class ProgrammeState(NamedState):
    """Where a programme stands."""

    DRAFT = "draft", "起草中"
    TRIED = "tried", "已试算"
    APPROVED = "approved", "已审定"
    RUNNING = "running", "执行中"
    CLOSING = "closing", "年终考核"
    LOCKED = "locked", "已锁定"
    PUBLISHED = "published", "已公示"
    ARCHIVED = "archived", "已归档"
    STOPPED = "stopped", "已停止"


class TargetState(NamedState):
    """Where a target stands."""

    DRAFT = "draft", "未下达"
    ISSUED = "issued", "待确认"
    QUERIED = "queried", "有疑问"
    CONFIRMED = "confirmed", "已确认"
    RUNNING = "running", "推进中"
    STOPPED = "stopped", "停工"
    FINISHED = "finished", "已完结"
    DROPPED = "dropped", "已取消"


class ReportState(NamedState):
    """Where a unit's report of one target and period stands."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待主管部门审核"
    RETURNED = "returned", "已退回"
    OWNER_PASSED = "owner_passed", "待考核办审核"
    ACCEPTED = "accepted", "已通过"
    MISSED = "missed", "未报"


class ReviewStep(NamedState):
    """Who reviews a report."""

    OWNER = "owner", "主管部门"
    OFFICE = "office", "考核办"


class ReviewDecision(NamedState):
    """What a reviewer said of a report."""

    PASSED = "passed", "通过"
    RETURNED = "returned", "退回"
    CHANGED = "changed", "改数"


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


class ChangeState(NamedState):
    """Where a change of an issued target stands."""

    PROPOSED = "proposed", "待审定"
    APPROVED = "approved", "已变更"
    REFUSED = "refused", "未同意"


class ElementScope(NamedState):
    """Whom an element is for."""

    COMMON = "common", "共性"
    GROUP = "group", "类别共性"
    UNIT = "unit", "个性"


class Rhythm(NamedState):
    """How often a target is reported."""

    MONTH = "month", "每月"
    QUARTER = "quarter", "每季"
    HALF = "half", "每半年"
    YEAR = "year", "每年"


class Duty(NamedState):
    """The class of a town's duty in its 履职清单."""

    BASIC = "basic", "基本"
    SUPPORT = "support", "配合"
    NONE = "none", "无"


# Whatever may still be changed freely; everything later is closed by triggers.
OPEN_DRAFT = frozenset({ProgrammeState.DRAFT, ProgrammeState.TRIED})
# Nothing is asked of a unit for these any more.
ENDED = frozenset({TargetState.FINISHED, TargetState.DROPPED})
# With a unit that has to answer for them.
IN_FORCE = frozenset(
    {
        TargetState.ISSUED, TargetState.QUERIED, TargetState.CONFIRMED, TargetState.RUNNING,
        TargetState.STOPPED,
    }
)  # fmt: skip


class ProgrammeMove(StrEnum):
    """One act on a programme."""

    SAVE = "save"
    TRY = "try"
    APPROVE = "approve"
    ISSUE = "issue"
    STOP = "stop"


class TargetMove(StrEnum):
    """One act on a target."""

    ISSUE = "issue"
    CONFIRM = "confirm"
    QUERY = "query"
    UPHOLD = "uphold"
    CHANGE = "change"
    START = "start"
    HALT = "halt"
    RESUME = "resume"
    FINISH = "finish"
    DROP = "drop"


@dataclass(frozen=True)
class StateRule:
    """From where a move starts, and where it leads (None: stays)."""

    starts: frozenset[str]
    to: str | None


def _rule(starts: Collection[str], to: str | None) -> StateRule:
    return StateRule(frozenset(starts), to)


P, T = ProgrammeState, TargetState
PROGRAMME_TABLE: dict[ProgrammeMove, StateRule] = {
    # What was tried is tried again once it has changed.
    ProgrammeMove.SAVE: _rule(OPEN_DRAFT, P.DRAFT),
    ProgrammeMove.TRY: _rule(OPEN_DRAFT, P.TRIED),
    ProgrammeMove.APPROVE: _rule({P.TRIED}, P.APPROVED),
    ProgrammeMove.ISSUE: _rule({P.APPROVED}, P.RUNNING),
    ProgrammeMove.STOP: _rule(set(P) - {P.PUBLISHED, P.ARCHIVED, P.STOPPED}, P.STOPPED),
}
TARGET_TABLE: dict[TargetMove, StateRule] = {
    TargetMove.ISSUE: _rule({T.DRAFT}, T.ISSUED),
    TargetMove.CONFIRM: _rule({T.ISSUED}, T.CONFIRMED),
    TargetMove.QUERY: _rule({T.ISSUED}, T.QUERIED),
    # The target stays as it is; whoever decides neither issued it nor works for the unit.
    TargetMove.UPHOLD: _rule({T.QUERIED}, T.CONFIRMED),
    TargetMove.CHANGE: _rule(IN_FORCE, None),
    TargetMove.START: _rule({T.ISSUED, T.CONFIRMED}, T.RUNNING),
    TargetMove.HALT: _rule({T.CONFIRMED, T.RUNNING}, T.STOPPED),
    TargetMove.RESUME: _rule({T.STOPPED}, T.RUNNING),
    TargetMove.FINISH: _rule({T.CONFIRMED, T.RUNNING}, T.FINISHED),
    TargetMove.DROP: _rule(IN_FORCE, T.DROPPED),
}
