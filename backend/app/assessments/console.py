"""考核: the first page."""

from flask import render_template

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.programmes.queries import list_programmes
from backend.app.assessments.reports.work_queries import work_of
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import ProgrammeState
from backend.app.core.web.guards import actor, guard


@blueprint.get("/")
@guard(Permission.SEE_PROGRAMMES)
def show_home() -> str:
    """The county's programmes, the newest first."""
    return render_template(
        "assessments/home.html", programmes=list_programmes(scope_of(actor()).county_id),
        states=ProgrammeState.names(), work=work_of(actor()),
    )  # fmt: skip
