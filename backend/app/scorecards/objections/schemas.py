"""Shapes of objections and of the cases they are about."""

from typing import Any

from marshmallow import fields, validate

from backend.app.core.web.schemas import IdField, MonthField, Shape
from backend.app.places.schemas import VillageShape
from backend.app.scorecards.objections.operations import LONGEST_WORDS
from backend.app.scorecards.objections.photos import MOST_PHOTOS


class CaseName(fields.UUID):
    """A case by its random name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(error_messages={"invalid_uuid": "编号不对"}, **kwargs)


class NewObjectionShape(Shape):
    village_id = IdField(required=True)
    month = MonthField(required=True)
    case_id = CaseName(required=True)
    words = fields.String(
        required=True,
        validate=validate.Length(1, LONGEST_WORDS, error=f"请写 1 到 {LONGEST_WORDS} 个字"),
    )
    photo_ids = fields.List(
        IdField(), load_default=list, validate=validate.Length(max=MOST_PHOTOS, error="照片太多了")
    )


class ObjectionsQuery(Shape):
    month = MonthField(load_default=None)


class CaseQuery(Shape):
    month = MonthField(required=True)
    id = CaseName(required=True)


class PhotoShape(Shape):
    id = IdField(required=True)
    url = fields.String(required=True)


class CaseShape(Shape):
    """`ticket_id`: the ticket that tells the story, where there is one."""

    kind = fields.String(required=True)
    id = fields.UUID(required=True)
    title = fields.String(required=True)
    detail = fields.String(required=True)
    ticket_id = IdField(allow_none=True, required=True)


class EffectShape(Shape):
    before = fields.String(allow_none=True, required=True)
    after = fields.String(allow_none=True, required=True)
    correction = fields.Integer(allow_none=True, required=True)


class ObjectionShape(Shape):
    id = IdField(required=True)
    village = fields.Nested(VillageShape, required=True)
    month = MonthField(required=True)
    case = fields.Nested(CaseShape, allow_none=True, required=True)
    words = fields.String(required=True)
    photos = fields.List(fields.Nested(PhotoShape), required=True)
    state = fields.String(required=True)
    state_words = fields.String(required=True)
    icon = fields.String(required=True)
    raised_at = fields.AwareDateTime(required=True)
    decision = fields.String(allow_none=True, required=True)
    decided_at = fields.AwareDateTime(allow_none=True, required=True)
    effect = fields.Nested(EffectShape, allow_none=True, required=True)


class ObjectionsShape(Shape):
    items = fields.List(fields.Nested(ObjectionShape), required=True)


class StruckRatingsShape(Shape):
    ids = fields.List(IdField(), required=True)
    words = fields.String(required=True)


class StandingCaseShape(Shape):
    """A case with what it cost; `closes_on` is the last day for objecting to it."""

    village = fields.Nested(VillageShape, required=True)
    month = MonthField(required=True)
    case = fields.Nested(CaseShape, required=True)
    costs = fields.List(fields.String(), required=True)
    may_object = fields.Boolean(required=True)
    closes_on = fields.Date(required=True)
    objection_id = IdField(allow_none=True, required=True)
    objection_words = fields.String(allow_none=True, required=True)
