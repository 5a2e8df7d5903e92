"""Tables of points: the ledger and its rules; rewards, their stock and who fetched them."""

from backend.app.points.models.ledger import PointsBalance, PointsEntry
from backend.app.points.models.rules import PointsRule

__all__ = ["PointsBalance", "PointsEntry", "PointsRule"]
