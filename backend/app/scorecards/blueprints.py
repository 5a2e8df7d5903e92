"""The surfaces of scorecards, to which several files add their pages and endpoints."""

from flask import Blueprint

from backend.app.core.web.bodies import Blueprint as ApiBlueprint

api = ApiBlueprint("scorecards", __name__, url_prefix="/api/v1", description="得分")
console = Blueprint("scorecards_console", __name__, url_prefix="/console")
