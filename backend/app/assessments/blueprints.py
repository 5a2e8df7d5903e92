"""The blueprints that the surfaces of assessments share."""

from flask import Blueprint

from backend.app.core.web.bodies import Blueprint as ApiBlueprint

console = Blueprint("assessments_console", __name__, url_prefix="/console/assessments")
api = ApiBlueprint("assessments", __name__, url_prefix="/api/v1", description="考核")
