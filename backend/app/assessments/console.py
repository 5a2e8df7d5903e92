"""考核: the first page."""

from flask import render_template

from backend.app.access import Permission
from backend.app.accounts.queries import display_names
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.overviews.console_unit import chosen_unit, unit_page
from backend.app.assessments.programmes.queries import list_programmes
from backend.app.assessments.reports.work_queries import work_of
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import OPEN_DRAFT, ProgrammeState
from backend.app.assessments.targets.queries import answers_of_units, open_changes
from backend.app.core import clock
from backend.app.core.web.guards import actor, guard


@blueprint.get("/")
@guard(Permission.SEE_PROGRAMMES)
def show_home() -> str:
    """A unit's own page; else how far units are with answering, and changes that wait."""
    scope, work = scope_of(actor()), work_of(actor())
    if work.units and not scope.sees_all:
        return unit_page(scope, chosen_unit(work.units), work)
    running = [one for one in list_programmes(scope.county_id) if one.state not in OPEN_DRAFT]
    programme = running[0] if running else None
    changes = open_changes(scope.county_id) if scope.sees_all else []
    return render_template(
        "assessments/home.html", programme=programme, now=clock.now(),
        answers=answers_of_units(scope, programme.id) if programme else [], changes=changes,
        names=display_names({one.proposed_by_id for one in changes}),
        states=ProgrammeState.names(), work=work,
    )  # fmt: skip
