"""Every table of assessments, from the part that keeps it."""

from backend.app.assessments.evaluation.models import (
    ProgrammeAdjustment,
    TargetStanding,
    TargetSupervision,
)
from backend.app.assessments.programmes.models import (
    AssessedUnit,
    Programme,
    ProgrammeElement,
    ProgrammeGroup,
)
from backend.app.assessments.reports.models import (
    Evidence,
    EvidenceUse,
    ProgrammeWindow,
    ReportReview,
    TargetReport,
)
from backend.app.assessments.targets.models import (
    Target,
    TargetChange,
    TargetEvent,
    TargetMilestone,
    TargetPlan,
)

__all__ = [
    "AssessedUnit",
    "Evidence",
    "EvidenceUse",
    "Programme",
    "ProgrammeAdjustment",
    "ProgrammeElement",
    "ProgrammeGroup",
    "ProgrammeWindow",
    "ReportReview",
    "Target",
    "TargetChange",
    "TargetEvent",
    "TargetMilestone",
    "TargetPlan",
    "TargetReport",
    "TargetStanding",
    "TargetSupervision",
]
