"""年终: one page with the steps of a year's end, and the acts of the office."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Actor, Permission, may
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.grades.console import office_programme
from backend.app.assessments.locks.checklist import lock_checklist
from backend.app.assessments.locks.operations import lock_programme
from backend.app.assessments.locks.queries import programme_lock
from backend.app.assessments.publications.content import compose_year
from backend.app.assessments.publications.operations import publish_programme
from backend.app.assessments.publications.queries import programme_publication
from backend.app.assessments.reports.year_times import year_times_of
from backend.app.assessments.states import UNDER_WAY, ProgrammeState
from backend.app.assessments.year_end import operations
from backend.app.assessments.year_end.deadline_operations import closing_of, reopen_judgements
from backend.app.assessments.year_end.queries import year_steps
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.console_menu import local_time
from backend.app.core.web.forms import Form
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

NOTE, REASON = Form.of(note=boxes.Text(200)), Form.of(reason=boxes.Text())
Page = tuple[str, int] | Response


def _page(programme_id: int, error: DomainError | None = None) -> tuple[str, int]:
    programme = office_programme(programme_id)
    me, county = actor(), (programme.county_id,)
    closing = programme.state == ProgrammeState.CLOSING
    items = lock_checklist(programme) if closing else []
    return render_page(
        "assessments/year.html", error,
        programme=programme, steps=year_steps(programme, local_time),
        states=ProgrammeState.names(), items=[item for item in items if item.open],
        lock=programme_lock(programme_id), publication=programme_publication(programme_id),
        manages=may(me, Permission.MANAGE_PROGRAMMES, county),
        decides=may(me, Permission.DECIDE_RESULTS, county), closing=closing_of(programme_id),
        reopens=may(me, Permission.SUPERVISE_TARGETS, county) and programme.state in UNDER_WAY,
        under_meeting=clock.now() < year_times_of(programme).meeting_due_at,
    )  # fmt: skip


@blueprint.get("/year/<int:programme_id>")
@guard(Permission.SEE_PROGRAMMES)
def show_year(programme_id: int) -> tuple[str, int]:
    """For the office and leaders: what is done, what comes next, and by when."""
    return _page(programme_id)


def _act(programme_id: int, act: Callable[[Actor, int], Any]) -> Page:
    programme = office_programme(programme_id)
    try:
        with transaction():
            act(actor(), programme.id)
    except DomainError as error:
        return _page(programme_id, error)
    address = address_of("assessments_console.show_year", programme_id=programme_id)
    return redirect(address, 303)


@blueprint.post("/year/<int:programme_id>/close")
@guard(Permission.MANAGE_PROGRAMMES)
def close_year(programme_id: int) -> Page:
    return _act(programme_id, operations.close_programme)


@blueprint.post("/year/<int:programme_id>/reopen")
@guard(Permission.SUPERVISE_TARGETS)
def reopen_year(programme_id: int) -> Page:
    """核查和社会评价 once more, with a reason."""

    def reopen(me: Actor, key: int) -> None:
        reopen_judgements(me, key, REASON.read()["reason"])

    return _act(programme_id, reopen)


@blueprint.post("/year/<int:programme_id>/lock")
@guard(Permission.DECIDE_RESULTS)
def lock_year(programme_id: int) -> Page:
    """With the reason where something is still open."""

    def lock(me: Actor, key: int) -> None:
        lock_programme(me, key, NOTE.read()["note"])

    return _act(programme_id, lock)


@blueprint.get("/year/<int:programme_id>/preview")
@guard(Permission.DECIDE_RESULTS)
def preview_year(programme_id: int) -> Page:
    """The public page exactly as everybody would read it."""
    programme = office_programme(programme_id)
    lock = programme_lock(programme_id)
    if lock is None:
        return _page(programme_id)
    return render_template(
        "assessments/year_preview.html",
        programme=programme, content=compose_year(programme, lock), previewed=True,
    ), 200  # fmt: skip


@blueprint.post("/year/<int:programme_id>/publish")
@guard(Permission.DECIDE_RESULTS)
def publish_year(programme_id: int) -> Page:
    """Tells everybody; there is no way back but a correction."""
    return _act(programme_id, publish_programme)


@blueprint.post("/year/<int:programme_id>/archive")
@guard(Permission.MANAGE_PROGRAMMES)
def archive_year(programme_id: int) -> Page:
    return _act(programme_id, operations.archive_programme)
