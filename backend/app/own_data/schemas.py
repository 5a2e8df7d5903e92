"""Shapes of one's own data."""

from marshmallow import fields, validate

from backend.app.core.web.schemas import Shape

CONFIRMED = "注销"


class PartShape(Shape):
    name = fields.String(required=True)
    said = fields.String(required=True, metadata={"description": "what is held, in a sentence"})
    deletes = fields.String(
        allow_none=True, required=True, metadata={"description": "what may be deleted alone"}
    )


class OwnDataShape(Shape):
    parts = fields.List(fields.Nested(PartShape), required=True)
    goes = fields.List(fields.String(), required=True)
    stays = fields.List(fields.String(), required=True)
    why_not = fields.String(
        allow_none=True, required=True, metadata={"description": "why it cannot be closed now"}
    )


class OwnFileShape(Shape):
    url = fields.String(required=True, metadata={"description": "good for a quarter of an hour"})
    name = fields.String(required=True)


class ClosureShape(Shape):
    confirm = fields.String(
        required=True, validate=validate.Equal(CONFIRMED, error="请再确认一次要注销")
    )
