"""Shapes of a scorecard on the phone."""

from marshmallow import fields

from backend.app.core.web.schemas import IdField, MonthField, Shape
from backend.app.places.schemas import VillageShape


class ScoreLightShape(Shape):
    """Never colour alone: a word and a shape."""

    code = fields.String(required=True)
    word = fields.String(required=True)
    icon = fields.String(required=True)


class PlainShape(Shape):
    """What villagers see beside the figures; `published` is the address of the frozen page."""

    total = fields.String(allow_none=True, required=True)
    light = fields.Nested(ScoreLightShape, allow_none=True, required=True)
    few = fields.Boolean(required=True)
    done = fields.String(allow_none=True, required=True)
    sentences = fields.List(fields.String(), required=True)
    published = fields.String(allow_none=True, required=True)


class ObjectedShape(Shape):
    id = IdField(required=True)
    words = fields.String(required=True)


class LostShape(Shape):
    """What cost points; without a case where nobody may be named."""

    kind = fields.String(allow_none=True, required=True)
    case_id = fields.UUID(allow_none=True, required=True)
    words = fields.String(required=True)
    lost = fields.String(required=True)
    objection = fields.Nested(ObjectedShape, allow_none=True, required=True)


class IndicatorShape(Shape):
    code = fields.String(required=True)
    name = fields.String(required=True)
    weight = fields.String(required=True)
    n = fields.Integer(required=True)
    share = fields.String(allow_none=True, required=True)
    lost = fields.String(allow_none=True, required=True)
    words = fields.String(required=True)
    by_villagers = fields.Boolean(required=True)
    reasons = fields.List(fields.Nested(LostShape), required=True)
    more = fields.Integer(required=True)


class AdjustmentShape(Shape):
    kind = fields.String(required=True)
    rule = fields.String(required=True)
    moved = fields.String(required=True)


class StruckShape(Shape):
    id = IdField(required=True)
    title = fields.String(required=True)
    words = fields.String(required=True)


class TotalShape(Shape):
    month = MonthField(required=True)
    total = fields.String(allow_none=True, required=True)


class CadreCardShape(Shape):
    village = fields.Nested(VillageShape, required=True)
    month = MonthField(required=True)
    months = fields.List(MonthField(), required=True)
    month_closed = fields.Boolean(required=True)
    locked = fields.Boolean(required=True)
    closes_on = fields.Date(required=True)
    may_object = fields.Boolean(required=True)
    total = fields.String(allow_none=True, required=True)
    few = fields.Boolean(required=True)
    light = fields.Nested(ScoreLightShape, required=True)
    standing = fields.String(required=True)
    indicators = fields.List(fields.Nested(IndicatorShape), required=True)
    adjustments = fields.List(fields.Nested(AdjustmentShape), required=True)
    struck = fields.List(fields.Nested(StruckShape), required=True)
    correction = fields.Integer(allow_none=True, required=True)
    finding = fields.String(required=True)
    trend = fields.List(fields.Nested(TotalShape), required=True)
