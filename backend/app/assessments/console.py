"""考核: the first page."""

from collections.abc import Callable

from flask import render_template

from backend.app.access import Permission, has_permission
from backend.app.accounts.queries import display_names
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.console_year import WHICH_PROGRAMME
from backend.app.assessments.models import Programme
from backend.app.assessments.overviews.console_unit import chosen_unit, unit_page
from backend.app.assessments.overviews.county_queries import added
from backend.app.assessments.overviews.office_queries import office_view
from backend.app.assessments.programmes.queries import overviewed_programmes
from backend.app.assessments.reports.work_queries import work_of
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import ProgrammeState
from backend.app.assessments.targets.queries import answers_of_units, open_changes
from backend.app.core import clock
from backend.app.core.web.guards import actor, guard


@blueprint.context_processor
def _choices() -> dict[str, Callable[[int], list[Programme]]]:
    """Which programmes a page lets its reader choose from."""
    return {"overviewed_programmes": overviewed_programmes}


@blueprint.get("/")
@guard(Permission.SEE_PROGRAMMES)
def show_home() -> str:
    """A unit's own page; else what waits for the office, units' answers and open changes."""
    scope = scope_of(actor())
    work = work_of(actor(), scope)
    if work.units and not scope.sees_all:
        return unit_page(scope, chosen_unit(work.units), work)
    wanted, listed = WHICH_PROGRAMME.read()["programme"], overviewed_programmes(scope.county_id)
    programme = next((row for row in listed if wanted in (None, row.id)), None)
    is_office = has_permission(actor(), Permission.SUPERVISE_TARGETS)
    changes = open_changes(scope.county_id) if scope.sees_all else []
    return render_template(
        "assessments/home.html", programme=programme, listed=listed, now=clock.now(),
        answers=answers_of_units(scope, programme.id) if programme else [], changes=changes,
        names=display_names({change.proposed_by_id for change in changes}),
        states=ProgrammeState.names(), work=work, added=added,
        office=office_view(programme) if programme and is_office else None,
    )  # fmt: skip
