"""Shapes of the ledger."""

from marshmallow import fields

from backend.app.core.web.schemas import IdField, QueryId, Shape


class EntriesBeforeQuery(Shape):
    before = QueryId(load_default=None, metadata={"description": "show what came before this id"})


class EntryShape(Shape):
    id = fields.Integer(required=True)
    amount = fields.Integer(required=True)
    text = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)


class FreezeShape(Shape):
    reason = fields.String(required=True)
    frozen_at = fields.AwareDateTime(required=True)
    appealed_at = fields.AwareDateTime(required=True, allow_none=True)
    decision = fields.String(required=True, allow_none=True)
    decision_note = fields.String(required=True, allow_none=True)


class ComingExpiryShape(Shape):
    expires_on = fields.Date(required=True)
    points = fields.Integer(required=True)


class RuleLineShape(Shape):
    label = fields.String(required=True)
    amount = fields.Integer(required=True)
    daily_cap = fields.Integer(required=True)
    monthly_cap = fields.Integer(required=True)
    when = fields.String(required=True)


class RulesShape(Shape):
    title = fields.String(required=True, allow_none=True)
    voted_on = fields.Date(required=True, allow_none=True)
    items = fields.List(fields.Nested(RuleLineShape), required=True)


class StandingShape(Shape):
    number = fields.Integer(required=True, metadata={"description": "the 积分号"})
    freeze = fields.Nested(FreezeShape, required=True, allow_none=True)
    expiry = fields.Nested(ComingExpiryShape, required=True, allow_none=True)
    rules = fields.Nested(RulesShape, required=True, allow_none=True)
    draws = fields.Boolean(required=True, metadata={"description": "the county has draws"})
    survey_points = fields.Integer(
        required=True, metadata={"description": "for each ballot of a unit that was heard"}
    )


class AppealShape(Shape):
    words = fields.String(required=True)


class ChanceShape(Shape):
    id = fields.Integer(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True)
    entries = fields.Integer(required=True)
    commitment = fields.String(required=True)
    seed_source = fields.String(required=True)
    seed_at = fields.AwareDateTime(required=True)
    seed = fields.String(required=True, allow_none=True)
    called_off_reason = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, metadata={"description": "own secret entry"})
    hash = fields.String(required=True)
    position = fields.Integer(required=True)
    prize = fields.String(required=True, allow_none=True)
    prizes = fields.List(fields.Dict(), required=True)
    page = fields.String(required=True, metadata={"description": "where anybody may check it"})


class ChancesShape(Shape):
    items = fields.List(fields.Nested(ChanceShape), required=True)


class DeedRuleShape(Shape):
    id = fields.Integer(required=True)
    label = fields.String(required=True)
    amount = fields.Integer(required=True)


class VillagerShape(Shape):
    number = fields.Integer(required=True, metadata={"description": "the 积分号"})
    name = fields.String(required=True)
    group_name = fields.String(required=True, allow_none=True)
    household = fields.String(required=True, allow_none=True)


class DeedShape(Shape):
    id = fields.Integer(required=True)
    label = fields.String(required=True)
    note = fields.String(required=True)
    happened_on = fields.Date(required=True)
    people = fields.Integer(required=True)
    state = fields.String(required=True)
    decision_note = fields.String(required=True, allow_none=True)


class DeedsShape(Shape):
    village = fields.String(required=True)
    rules = fields.List(fields.Nested(DeedRuleShape), required=True)
    people = fields.List(fields.Nested(VillagerShape), required=True)
    items = fields.List(fields.Nested(DeedShape), required=True)


class NewDeedShape(Shape):
    rule_id = IdField(required=True)
    happened_on = fields.Date(required=True)
    note = fields.String(required=True)
    people = fields.List(IdField(), required=True, metadata={"description": "their 积分号"})


class StatementShape(Shape):
    balance = fields.Integer(required=True)
    items = fields.List(fields.Nested(EntryShape), required=True)
    next = fields.Integer(allow_none=True, required=True)
