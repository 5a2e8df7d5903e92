"""The surface of scorecards on the phone, on which several files hang their endpoints."""

from backend.app.core.bodies import Blueprint as ApiBlueprint

api = ApiBlueprint("scorecards", __name__, url_prefix="/api/v1", description="得分")
