"""Where a programme and its elements stand, and the moves of a programme."""

from enum import StrEnum

from backend.app.access import Permission
from backend.app.assessments.states.moves import PermittedMove
from backend.app.core.states import NamedState


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


class ElementScope(NamedState):
    """Whom an element is for."""

    COMMON = "common", "共性"
    GROUP = "group", "类别共性"
    INDUSTRY = "industry", "行业共性"
    UNIT = "unit", "个性"


class Duty(NamedState):
    """The class of a town's duty in its 履职清单."""

    BASIC = "basic", "基本"
    SUPPORT = "support", "配合"
    NONE = "none", "无"


# Whatever may still be changed freely; everything later is closed by triggers.
OPEN_DRAFT = frozenset({ProgrammeState.DRAFT, ProgrammeState.TRIED})
# The year goes on: what changes its totals may still be written.
UNDER_WAY = frozenset({ProgrammeState.RUNNING, ProgrammeState.CLOSING})
# The year's figures are fixed; an error is corrected beside them.
CLOSED = frozenset({ProgrammeState.LOCKED, ProgrammeState.PUBLISHED, ProgrammeState.ARCHIVED})


class ProgrammeMove(StrEnum):
    """One act on a programme."""

    SAVE = "save"
    TRY = "try"
    APPROVE = "approve"
    ISSUE = "issue"
    CLOSE = "close"
    LOCK = "lock"
    PUBLISH = "publish"
    ARCHIVE = "archive"
    STOP = "stop"


P = ProgrammeState
MANAGE, DECIDE = Permission.MANAGE_PROGRAMMES, Permission.DECIDE_RESULTS
APPROVE = Permission.APPROVE_PROGRAMMES
PROGRAMME_TABLE: dict[ProgrammeMove, PermittedMove[ProgrammeState]] = {
    # What was tried is tried again once it has changed.
    ProgrammeMove.SAVE: PermittedMove(OPEN_DRAFT, P.DRAFT, MANAGE),
    ProgrammeMove.TRY: PermittedMove(OPEN_DRAFT, P.TRIED, MANAGE),
    ProgrammeMove.APPROVE: PermittedMove({P.TRIED}, P.APPROVED, APPROVE),
    ProgrammeMove.ISSUE: PermittedMove({P.APPROVED}, P.RUNNING, MANAGE),
    ProgrammeMove.CLOSE: PermittedMove({P.RUNNING}, P.CLOSING, MANAGE),
    ProgrammeMove.LOCK: PermittedMove({P.CLOSING}, P.LOCKED, DECIDE),
    ProgrammeMove.PUBLISH: PermittedMove({P.LOCKED}, P.PUBLISHED, DECIDE),
    ProgrammeMove.ARCHIVE: PermittedMove({P.PUBLISHED}, P.ARCHIVED, MANAGE),
    ProgrammeMove.STOP: PermittedMove(set(P) - CLOSED - {P.STOPPED}, P.STOPPED, APPROVE),
}
