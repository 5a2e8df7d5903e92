"""考核: the first page."""

from flask import render_template

from backend.app.access import Permission
from backend.app.accounts.queries import display_names
from backend.app.assessments.blueprints import console as blueprint
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
    """How far units are with answering for what was issued; changes that wait."""
    scope = scope_of(actor())
    running = [one for one in list_programmes(scope.county_id) if one.state not in OPEN_DRAFT]
    programme = running[0] if running else None
    changes = open_changes(scope.county_id) if scope.sees_all else []
    return render_template(
        "assessments/home.html", programme=programme, now=clock.now(),
        answers=answers_of_units(scope, programme.id) if programme else [], changes=changes,
        names=display_names({one.proposed_by_id for one in changes}),
        states=ProgrammeState.names(), work=work_of(actor()),
    )  # fmt: skip
