"""Tables of points: the ledger and its rules, draws, freezes."""

from backend.app.points.models.county import (
    PointsExpiry,
    PointsExpiryLine,
    PointsMonth,
    PointsMonthSum,
)
from backend.app.points.models.draws import DrawEntry, DrawSeed, DrawWinner, PointsDraw
from backend.app.points.models.freezes import PointsDayFreeze, PointsFreeze
from backend.app.points.models.ledger import PointsBalance, PointsEntry
from backend.app.points.models.rules import (
    PointsDeed,
    PointsDeedPerson,
    PointsRule,
    PointsRuleSet,
)

__all__ = [
    "DrawEntry",
    "DrawSeed",
    "DrawWinner",
    "PointsBalance",
    "PointsDayFreeze",
    "PointsDeed",
    "PointsDeedPerson",
    "PointsDraw",
    "PointsEntry",
    "PointsExpiry",
    "PointsExpiryLine",
    "PointsFreeze",
    "PointsMonth",
    "PointsMonthSum",
    "PointsRule",
    "PointsRuleSet",
]
