"""Shapes of a subject's own page on the phone."""

from marshmallow import fields, validate

from backend.app.core.web.schemas import QueryId, Shape


class SubjectInvitationShape(Shape):
    code = fields.String(required=True, validate=validate.Length(min=1, max=40, error="邀请码不对"))


class SubjectQuery(Shape):
    subject = QueryId(load_default=None)


class NamedSubjectShape(Shape):
    id = fields.Integer(required=True)
    name = fields.String(required=True)


class SubjectLightShape(Shape):
    code = fields.String(required=True)
    word = fields.String(required=True)
    icon = fields.String(required=True)


class SubjectItemShape(Shape):
    name = fields.String(required=True)
    points = fields.String(required=True, allow_none=True)
    full = fields.String(required=True)


class LostItemShape(Shape):
    name = fields.String(required=True)
    points = fields.String(required=True)
    words = fields.String(required=True)


class RatedMonthShape(Shape):
    month = fields.String(required=True)
    points = fields.String(required=True, allow_none=True)


class SubjectCardShape(NamedSubjectShape):
    programme = fields.String(required=True)
    officer = fields.String(required=True)
    month = fields.String(required=True)
    points = fields.String(required=True, allow_none=True)
    light = fields.Nested(SubjectLightShape, required=True)
    activity = fields.String(required=True, allow_none=True)
    exit = fields.String(required=True, allow_none=True)
    items = fields.List(fields.Nested(SubjectItemShape), required=True)
    lost = fields.List(fields.Nested(LostItemShape), required=True)
    todo = fields.List(fields.String(), required=True)
    months = fields.List(fields.Nested(RatedMonthShape), required=True)


class OwnSubjectsShape(Shape):
    subjects = fields.List(fields.Nested(NamedSubjectShape), required=True)
    card = fields.Nested(SubjectCardShape, required=True, allow_none=True)
