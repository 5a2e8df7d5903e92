"""The shapes of the inbox on the wire."""

from marshmallow import fields, validate

from backend.app.core.web.schemas import IdField, QueryId, Shape


class NoticeShape(Shape):
    id = IdField(required=True)
    title = fields.String(required=True)
    words = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    read = fields.Boolean(required=True)
    page = fields.String(allow_none=True)


class InboxQuery(Shape):
    before = QueryId(load_default=None)


class InboxShape(Shape):
    items = fields.List(fields.Nested(NoticeShape))
    next = fields.Integer(allow_none=True)
    unread = fields.Integer()


class ReadShape(Shape):
    up_to = IdField(required=True)


class UnreadShape(Shape):
    unread = fields.Integer()


class TemplateShape(Shape):
    key = fields.String()
    template_id = fields.String()
    words = fields.String()


class TemplatesShape(Shape):
    templates = fields.List(fields.Nested(TemplateShape))


class AcceptedShape(Shape):
    accepted = fields.List(
        fields.String(validate=validate.Length(max=30)),
        required=True,
        validate=validate.Length(max=5, error="最多 5 种"),
    )
