"""方案: versions by year, the editor, what it would have done to last month, the approval."""

from datetime import date
from functools import partial
from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.accounts.queries import display_names
from backend.app.accounts.second_person import is_same_hand
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, form_args, query_args, typed
from backend.app.core.web.guards import actor, guard, own_county
from backend.app.core.web.http import render_page
from backend.app.places.queries import region_names
from backend.app.scorecards.blueprints import console as blueprint
from backend.app.scorecards.models import AssessmentScheme
from backend.app.scorecards.queries import list_months
from backend.app.scorecards.schemes import forms as scheme_forms
from backend.app.scorecards.schemes import operations as schemes
from backend.app.scorecards.schemes.queries import get_scheme, list_schemes, scheme_for
from backend.app.scorecards.states import SchemeState
from backend.app.scoring.scheme_json import from_json
from backend.app.scoring.schemes import ADJUSTMENT_NAMES, Scheme

MOST_MOVED = 60
STATES = SchemeState.names()
MONTH = boxes.Month(missing="应为月份，如 2027-01")
DRAFT = Form.of(title=boxes.Text(), first_month=MONTH)
_county = partial(own_county, Permission.MANAGE_SCHEMES)


def _own(scheme_id: int) -> AssessmentScheme:
    scheme = get_scheme(scheme_id)
    if scheme.county_id != _county():
        raise NotFound
    return scheme


@blueprint.get("/schemes")
@guard(Permission.MANAGE_SCHEMES)
def show_schemes() -> str:
    """All versions, and which one is in force."""
    county = _county()
    found = list_schemes(county)
    people = [one.drafted_by_id for one in found]
    people += [one.approved_by_id for one in found if one.approved_by_id]
    in_force, scheme = scheme_for(county, clock.month_of(clock.today()))
    return render_template(
        "scorecards/schemes.html", schemes=found, states=STATES, in_force=in_force, scheme=scheme,
        names=display_names(people), faults=schemes.faults_of(county, scheme),
    )  # fmt: skip


def _in_force(county: int) -> Scheme:
    return scheme_for(county, clock.month_of(clock.today()))[1]


def _last_month(county: int) -> date:
    """The newest month with scores that is over; else the newest there is."""
    this_month = clock.month_of(clock.today())
    months = list_months([county])
    return next((month for month in months if month < this_month), this_month)


def _editor(
    stored: AssessmentScheme | None, scheme: Scheme, error: DomainError | None = None,
    tried: Any = None,
) -> tuple[str, int]:  # fmt: skip
    county = _county()
    kinds = schemes.village_kinds(county)
    moved = tried.moved[:MOST_MOVED] if tried else ()
    return render_page(
        "scorecards/scheme.html", error,
        stored=stored, scheme=scheme, tried=tried, moved=moved,
        names=region_names([one.village_id for one in moved]),
        lines=scheme_forms.lines(scheme, kinds, typed if error else {}),
        faulty_kinds=scheme_forms.faulty_kinds(scheme, kinds, error.errors if error else {}),
        faults=[] if error else schemes.faults_of(county, scheme),
        this_month=clock.month_of(clock.today()), states=STATES,
        adjustment_names=ADJUSTMENT_NAMES,
        own=stored is not None and is_same_hand(actor().person_id, stored.drafted_by_id),
    )  # fmt: skip


@blueprint.get("/schemes/new")
@guard(Permission.MANAGE_SCHEMES)
def new_scheme() -> tuple[str, int]:
    """A new version starts from the one in force."""
    return _editor(None, _in_force(_county()))


@blueprint.get("/schemes/<int:scheme_id>")
@guard(Permission.MANAGE_SCHEMES)
@query_args(**{"try": boxes.Text()})
def show_scheme(scheme_id: int, **query: str) -> tuple[str, int]:
    stored = _own(scheme_id)
    scheme = from_json(stored.content)
    tried = None
    if query["try"]:
        county = _county()
        tried = schemes.what_if(county, _last_month(county), scheme)
    return _editor(stored, scheme, tried=tried)


@blueprint.post("/schemes")
@guard(Permission.MANAGE_SCHEMES)
@form_args(scheme_id=boxes.Id(otherwise=None))
def save_scheme(scheme_id: int | None) -> tuple[str, int] | Response:
    """Saves a draft, new or old; then shows it with what is still wrong."""
    county, stored = _county(), None if scheme_id is None else _own(scheme_id)
    before = from_json(stored.content) if stored else _in_force(county)
    try:
        title, month = DRAFT.read().values()
        scheme = scheme_forms.read(typed, schemes.village_kinds(county), before)
        with transaction():
            saved = schemes.save_draft(actor(), county, title, month, scheme, scheme_id)
    except DomainError as error:
        return _editor(stored, before, error)
    return redirect(address_of("scorecards_console.show_scheme", scheme_id=saved.id))


@blueprint.post("/schemes/<int:scheme_id>/decision")
@guard(Permission.MANAGE_SCHEMES)
@form_args(decision=boxes.Text(), note=boxes.Text())
def decide_scheme(scheme_id: int, decision: str, note: str) -> tuple[str, int] | Response:
    """审定 or 放弃."""
    stored = _own(scheme_id)
    try:
        with transaction():
            if decision == "approve":
                schemes.approve(actor(), scheme_id, note)
            else:
                schemes.drop(actor(), scheme_id)
    except DomainError as error:
        return _editor(stored, from_json(stored.content), error)
    return redirect(address_of("scorecards_console.show_schemes"))
