"""Shapes of places."""

from marshmallow import fields, validate

from backend.app.core.web.schemas import BIGGEST_ID, Shape


class RegionsQuery(Shape):
    parent_id = fields.Integer(
        load_default=None,
        validate=validate.Range(min=1, max=BIGGEST_ID, error="编号不对"),
        metadata={"description": "list what lies below this region"},
    )
    q = fields.String(
        load_default=None,
        validate=validate.Regexp(r"^[^\x00-\x1f]{1,30}$", error="请输入 1 到 30 个字"),
        metadata={"description": "find villages by name or code instead"},
    )


class RegionShape(Shape):
    """A region in a picker, or a village found by name."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    level = fields.String(required=True)
    code = fields.String(allow_none=True)
    has_children = fields.Boolean()
    township = fields.String()
    county = fields.String()


class RegionsShape(Shape):
    items = fields.List(fields.Nested(RegionShape), required=True)


class VillageShape(Shape):
    """A village as people call it, with where it lies."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    township = fields.String(required=True)
    county = fields.String(required=True)
    county_id = fields.Integer(required=True)
