"""本单位: the entry of those who fill in, and what others who may see a unit read of it."""

from flask import render_template

from backend.app.access import Permission
from backend.app.assessments.appraisals.queries import dispute_words
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.evaluation.rule_words import explain, percent
from backend.app.assessments.overviews.unit_queries import unit_view
from backend.app.assessments.reports.errors import NotYourUnit
from backend.app.assessments.reports.facts import shown
from backend.app.assessments.reports.queries import UnitRow, get_unit
from backend.app.assessments.reports.work_queries import MonthWork
from backend.app.assessments.scopes import ReaderScope, scope_of
from backend.app.assessments.states import (
    ProgrammeAdjustmentKind,
    ProgrammeAdjustmentState,
    SupervisionState,
)
from backend.app.core import clock
from backend.app.core.errors import NotFound
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query
from backend.app.core.web.guards import actor, guard
from backend.app.tickets.kinds import STEP_NAMES

WHICH = Query.of(unit=boxes.Id(otherwise=None), colour=boxes.Text(12))


def unit_page(scope: ReaderScope, unit: UnitRow, work: MonthWork | None = None) -> str:
    """`work` is what waits for the reader where this is the reader's own first page."""
    view, colour = unit_view(unit, work), WHICH.read()["colour"]
    return render_template(
        "assessments/unit.html", view=view, unit=unit, work=work, colour=colour,
        disputes=dispute_words(unit.programme_id, unit.id) if view.answer.is_disputed else (),
        rows=view.urgent(colour), is_own=scope.covers(unit.region_id, unit.department_id),
        explain=explain, percent=percent, shown=shown, now=clock.now(), step_names=STEP_NAMES,
        step_states=SupervisionState.names(), kinds=ProgrammeAdjustmentKind.names(),
        card_states=ProgrammeAdjustmentState.names(),
    )  # fmt: skip


def chosen_unit(units: list[UnitRow]) -> UnitRow:
    """The one that the address names, or the first."""
    wanted = WHICH.read()["unit"]
    return next((unit for unit in units if unit.id == wanted), units[0])


@blueprint.get("/units/<int:unit_id>")
@guard(Permission.SEE_PROGRAMMES)
def show_unit(unit_id: int) -> str:
    """Of the reader's own, or of the whole county's."""
    scope = scope_of(actor())
    try:
        unit = get_unit(unit_id)
    except NotYourUnit:
        raise NotFound("没有找到这个单位") from None
    is_seen = scope.sees_all or scope.covers(unit.region_id, unit.department_id)
    if unit.county_id != scope.county_id or not is_seen:
        raise NotFound("没有找到这个单位")
    return unit_page(scope, unit)
