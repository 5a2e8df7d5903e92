"""Tables of rewards: the catalogue and its shops, stock, and who fetched what."""

from backend.app.rewards.models.redemptions import (
    PointsPublication,
    PublicationCorrection,
    Redemption,
    RedemptionCode,
)
from backend.app.rewards.models.rewards import (
    ExchangeInvitation,
    ExchangeKeeper,
    ExchangePoint,
    Reward,
)
from backend.app.rewards.models.stock import StockBalance, StockCount, StockCountLine, StockMovement

__all__ = [
    "ExchangeInvitation",
    "ExchangeKeeper",
    "ExchangePoint",
    "PointsPublication",
    "PublicationCorrection",
    "Redemption",
    "RedemptionCode",
    "Reward",
    "StockBalance",
    "StockCount",
    "StockCountLine",
    "StockMovement",
]
