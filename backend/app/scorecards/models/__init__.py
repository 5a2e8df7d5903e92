"""Facts, scorecards, schemes, locked months and what people say about them."""

from backend.app.scorecards.adjustments.models import Adjustment
from backend.app.scorecards.imports.models import ImportedFact
from backend.app.scorecards.locks.models import Correction, MonthLock
from backend.app.scorecards.models.card import MonthFact, Scorecard
from backend.app.scorecards.models.rollup import RegionScore
from backend.app.scorecards.models.shown import PublicCase, ShownMonth
from backend.app.scorecards.objections.models import Objection, ObjectionPhoto
from backend.app.scorecards.schemes.models import AssessmentScheme

__all__ = [
    "Adjustment",
    "AssessmentScheme",
    "Correction",
    "ImportedFact",
    "MonthFact",
    "MonthLock",
    "Objection",
    "ObjectionPhoto",
    "PublicCase",
    "RegionScore",
    "Scorecard",
    "ShownMonth",
]
