"""The key file of a month: public, the same for everybody, checked by every phone."""

from flask import Blueprint, Response

from backend.app.core.calendar import parse_month
from backend.app.core.guards import open_to_all
from backend.app.surveys.errors import KeysUnknown
from backend.app.surveys.keys import digest, key_file

blueprint = Blueprint("surveys_public", __name__)


@blueprint.get("/keys/<int:county_id>/<period>.json")
@open_to_all("public keys; whoever asked with a name could be served other ones")
def show_keys(county_id: int, period: str) -> Response:
    """Every phone downloads all of it, so that asking says nothing about who asks."""
    month = parse_month(period)
    if month is None:
        raise KeysUnknown
    content = key_file(county_id, month)
    response = Response(content, mimetype="application/json")
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["ETag"] = f'"{digest(content)}"'
    return response
