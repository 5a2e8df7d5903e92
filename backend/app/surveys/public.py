"""What every phone downloads whole: keys, questions, results; and the notice for the village."""

from datetime import date

import orjson
from flask import Blueprint, Response, render_template

from backend.app.ballots import ballot_box
from backend.app.ballots.errors import KeysUnknown
from backend.app.ballots.signing_keys import coming_digests, digest, key_file
from backend.app.core.clock import parse_month
from backend.app.core.db import transaction
from backend.app.core.web.guards import open_to_all
from backend.app.places.queries import get_place
from backend.app.surveys.round_files import (
    RoundUnknown,
    answers_file,
    results_file,
    survey_file,
)

blueprint = Blueprint("surveys_public", __name__)
HOUR, MINUTES, MINUTE = 3600, 300, 60


def _file(content: bytes, seconds: int) -> Response:
    """Every phone downloads all of it, so that asking says nothing about who asks."""
    response = Response(content, mimetype="application/json")
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.headers["ETag"] = f'"{digest(content)}"'
    return response


def _month(period: str) -> date:
    month = parse_month(period)
    if month is None:
        raise RoundUnknown
    return month


@blueprint.get("/keys/<int:county_id>/<period>.json")
@open_to_all("public keys; whoever asked with a name could be served other ones")
def show_keys(county_id: int, period: str) -> Response:
    month = parse_month(period)
    if month is None:
        raise KeysUnknown
    return _file(key_file(county_id, month), HOUR)


@blueprint.get("/keys/<int:county_id>/")
@open_to_all("the village's notice: what a phone shows can be held against it")
def show_notice(county_id: int) -> str:
    """A sheet for the notice board: the fingerprints of the months to come."""
    county = get_place(county_id)
    return render_template("surveys/notice.html", county=county, months=coming_digests(county_id))


@blueprint.get("/surveys/inbox.json")
@open_to_all("every phone asks for it at each opening, whether it has answered or not")
def show_inbox() -> Response:
    with transaction():
        content = orjson.dumps(ballot_box.status(), option=orjson.OPT_SORT_KEYS)
    return _file(content, MINUTE)


@blueprint.get("/surveys/<int:county_id>/<period>.json")
@open_to_all("the questions are no secret, and asking for them by name would be a trace")
def show_survey(county_id: int, period: str) -> Response:
    return _file(survey_file(county_id, _month(period)), MINUTES)


@blueprint.get("/surveys/<int:county_id>/<period>/results.json")
@open_to_all("published: the same rows for everybody")
def show_results(county_id: int, period: str) -> Response:
    return _file(results_file(county_id, _month(period)), HOUR)


@blueprint.get("/surveys/<int:county_id>/<period>/answers.json")
@open_to_all("every phone downloads all lists, whether it has answered or not")
def show_answer_lists(county_id: int, period: str) -> Response:
    return _file(answers_file(county_id, _month(period)), HOUR)
