"""Tables of points: the ledger and its rules; rewards, their stock and who fetched them."""

from backend.app.points.models.county import (
    PointsLapse,
    PointsLapseLine,
    PointsMonth,
    PointsMonthSum,
    PointsPolicy,
)
from backend.app.points.models.draws import DrawSeed, DrawTicket, DrawWinner, PointsDraw
from backend.app.points.models.freezes import PointsFreeze, PointsHold
from backend.app.points.models.ledger import PointsBalance, PointsEntry
from backend.app.points.models.redemptions import (
    PointsPublication,
    PublicationCorrection,
    Redemption,
    RedemptionCode,
)
from backend.app.points.models.rewards import (
    ExchangeInvitation,
    ExchangeKeeper,
    ExchangePoint,
    Reward,
)
from backend.app.points.models.rules import (
    PointsDeed,
    PointsDeedPerson,
    PointsRule,
    PointsRuleSet,
)
from backend.app.points.models.stock import (
    StockBalance,
    StockCount,
    StockCountLine,
    StockMovement,
)

__all__ = [
    "DrawSeed",
    "DrawTicket",
    "DrawWinner",
    "ExchangeInvitation",
    "ExchangeKeeper",
    "ExchangePoint",
    "PointsBalance",
    "PointsDeed",
    "PointsDeedPerson",
    "PointsDraw",
    "PointsEntry",
    "PointsFreeze",
    "PointsHold",
    "PointsLapse",
    "PointsLapseLine",
    "PointsMonth",
    "PointsMonthSum",
    "PointsPolicy",
    "PointsPublication",
    "PointsRule",
    "PointsRuleSet",
    "PublicationCorrection",
    "Redemption",
    "RedemptionCode",
    "Reward",
    "StockBalance",
    "StockCount",
    "StockCountLine",
    "StockMovement",
]
