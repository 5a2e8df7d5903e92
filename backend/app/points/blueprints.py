"""The surfaces of points, on which several files hang their pages and endpoints."""

from flask import Blueprint

from backend.app.core.web.bodies import Blueprint as ApiBlueprint

api = ApiBlueprint("points", __name__, url_prefix="/api/v1", description="积分")
console = Blueprint("points_console", __name__, url_prefix="/console/points")
public = Blueprint("points_public", __name__, url_prefix="/p")
