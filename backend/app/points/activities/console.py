"""待确认: meetings and volunteer work, entered for many at once, confirmed by somebody else."""

from typing import Any

from flask import redirect
from flask import url_for as address_of

from backend.app.access import Permission, has_permission, regions_of
from backend.app.accounts.villagers import villagers_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query, form_args, typed
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.places.queries import get_place, search_villages
from backend.app.points.activities import operations as activities
from backend.app.points.blueprints import console as blueprint
from backend.app.points.forms import read_people
from backend.app.points.states import ActivityState

STATES = {**ActivityState.names(), "": "全部"}
STATE = Query.of(state=boxes.Choice(STATES, otherwise="waiting"))
VILLAGE = Query.of(q=boxes.Text(), village=boxes.Id())
DEED = Form.of(
    village=boxes.Id(otherwise=0), rule_id=boxes.Id(otherwise=0), happened_on=boxes.Day(),
    note=boxes.Text(),
)  # fmt: skip


@blueprint.get("/deeds")
@guard(Permission.SEE_POINTS)
def show_deeds() -> Any:
    return _deeds_page()


def _deeds_page(error: DomainError | None = None) -> Any:
    state = STATE.read()["state"]
    me, within = actor(), regions_of(actor(), Permission.SEE_POINTS)
    return render_page(
        "points/deeds.html", error,
        deeds=activities.list_deeds(within, me.person_id, state),
        state=state, states=STATES,
        confirms=has_permission(me, Permission.CONFIRM_DEEDS),
    )  # fmt: skip


@blueprint.get("/deeds/new")
@guard(Permission.ENTER_DEEDS)
def new_deed() -> Any:
    return _form()


def _form(error: DomainError | None = None) -> Any:
    """First the village, then what and who."""
    within = regions_of(actor(), Permission.ENTER_DEEDS)
    query = VILLAGE.read()
    words, village_id = query["q"], query["village"]
    village = get_place(village_id) if village_id else None
    if village is not None and (village.level != "village" or within.isdisjoint(village.path)):
        raise NotFound
    today = clock.today()
    return render_page(
        "points/deed.html", error,
        village=village, q=words, today=today,
        found=search_villages(words, list(within))[:12] if words else [],
        rules=activities.deed_rules(village.id, today) if village else [],
        people=villagers_of(village.id) if village else [],
        ticked=set(typed.getlist("people")),
    )  # fmt: skip


@blueprint.post("/deeds/new")
@guard(Permission.ENTER_DEEDS)
def enter_deed() -> Any:
    try:
        form, people = DEED.read(), read_people()
        with transaction():
            activities.enter(
                actor(), form["village"], form["rule_id"], form["happened_on"], form["note"], people
            )
    except InvalidInput as refused:
        return _form(refused)
    return redirect(address_of("points_console.show_deeds"))


@blueprint.post("/deeds/<int:deed_id>")
@guard(Permission.CONFIRM_DEEDS)
@form_args(decision=boxes.Text(), note=boxes.Text())
def decide_deed(deed_id: int, decision: str, note: str) -> Any:
    try:
        with transaction():
            activities.decide(actor(), deed_id, decision == "confirm", note)
    except (InvalidInput, Conflict) as refused:
        return _deeds_page(refused)
    return redirect(address_of("points_console.show_deeds"))


@blueprint.post("/deeds/<int:deed_id>/withdraw")
@guard(Permission.ENTER_DEEDS)
def withdraw_deed(deed_id: int) -> Any:
    """Whoever registered it takes it back while nobody has decided it."""
    try:
        with transaction():
            activities.withdraw(actor(), deed_id)
    except Conflict as refused:
        return _deeds_page(refused)
    return redirect(address_of("points_console.show_deeds"))
