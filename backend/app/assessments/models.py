"""Every table of assessments, from the part that keeps it."""

from backend.app.assessments.acceptance.models import AcceptanceScore, AcceptanceStep
from backend.app.assessments.adjustments.models import ExemptionRequest
from backend.app.assessments.appeals.models import ResultAppeal, ResultCorrection
from backend.app.assessments.appraisals.models import (
    AppraisalBallot,
    AppraisalCount,
    AppraisalEntry,
    AppraisalGroup,
    AppraisalQuestion,
    AppraisalRound,
    AppraisalSlip,
)
from backend.app.assessments.burden.models import FormRequest, FormRequestUnit
from backend.app.assessments.checks.models import CheckDraw, SiteCheck, SiteFinding
from backend.app.assessments.evaluation.models import (
    ColourQuery,
    ProgrammeAdjustment,
    TargetStanding,
    TargetSupervision,
)
from backend.app.assessments.grades.models import UnitGrade
from backend.app.assessments.issues.models import IssueDuty, IssueEntry
from backend.app.assessments.locks.models import ProgrammeLock
from backend.app.assessments.measures.models import FeedMapping, MeasureFact
from backend.app.assessments.programmes.models import (
    AssessedUnit,
    Programme,
    ProgrammeElement,
    ProgrammeGroup,
    SharedTask,
    SharedTaskMember,
)
from backend.app.assessments.publications.models import ProgrammePublication
from backend.app.assessments.reports.models import (
    Evidence,
    EvidenceUse,
    FillTime,
    ProgrammeWindow,
    ReportReview,
    SelfAssessment,
    TargetReport,
    YearClosing,
)
from backend.app.assessments.results.models import UnitResult
from backend.app.assessments.subjects.models import (
    AssessedSubject,
    SubjectExit,
    SubjectInvitation,
    SubjectRating,
    SubjectTrade,
)
from backend.app.assessments.talks.models import FeedbackTalk
from backend.app.assessments.targets.models import (
    Target,
    TargetChange,
    TargetEvent,
    TargetMilestone,
    TargetPlan,
)
from backend.app.assessments.training.models import TrainingEntry, TrainingUnit
from backend.app.assessments.uses.models import ResultUse

__all__ = [
    "AcceptanceScore",
    "AcceptanceStep",
    "AppraisalBallot",
    "AppraisalCount",
    "AppraisalEntry",
    "AppraisalGroup",
    "AppraisalQuestion",
    "AppraisalRound",
    "AppraisalSlip",
    "AssessedSubject",
    "AssessedUnit",
    "CheckDraw",
    "ColourQuery",
    "Evidence",
    "EvidenceUse",
    "ExemptionRequest",
    "FeedMapping",
    "FeedbackTalk",
    "FillTime",
    "FormRequest",
    "FormRequestUnit",
    "IssueDuty",
    "IssueEntry",
    "MeasureFact",
    "Programme",
    "ProgrammeAdjustment",
    "ProgrammeElement",
    "ProgrammeGroup",
    "ProgrammeLock",
    "ProgrammePublication",
    "ProgrammeWindow",
    "ReportReview",
    "ResultAppeal",
    "ResultCorrection",
    "ResultUse",
    "SelfAssessment",
    "SharedTask",
    "SharedTaskMember",
    "SiteCheck",
    "SiteFinding",
    "SubjectExit",
    "SubjectInvitation",
    "SubjectRating",
    "SubjectTrade",
    "Target",
    "TargetChange",
    "TargetEvent",
    "TargetMilestone",
    "TargetPlan",
    "TargetReport",
    "TargetStanding",
    "TargetSupervision",
    "TrainingEntry",
    "TrainingUnit",
    "UnitGrade",
    "UnitResult",
    "YearClosing",
]
