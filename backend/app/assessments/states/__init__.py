"""States of programmes, targets, reports and what follows from them, and the moves: pure data."""

from backend.app.assessments.states.evaluation import (
    ColourQueryState,
    ProgrammeAdjustmentKind,
    ProgrammeAdjustmentState,
    SupervisionState,
)
from backend.app.assessments.states.programmes import (
    CLOSED,
    OPEN_DRAFT,
    PROGRAMME_TABLE,
    UNDER_WAY,
    Duty,
    ElementScope,
    ProgrammeMove,
    ProgrammeState,
)
from backend.app.assessments.states.reports import ReportState, ReviewDecision, ReviewStep
from backend.app.assessments.states.subjects import SubjectKind
from backend.app.assessments.states.targets import (
    ENDED,
    IN_FORCE,
    TARGET_MOVE_NAMES,
    TARGET_TABLE,
    ChangeState,
    Rhythm,
    TargetMove,
    TargetParty,
    TargetState,
)
from backend.app.assessments.states.year_end import (
    GRADE_TABLE,
    AppealItem,
    AppealState,
    GradeMove,
    GradeState,
)

__all__ = [
    "CLOSED",
    "ENDED",
    "GRADE_TABLE",
    "IN_FORCE",
    "OPEN_DRAFT",
    "PROGRAMME_TABLE",
    "TARGET_MOVE_NAMES",
    "TARGET_TABLE",
    "UNDER_WAY",
    "AppealItem",
    "AppealState",
    "ChangeState",
    "ColourQueryState",
    "Duty",
    "ElementScope",
    "GradeMove",
    "GradeState",
    "ProgrammeAdjustmentKind",
    "ProgrammeAdjustmentState",
    "ProgrammeMove",
    "ProgrammeState",
    "ReportState",
    "ReviewDecision",
    "ReviewStep",
    "Rhythm",
    "SubjectKind",
    "SupervisionState",
    "TargetMove",
    "TargetParty",
    "TargetState",
]
