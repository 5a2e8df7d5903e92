"""Tables of points: the ledger and its rules; rewards, their stock and who fetched them."""

from backend.app.points.models.ledger import PointsBalance, PointsEntry
from backend.app.points.models.redemptions import (
    SECOND_PERSON_FROM,
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
from backend.app.points.models.rules import PointsRule
from backend.app.points.models.stock import (
    StockBalance,
    StockCount,
    StockCountLine,
    StockMovement,
)

__all__ = [
    "SECOND_PERSON_FROM",
    "ExchangeInvitation",
    "ExchangeKeeper",
    "ExchangePoint",
    "PointsBalance",
    "PointsEntry",
    "PointsPublication",
    "PointsRule",
    "PublicationCorrection",
    "Redemption",
    "RedemptionCode",
    "Reward",
    "StockBalance",
    "StockCount",
    "StockCountLine",
    "StockMovement",
]
