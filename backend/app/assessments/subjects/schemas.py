"""Shapes of a subject's own page on the phone."""

from marshmallow import fields, validate

from backend.app.core.web.schemas import Shape


class SubjectInvitationShape(Shape):
    code = fields.String(required=True, validate=validate.Length(min=1, max=40, error="邀请码不对"))
