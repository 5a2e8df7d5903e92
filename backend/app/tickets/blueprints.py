"""The surfaces of tickets to which several files add their pages."""

from flask import Blueprint

from backend.app.core.web import bodies

api = bodies.Blueprint("tickets", __name__, url_prefix="/api/v1", description="诉求")
console = Blueprint("tickets_console", __name__, url_prefix="/console/tickets")
