"""The shape of a phone's first page: those of the ends it is made of."""

from marshmallow import fields

from backend.app.accounts.schemas import MeShape
from backend.app.core.web.schemas import Shape
from backend.app.scorecards.schemas import ScorecardShape
from backend.app.tickets.schemas import OwnTicketsShape


class HomeShape(Shape):
    me = fields.Nested(MeShape, required=True)
    balance = fields.Integer(required=True)
    tickets = fields.Nested(OwnTicketsShape, required=True)
    unread = fields.Integer(required=True)
    headline = fields.String(required=True)
    scorecard = fields.Nested(ScorecardShape, allow_none=True, required=True)
