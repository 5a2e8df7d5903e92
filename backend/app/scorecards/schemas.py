"""Shapes of a village's month."""

from marshmallow import fields

from backend.app.core.web.schemas import MonthField, Shape
from backend.app.places.schemas import VillageShape
from backend.app.scorecards.phone.schemas import PlainShape


class MonthQuery(Shape):
    month = MonthField(load_default=None, metadata={"description": "the newest one unless given"})


class FigureShape(Shape):
    """One decimal, as text, so that every screen shows the same digits."""

    value = fields.String(allow_none=True, required=True)
    low = fields.String(allow_none=True, required=True)
    high = fields.String(allow_none=True, required=True)
    status = fields.String(required=True)
    text = fields.String(required=True)


class LevelCountShape(Shape):
    level = fields.Integer(required=True)
    label = fields.String(required=True)
    count = fields.Integer(required=True)
    share = fields.String(required=True)


class TrendPointShape(Shape):
    month = fields.String(required=True)
    value = fields.String(allow_none=True, required=True)
    n = fields.Integer(required=True)
    status = fields.String(required=True)


class ScorecardShape(Shape):
    village = fields.Nested(VillageShape, required=True)
    month = fields.String(required=True)
    months = fields.List(fields.String(), required=True)
    month_closed = fields.Boolean(required=True)
    n = fields.Integer(required=True)
    flagged = fields.Integer(required=True)
    satisfaction = fields.Nested(FigureShape, required=True)
    positive_rate = fields.Nested(FigureShape, required=True)
    levels = fields.List(fields.Nested(LevelCountShape), required=True)
    trend = fields.List(fields.Nested(TrendPointShape), required=True)
    plain = fields.Nested(PlainShape, required=True)
