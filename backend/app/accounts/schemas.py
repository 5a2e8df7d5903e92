"""Shapes of log-ins, people and bindings."""

from marshmallow import fields, validate

from backend.app.core.web.schemas import IdField, Shape
from backend.app.places.schemas import VillageShape


class SessionInputShape(Shape):
    code = fields.String(
        required=True,
        validate=validate.Length(min=1, max=200, error="登录码不对"),
        metadata={"description": "what wx.login gave"},
    )
    consent = fields.String(
        required=True,
        validate=validate.Length(min=1, max=10, error="请更新小程序，看过新的说明再用"),
        metadata={"description": "the version of the explanation somebody agreed to"},
    )


class BindingInputShape(Shape):
    village_id = IdField(required=True)
    group_id = IdField(load_default=None, allow_none=True)
    household = fields.String(load_default=None, allow_none=True)
    of_age = fields.Boolean(
        required=True,
        validate=validate.Equal(True, error="未满 14 周岁的，请家里大人用自己的手机来选村"),
        metadata={"description": "14 or older; a younger child is spoken for by its guardian"},
    )


class GroupShape(Shape):
    id = fields.Integer(required=True)
    name = fields.String(required=True)


class BindingShape(Shape):
    village = fields.Nested(VillageShape, required=True)
    bound_village_id = fields.Integer(
        required=True,
        metadata={"description": "the village as it was bound; after a merge not village.id"},
    )
    village_ids = fields.List(
        fields.Integer(),
        required=True,
        metadata={"description": "the village as it was bound and each that it became, in order"},
    )
    group = fields.Nested(GroupShape, allow_none=True, required=True)
    household = fields.String(allow_none=True, required=True)
    bound_at = fields.AwareDateTime(required=True)


class HeldRoleShape(Shape):
    role = fields.String(required=True)
    region_id = fields.Integer(required=True)
    region_name = fields.String(required=True)


class MeShape(Shape):
    binding = fields.Nested(BindingShape, allow_none=True, required=True)
    roles = fields.List(fields.Nested(HeldRoleShape), required=True)


class RoleAcceptedShape(MeShape):
    # What the owner reads to a security administrator; null where nothing waits for that.
    phone_digits = fields.String(allow_none=True, required=True)


class SessionShape(Shape):
    token = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)
    me = fields.Nested(MeShape, required=True)


class InvitationInputShape(Shape):
    code = fields.String(required=True, validate=validate.Length(min=1, max=40, error="邀请码不对"))
