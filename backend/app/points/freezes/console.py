"""异常: patterns, frozen days, freezes and appeals; whoever acted first does not decide."""

from typing import Any

from flask import redirect
from flask import url_for as address_of

from backend.app.access import Permission
from backend.app.accounts.numbers import numbers_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query, form_args
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.places.county_settings import EXPIRY_RULES
from backend.app.places.queries import settings_of
from backend.app.points import expiry, forms, operations, queries
from backend.app.points.blueprints import console as blueprint
from backend.app.points.freezes import anomalies
from backend.app.points.freezes import operations as freezes

PERSON = Query.of(person=boxes.Text())
ACT = Form.of(
    id=boxes.Id(otherwise=0), person=boxes.Text(), reason=boxes.Text(), decision=boxes.Text(),
    note=boxes.Text(),
)  # fmt: skip
FREEZE_DAY = Form.of(day=boxes.Day(missing="请填哪一天"), reason=boxes.Text())


@blueprint.get("/watch")
@guard(Permission.REVIEW_POINTS)
def show_watch() -> Any:
    return _page()


def _page(error: DomainError | None = None) -> Any:
    """Everything that waits for a look, then what was done."""
    county_id = forms.county_of(Permission.REVIEW_POINTS)
    found = anomalies.find(county_id, clock.today())
    return render_page(
        "points/watch.html", error, **PERSON.read(),
        suspicions=found, numbers=numbers_of(one for line in found for one in line.people),
        day_freezes=queries.list_day_freezes(county_id), freezes=queries.list_freezes(county_id),
        policy=settings_of(county_id), expiry_rules=EXPIRY_RULES,
    )  # fmt: skip


def _act(what: str) -> None:
    me, county_id = actor(), forms.county_of(Permission.REVIEW_POINTS)
    form = (FREEZE_DAY if what == "freeze-day" else ACT).read()
    if what == "freeze":
        person_id = forms.person_numbered(form["person"]) or 0
        freezes.freeze(me, county_id, person_id, form["reason"])
    elif what == "lift":
        freezes.lift(me, form["id"])
    elif what == "appeal":
        freezes.decide_appeal(me, form["id"], form["decision"] == "lift", form["note"])
    elif what == "freeze-day":
        freezes.freeze_day(me, county_id, forms.read_people(), form["day"], form["reason"])
    elif what == "decide-day":
        freezes.decide_day_freeze(me, form["id"], form["decision"] == "back", form["note"])
    else:
        raise NotFound


@blueprint.post("/watch/<string:what>")
@guard(Permission.REVIEW_POINTS)
def do_watch(what: str) -> Any:
    try:
        with transaction():
            _act(what)
    except (InvalidInput, Conflict, NotFound) as refused:
        return _page(refused)
    return redirect(address_of("points_console.show_watch"))


@blueprint.post("/expiry")
@guard(Permission.MANAGE_POINTS)
@form_args(
    expiry_rule=boxes.Text(),
    valid_months=boxes.Number(otherwise=0),
    expiry_month=boxes.Number(otherwise=0),
)
def set_expiry(expiry_rule: str, valid_months: int, expiry_month: int) -> Any:
    """Whether and when points expire."""
    county_id = forms.county_of(Permission.MANAGE_POINTS)
    try:
        with transaction():
            expiry.set_expiry(actor(), county_id, expiry_rule, valid_months, expiry_month)
    except InvalidInput as refused:
        return _page(refused)
    return redirect(address_of("points_console.show_watch", _anchor="expiry"))


@blueprint.post("/survey")
@guard(Permission.MANAGE_POINTS)
@form_args(survey_points=boxes.Number(otherwise=None))
def set_survey_points(survey_points: int | None) -> Any:
    """What a survey is worth to everybody of a unit that was heard."""
    county_id = forms.county_of(Permission.MANAGE_POINTS)
    try:
        with transaction():
            operations.set_survey_points(actor(), county_id, survey_points)
    except InvalidInput as refused:
        return _page(refused)
    return redirect(address_of("points_console.show_watch", _anchor="survey"))
