"""我的考核: the own targets, values and reports at any time, the own result after its talk."""

from typing import Any

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Actor, Permission
from backend.app.accounts.queries import display_names
from backend.app.assessments.appraisals.queries import dispute_words
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.overviews.own_queries import OwnUnit, own_targets, own_units
from backend.app.assessments.reports.facts import shown
from backend.app.assessments.results.loss_words import cents_text
from backend.app.assessments.results.queries import (
    ShownResult,
    results_to_date,
    shown_results,
)
from backend.app.assessments.states import ReportState
from backend.app.assessments.states.talks import TalkKind, TalkSide, TalkState
from backend.app.assessments.talks.forms import read_talk
from backend.app.assessments.talks.operations import write_talk
from backend.app.assessments.talks.queries import (
    quarters_begun,
    result_shown_until,
    talks_of,
)
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.scoring.assessing.moves import MOVE_NAMES

WHICH = Query.of(unit=boxes.Id(otherwise=None), done=boxes.Text(12))


def _units(me: Actor) -> list[OwnUnit]:
    return own_units({grant.subject_id for grant in me.grants if grant.subject_id is not None})


def own_result(unit: OwnUnit) -> ShownResult | None:
    """As it stands; of a person as far as the last quarter that both have talked about."""
    until = result_shown_until(unit.id) if unit.is_person else None
    if unit.is_person and until is None:
        return None
    rows = results_to_date(unit.programme_id, until) if until else shown_results(unit.programme_id)
    return next((row for row in rows if row.unit_id == unit.id), None)


def _details(unit: OwnUnit) -> dict[str, Any]:
    result, talks = own_result(unit), talks_of([unit.id])[unit.id]
    return {
        "targets": own_targets(unit.id), "result": result, "talks": talks,
        "disputes": dispute_words(unit.programme_id, unit.id),
        "shown_until": result_shown_until(unit.id), "quarters": quarters_begun(unit.year),
        "names": display_names({talk.manager_id or 0 for talk in talks}),
    }  # fmt: skip


def _page(error: DomainError | None = None, unit_id: int | None = None) -> tuple[str, int]:
    units, query = _units(actor()), WHICH.read()
    wanted = unit_id or query["unit"]
    chosen = next((unit for unit in units if unit.id == wanted), units[0] if units else None)
    return render_page(
        "assessments/own.html", error, units=units, chosen=chosen, kinds=TalkKind.names(),
        states=TalkState.names(), report_states=ReportState.names(), shown=shown,
        moves=MOVE_NAMES, points=cents_text, done=query["done"],
        **(_details(chosen) if chosen else {}),
    )  # fmt: skip


@blueprint.get("/own")
@guard(Permission.SEE_OWN_ASSESSMENT)
def show_own() -> tuple[str, int]:
    """One programme at a time."""
    return _page()


@blueprint.post("/own/<int:unit_id>/talks")
@guard(Permission.SEE_OWN_ASSESSMENT)
def write_own_talk(unit_id: int) -> tuple[str, int] | Response:
    """In the words of who is assessed."""
    unit = next((row for row in _units(actor()) if row.id == unit_id), None)
    if unit is None:
        raise NotFound("没有找到您的这项考核")
    try:
        with transaction():
            write_talk(actor(), unit.county_id, unit_id, read_talk(), TalkSide.PERSON)
    except DomainError as refused:
        return _page(refused, unit_id)
    return redirect(address_of("assessments_console.show_own", unit=unit_id, done="written"), 303)
