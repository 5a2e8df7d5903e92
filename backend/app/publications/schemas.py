"""The shape of a village's published month on the phone."""

from marshmallow import fields

from backend.app.core.web.schemas import Shape


class PublishedVillageShape(Shape):
    """Lines to be read; `path` is the page that everybody reads."""

    month = fields.String(required=True)
    village = fields.String(required=True)
    headline = fields.String(required=True)
    said = fields.List(fields.String(), required=True)
    done = fields.List(fields.String(), required=True)
    left = fields.List(fields.String(), required=True)
    corrections = fields.List(fields.String(), required=True)
    published_at = fields.AwareDateTime(required=True)
    path = fields.String(required=True)
