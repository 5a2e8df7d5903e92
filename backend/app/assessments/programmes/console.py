"""考核项目: the list, a new one, and ① its basis."""

from werkzeug import Response

from backend.app.access import Permission
from backend.app.accounts.queries import display_names
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes import forms, operations, queries
from backend.app.assessments.programmes.console_wizard import (
    manager_county,
    own_programme,
    to_step,
    wizard,
)
from backend.app.assessments.programmes.copy_operations import copy_programme
from backend.app.assessments.programmes.operations import ProgrammeBasics, create_programme
from backend.app.assessments.states import ProgrammeState
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput
from backend.app.core.web.boxes import whole
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

# Before the number of the programme that is copied.
COPY = "copy:"


@blueprint.get("/programmes")
@guard(Permission.MANAGE_PROGRAMMES)
def show_programmes() -> tuple[str, int]:
    return _programmes()


def _programmes(error: DomainError | None = None) -> tuple[str, int]:
    listed = queries.list_programmes(manager_county())
    people = {one.drafted_by_id for one in listed} | {one.approved_by_id or 0 for one in listed}
    return render_page(
        "assessments/programmes.html", error, programmes=listed, names=display_names(people),
        states=ProgrammeState.names(), year=clock.today().year,
    )  # fmt: skip


@blueprint.post("/programmes")
@guard(Permission.MANAGE_PROGRAMMES)
def begin_programme() -> tuple[str, int] | Response:
    """From another programme, or empty; from a template in the library."""
    try:
        basics, template = ProgrammeBasics(**forms.BASICS.read()), forms.NEW.read()["template"]
        with transaction():
            created = _begin(basics, template).id
    except DomainError as refused:
        return _programmes(refused)
    return to_step(created, "basics")


def _begin(basics: ProgrammeBasics, template: str) -> Programme:
    source_id = whole(template.removeprefix(COPY), 1) if template.startswith(COPY) else None
    if source_id is not None:
        return copy_programme(actor(), manager_county(), basics, source_id)
    if template:
        raise InvalidInput(errors={"template": ["请从列表里选"]})
    return create_programme(actor(), manager_county(), basics, "own", None)


@blueprint.get("/programmes/<int:programme_id>")
@guard(Permission.MANAGE_PROGRAMMES)
def show_basics(programme_id: int) -> tuple[str, int]:
    return wizard(own_programme(programme_id), "basics")


@blueprint.post("/programmes/<int:programme_id>")
@guard(Permission.MANAGE_PROGRAMMES)
def save_basics(programme_id: int) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        basics = ProgrammeBasics(**forms.BASICS.read())
        with transaction():
            operations.save_basics(actor(), programme.id, basics)
    except DomainError as refused:
        return wizard(own_programme(programme_id), "basics", refused)
    return to_step(programme_id, "basics")
