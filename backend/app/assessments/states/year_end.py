"""Where grades and appeals stand, and the moves of a grade."""

from enum import StrEnum

from backend.app.access import Permission
from backend.app.assessments.states.moves import PermittedMove
from backend.app.core.states import NamedState


class GradeState(NamedState):
    """Where a unit's grade stands."""

    PROPOSED = "proposed", "待定等会"
    MEETING = "meeting", "定等会已定"
    PUBLISHED = "published", "公示中"
    FINAL = "final", "已确定"


class AppealState(NamedState):
    """Where an appeal against a published result stands."""

    FILED = "filed", "等裁决"
    UPHELD = "upheld", "申诉成立"
    REFUSED = "refused", "没有成立"


class AppealItem(NamedState):
    """What of a published result a unit appeals against."""

    ELEMENT = "element", "指标得分"
    ADJUSTMENT = "adjustment", "加减分和红黄牌"
    GRADE = "grade", "等次"


class GradeMove(StrEnum):
    """One act on a unit's grade."""

    PROPOSE = "propose"
    DECIDE = "decide"
    PUBLISH = "publish"
    CONFIRM = "confirm"


MANAGE, DECIDE = Permission.MANAGE_PROGRAMMES, Permission.DECIDE_RESULTS
UNDECIDED = frozenset({GradeState.PROPOSED, GradeState.MEETING})
GRADE_TABLE: dict[GradeMove, PermittedMove[GradeState]] = {
    # What was decided about another total is proposed anew.
    GradeMove.PROPOSE: PermittedMove(UNDECIDED, GradeState.PROPOSED, MANAGE),
    GradeMove.DECIDE: PermittedMove(UNDECIDED, GradeState.MEETING, DECIDE),
    GradeMove.PUBLISH: PermittedMove({GradeState.MEETING}, GradeState.PUBLISHED, DECIDE),
    GradeMove.CONFIRM: PermittedMove({GradeState.PUBLISHED}, GradeState.FINAL, MANAGE),
}
