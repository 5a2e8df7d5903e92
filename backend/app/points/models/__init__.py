"""Tables of points: the ledger; rewards, their stock and who fetched them."""

from backend.app.points.models.ledger import PointsBalance, PointsEntry, PointsRule

__all__ = ["PointsBalance", "PointsEntry", "PointsRule"]
