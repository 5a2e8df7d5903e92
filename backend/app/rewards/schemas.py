"""The shapes of rewards, shops and redemptions on the wire."""

from marshmallow import fields, validate

from backend.app.core.web.schemas import IdField, QueryId, Shape

CODE_WORDS = {"description": "eight digits, or what the square says"}


class NearestShape(Shape):
    name = fields.String()
    nearness = fields.String()
    left = fields.Integer()


class CatalogueItemShape(Shape):
    id = IdField(required=True)
    name = fields.String()
    description = fields.String()
    price = fields.Integer()
    photo_url = fields.String(allow_none=True)
    limit_words = fields.String()
    ends_on = fields.Date(allow_none=True)
    left = fields.Integer()
    nearest = fields.Nested(NearestShape, allow_none=True)
    refusal = fields.String(allow_none=True)


class CatalogueShape(Shape):
    bound = fields.Boolean()
    balance = fields.Integer()
    frozen = fields.Boolean()
    waiting = fields.Integer()
    items = fields.List(fields.Nested(CatalogueItemShape))


class ShopShape(Shape):
    id = IdField(required=True)
    name = fields.String()
    address = fields.String()
    hours = fields.String()
    contact = fields.String()
    village = fields.String()
    nearness = fields.String()
    latitude = fields.Float(allow_none=True)
    longitude = fields.Float(allow_none=True)
    paused = fields.String(allow_none=True)
    left = fields.Integer()
    kinds = fields.Integer()


class RewardDetailShape(CatalogueItemShape):
    balance = fields.Integer()
    surname = fields.String()
    shops = fields.List(fields.Nested(ShopShape))


class ShopsShape(Shape):
    items = fields.List(fields.Nested(ShopShape))


class ReservationInputShape(Shape):
    reward_id = IdField(required=True)
    exchange_point_id = IdField(required=True)
    surname = fields.String(load_default="", validate=validate.Length(max=10, error="只写姓"))


class RedemptionShape(Shape):
    id = IdField(required=True)
    state = fields.String()
    state_name = fields.String()
    reward = fields.String()
    description = fields.String()
    photo_url = fields.String(allow_none=True)
    price = fields.Integer()
    surname = fields.String()
    shop = fields.String()
    address = fields.String()
    hours = fields.String()
    contact = fields.String()
    paused = fields.String(allow_none=True)
    reserved_at = fields.AwareDateTime()
    keep_until = fields.AwareDateTime()
    handed_out_at = fields.AwareDateTime(allow_none=True)
    ended_at = fields.AwareDateTime(allow_none=True)
    return_reason = fields.String(allow_none=True)


class RedemptionsShape(Shape):
    items = fields.List(fields.Nested(RedemptionShape))
    next = fields.Integer(allow_none=True)


class RedemptionsQuery(Shape):
    before = QueryId(load_default=None)


class CodeShape(Shape):
    digits = fields.String()
    picture = fields.String(metadata={"description": "the square as a data address"})
    expires_at = fields.AwareDateTime()
    seconds = fields.Integer(metadata={"description": "left, by the server's clock"})


class TypedCodeShape(Shape):
    code = fields.String(
        required=True,
        validate=validate.Length(min=1, max=40, error="兑换码是 8 位数字"),
        metadata=CODE_WORDS,
    )


class HandoutInputShape(TypedCodeShape):
    scanned = fields.Boolean(load_default=False)


class ReturnInputShape(Shape):
    reason = fields.String(required=True, validate=validate.Length(max=100, error="最多 60 个字"))
    on_the_shelf = fields.Boolean(load_default=True)


class AtCounterShape(RedemptionShape):
    who = fields.String()


class CounterLineShape(Shape):
    id = IdField(required=True)
    reward = fields.String()
    who = fields.String()
    price = fields.Integer()
    state = fields.String()
    handed_out_at = fields.AwareDateTime(allow_none=True)
    keep_until = fields.AwareDateTime()


class OnTheShelfShape(Shape):
    name = fields.String()
    on_hand = fields.Integer()
    reserved = fields.Integer()


class CounterShape(Shape):
    id = IdField(required=True)
    name = fields.String()
    village = fields.String()
    paused = fields.String(allow_none=True)
    stock = fields.List(fields.Nested(OnTheShelfShape))
    done = fields.List(fields.Nested(CounterLineShape))
    waiting = fields.List(fields.Nested(CounterLineShape))


class CountersQuery(Shape):
    shop = QueryId(load_default=None)


class CountersShape(Shape):
    shops = fields.List(fields.Nested(ShopShape))
    counter = fields.Nested(CounterShape, allow_none=True)


class KeeperInvitationShape(Shape):
    code = fields.String(required=True, validate=validate.Length(min=1, max=40, error="邀请码不对"))
