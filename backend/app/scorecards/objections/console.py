"""申诉: the desk's queue, one objection with its case, and the decision."""

from typing import Any

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, regions_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput, NotAllowed
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query, last_page, query_args
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.places.queries import region_path
from backend.app.ratings.facts import shown_words
from backend.app.scorecards.blueprints import console as blueprint
from backend.app.scorecards.evidence import costs_of
from backend.app.scorecards.locks import operations as locks
from backend.app.scorecards.locks.operations import lock_of
from backend.app.scorecards.objections import operations as objections
from backend.app.scorecards.objections import queries as objection_queries
from backend.app.scorecards.objections.photos import PHOTOS

STATES = {"": "全部", **objection_queries.STATE_WORDS}
QUEUE = Query.of(
    state=boxes.Choice(objection_queries.STATE_WORDS, otherwise=""), month=boxes.Month(),
    page=boxes.Page(), saved=boxes.Text(),
)  # fmt: skip
DAYS = Form.of(days=boxes.Number("应为 1 到 60 天", missing="应为 1 到 60 天", most=999))
DECISION = Form.of(
    choice=boxes.Choice(("upheld", "refused"), missing="请选成立或不成立"), decision=boxes.Text()
)


def _scope() -> frozenset[int]:
    return regions_of(actor(), Permission.SEE_VILLAGES)


@blueprint.get("/objections")
@guard(Permission.SEE_VILLAGES)
def list_objections() -> tuple[str, int]:
    """What waits for a decision first; shares of the month."""
    return _queue()


def _queue(error: DomainError | None = None) -> tuple[str, int]:
    query = QUEUE.read()
    month = query["month"]
    lines, total = objection_queries.list_objections(_scope(), query["state"], month, query["page"])
    deciding = regions_of(actor(), Permission.DECIDE_OBJECTIONS)
    county = min(deciding) if deciding else None
    shown = month or clock.previous_month(clock.month_of(clock.today()))
    return render_page(
        "scorecards/desk/objections.html", error,
        lines=lines, total=total, last=last_page(total, objection_queries.PAGE),
        states=STATES, **query,
        shares=objection_queries.objection_shares(county, shown) if county else None,
        shares_month=shown, days=locks.objection_days(county) if county else None,
    )  # fmt: skip


@blueprint.post("/objections/days")
@guard(Permission.DECIDE_OBJECTIONS)
def set_days() -> tuple[str, int] | Response:
    """For how many days after a month one may object."""
    try:
        days = DAYS.read()["days"]
        with transaction():
            for county_id in sorted(regions_of(actor(), Permission.DECIDE_OBJECTIONS)):
                objections.set_objection_days(actor(), county_id, days)
    except InvalidInput as error:
        return _queue(error)
    return redirect(address_of("scorecards_console.list_objections", saved=1), 303)


@blueprint.get("/objections/<int:objection_id>")
@guard(Permission.SEE_VILLAGES)
@query_args(done=boxes.Text())
def show_objection(objection_id: int, done: str) -> tuple[str, int]:
    """The objection, its case, and what became of it."""
    return _page(objection_id, done=done)


def _page(objection_id: int, error: DomainError | None = None, done: str = "") -> tuple[str, int]:
    objection = objections.get_objection(objection_id)
    if _scope().isdisjoint(region_path(objection.village_id)):
        raise NotAllowed
    at = clock.now()
    facts = objections.standing_facts(objection.village_id, objection.month)
    return render_page(
        "scorecards/desk/objection.html", error,
        line=objection_queries.line_of(objection), objection=objection,
        costs=costs_of(facts.cases, objection.case_kind, objection.case_id) if facts else [],
        words=shown_words(objection.case_id) if objection.case_kind == "rating" else [],
        photos=[PHOTOS.link_to(photo.id, at) for photo in PHOTOS.of(objection.id)],
        people=objection_queries.people_of(objection), why_not=_why_not(objection_id),
        locked=lock_of(objection.county_id, objection.month) is not None,
        done=done, struck=objection_queries.STRUCK,
    )  # fmt: skip


def _why_not(objection_id: int) -> str | None:
    """Why the reader may not decide, or None."""
    try:
        objections.check_reviewer(actor(), objections.get_objection(objection_id))
    except NotAllowed as refused:
        return refused.message
    return None


@blueprint.post("/objections/<int:objection_id>")
@guard(Permission.DECIDE_OBJECTIONS)
def decide_objection(objection_id: int) -> tuple[str, int] | Response:
    """Upheld or refused, with the reason."""
    try:
        form = DECISION.read()
        with transaction():
            objections.decide_objection(
                actor(), objection_id, form["choice"] == "upheld", form["decision"]
            )
    except (InvalidInput, objections.ObjectionDecided) as error:
        return _page(objection_id, error)
    where: dict[str, Any] = {"objection_id": objection_id, "done": 1}
    return redirect(address_of("scorecards_console.show_objection", **where), 303)
