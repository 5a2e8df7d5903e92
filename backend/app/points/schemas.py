"""Shapes of the ledger."""

from marshmallow import fields

from backend.app.core.schemas import QueryId, Shape


class BeforeQuery(Shape):
    before = QueryId(load_default=None, metadata={"description": "show what came before this id"})


class EntryShape(Shape):
    id = fields.Integer(required=True)
    amount = fields.Integer(required=True)
    text = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)


class StatementShape(Shape):
    balance = fields.Integer(required=True)
    items = fields.List(fields.Nested(EntryShape), required=True)
    next = fields.Integer(allow_none=True, required=True)
