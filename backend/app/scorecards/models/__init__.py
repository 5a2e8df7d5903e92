"""Facts, scorecards, schemes, locked months and what people say about them."""

from backend.app.scorecards.models.card import (
    ImportedFact,
    MonthFact,
    Scorecard,
)
from backend.app.scorecards.models.desk import (
    Adjustment,
    Objection,
    ObjectionPhoto,
    ScorePolicy,
)
from backend.app.scorecards.models.lock import Correction, MonthLock
from backend.app.scorecards.models.publication import Publication, VillagePublication
from backend.app.scorecards.models.rollup import RegionScore
from backend.app.scorecards.models.scheme import AssessmentScheme
from backend.app.scorecards.models.shown import PublicCase, ShownMonth

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
    "Publication",
    "RegionScore",
    "ScorePolicy",
    "Scorecard",
    "ShownMonth",
    "VillagePublication",
]
