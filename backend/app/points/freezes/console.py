"""异常: patterns, holds, freezes and appeals; whoever acted first does not decide."""

from typing import Any

from flask import redirect, render_template, request
from flask import url_for as address_of

from backend.app.access import Permission
from backend.app.accounts.forms import read_day
from backend.app.accounts.numbers import numbers_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotFound
from backend.app.core.guards import actor, guard
from backend.app.core.http import status_of
from backend.app.points import expiry, forms, policy, queries
from backend.app.points.blueprints import console as blueprint
from backend.app.points.freezes import anomalies
from backend.app.points.freezes import operations as freezes


@blueprint.get("/watch")
@guard(Permission.REVIEW_POINTS)
def show_watch() -> Any:
    return _page()


def _page(error: DomainError | None = None) -> Any:
    """Everything that waits for a look, then what was done."""
    county_id = forms.county_of(Permission.REVIEW_POINTS)
    found = anomalies.find(county_id, clock.today())
    page = render_template(
        "points/watch.html",
        error=error, form=request.form, person=request.values.get("person", ""),
        suspicions=found, numbers=numbers_of(one for line in found for one in line.people),
        holds=queries.list_holds(county_id), freezes=queries.list_freezes(county_id),
        policy=policy.policy_of(county_id), lapses=expiry.LAPSES,
    )  # fmt: skip
    return page, status_of(error) if error else 200


def _act(what: str) -> None:
    form, me = request.form, actor()
    county_id = forms.county_of(Permission.REVIEW_POINTS)
    number = forms.read_number(form, "id") or 0
    if what == "freeze":
        freezes.freeze(me, county_id, forms.read_person(form) or 0, form.get("reason", ""))
    elif what == "lift":
        freezes.lift(me, number)
    elif what == "appeal":
        freezes.decide_appeal(me, number, form.get("decision") == "lift", form.get("note", ""))
    elif what == "hold":
        day = read_day(form, "day")
        if day is None:
            raise InvalidInput(errors={"day": ["请填哪一天"]})
        freezes.hold(me, county_id, forms.read_people(form), day, form.get("reason", ""))
    elif what == "decide-hold":
        freezes.decide_hold(me, number, form.get("decision") == "back", form.get("note", ""))
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


@blueprint.post("/lapse")
@guard(Permission.MANAGE_POINTS)
def set_lapse() -> Any:
    """Whether and when points lapse."""
    form = request.form
    try:
        with transaction():
            expiry.set_policy(
                actor(), forms.county_of(Permission.MANAGE_POINTS), form.get("lapse", ""),
                forms.read_number(form, "valid_months") or 0,
                forms.read_number(form, "lapse_month") or 0,
            )  # fmt: skip
    except InvalidInput as refused:
        return _page(refused)
    return redirect(address_of("points_console.show_watch", _anchor="lapse"))


@blueprint.post("/survey")
@guard(Permission.MANAGE_POINTS)
def set_survey_points() -> Any:
    """What a survey is worth to everybody of a unit that was heard."""
    try:
        with transaction():
            county_id = forms.county_of(Permission.MANAGE_POINTS)
            points = forms.read_number(request.form, "survey_points")
            policy.set_survey_points(actor(), county_id, points)
    except InvalidInput as refused:
        return _page(refused)
    return redirect(address_of("points_console.show_watch", _anchor="survey"))
