"""States of programmes, targets, reports and what follows from them, and the moves: pure data."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from backend.app.access import Permission
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


class TargetParty(StrEnum):
    """What somebody is to one target."""

    UNIT = "unit"
    OWNER = "owner"
    OFFICE = "office"
    SYSTEM = "system"


@dataclass(frozen=True)
class ProgrammeRule:
    """From where a move starts, where it leads, and who may make it."""

    starts: frozenset[ProgrammeState]
    to: ProgrammeState
    by: Permission


@dataclass(frozen=True)
class TargetRule:
    """From where a move starts, where it leads (None: stays), and whose it is."""

    starts: frozenset[TargetState]
    to: TargetState | None
    by: frozenset[TargetParty]


def _programme(
    starts: Collection[ProgrammeState], to: ProgrammeState, by: Permission
) -> ProgrammeRule:
    return ProgrammeRule(frozenset(starts), to, by)


def _target(
    starts: Collection[TargetState], to: TargetState | None, *by: TargetParty
) -> TargetRule:
    return TargetRule(frozenset(starts), to, frozenset(by))


P, T = ProgrammeState, TargetState
MANAGE, DECIDE = Permission.MANAGE_PROGRAMMES, Permission.APPROVE_PROGRAMMES
UNIT, OFFICE, SYSTEM = TargetParty.UNIT, TargetParty.OFFICE, TargetParty.SYSTEM
PROGRAMME_TABLE: dict[ProgrammeMove, ProgrammeRule] = {
    # What was tried is tried again once it has changed.
    ProgrammeMove.SAVE: _programme(OPEN_DRAFT, P.DRAFT, MANAGE),
    ProgrammeMove.TRY: _programme(OPEN_DRAFT, P.TRIED, MANAGE),
    ProgrammeMove.APPROVE: _programme({P.TRIED}, P.APPROVED, DECIDE),
    ProgrammeMove.ISSUE: _programme({P.APPROVED}, P.RUNNING, MANAGE),
    ProgrammeMove.STOP: _programme(
        set(P) - {P.LOCKED, P.PUBLISHED, P.ARCHIVED, P.STOPPED}, P.STOPPED, DECIDE
    ),
}
TARGET_TABLE: dict[TargetMove, TargetRule] = {
    TargetMove.ISSUE: _target({T.DRAFT}, T.ISSUED, OFFICE),
    TargetMove.CONFIRM: _target({T.ISSUED}, T.CONFIRMED, UNIT),
    TargetMove.QUERY: _target({T.ISSUED}, T.QUERIED, UNIT),
    # It stays as it is; whoever decides neither issued it nor works for the unit.
    TargetMove.UPHOLD: _target({T.QUERIED}, T.CONFIRMED, OFFICE),
    # With an approved change a question is answered, too.
    TargetMove.CHANGE: _target(IN_FORCE, None, OFFICE),
    TargetMove.START: _target({T.ISSUED, T.CONFIRMED}, T.RUNNING, SYSTEM),
    TargetMove.HALT: _target({T.CONFIRMED, T.RUNNING}, T.STOPPED, UNIT, OFFICE),
    TargetMove.RESUME: _target({T.STOPPED}, T.RUNNING, UNIT, OFFICE),
    TargetMove.FINISH: _target({T.CONFIRMED, T.RUNNING}, T.FINISHED, OFFICE),
    TargetMove.DROP: _target(IN_FORCE, T.DROPPED, OFFICE),
}
TARGET_MOVE_NAMES: dict[TargetMove, str] = {
    TargetMove.ISSUE: "下达",
    TargetMove.CONFIRM: "确认",
    TargetMove.QUERY: "提出疑问",
    TargetMove.UPHOLD: "维持原目标",
    TargetMove.CHANGE: "变更目标",
    TargetMove.START: "开始推进",
    TargetMove.HALT: "停工",
    TargetMove.RESUME: "复工",
    TargetMove.FINISH: "完结",
    TargetMove.DROP: "取消",
}
