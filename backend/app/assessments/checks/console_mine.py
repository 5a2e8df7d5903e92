"""核查员的页面: one's own assignments and nothing else, on a phone as on a desk."""

from collections.abc import Callable

from flask import Response as FileResponse
from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, regions_of
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.checks import operations, queries
from backend.app.assessments.checks.console import SEEN
from backend.app.assessments.checks.errors import CheckUnknown
from backend.app.assessments.checks.operations import Seen
from backend.app.assessments.checks.queries import CheckRow
from backend.app.assessments.reports.console_evidence import MIMES
from backend.app.assessments.states.checks import CheckFinding, CheckKind, CheckState
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput
from backend.app.core.files import storage
from backend.app.core.files.photos import MOST_BYTES
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query, sent_file, takes_file
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

DONE = Query.of(done=boxes.Text(12))
FOUND = Form.of(**SEEN)


def _check(check_id: int) -> CheckRow:
    counties = regions_of(actor(), Permission.CHECK_SITES)
    return queries.assigned_check(check_id, actor().person_id, counties)


@blueprint.get("/checks/mine")
@guard(Permission.CHECK_SITES)
def list_own_checks() -> str:
    """Whom the reader is to visit."""
    rows = queries.assigned_checks(
        actor().person_id, regions_of(actor(), Permission.CHECK_SITES)
    )  # fmt: skip
    found = queries.findings_of([row.id for row in rows])
    mine = {
        check_id for check_id, listed in found.items()
        if any(row.checker_id == actor().person_id for row in listed)
    }  # fmt: skip
    return render_template(
        "assessments/own_checks.html", rows=rows, mine=mine, states=CheckState.names(),
        kinds=CheckKind.names(), today=clock.today(),
    )  # fmt: skip


def _page(check_id: int, error: DomainError | None = None) -> tuple[str, int]:
    row = _check(check_id)
    found = queries.findings_of([row.id]).get(row.id, [])
    own = next((one for one in found if one.checker_id == actor().person_id), None)
    return render_page(
        "assessments/own_check.html", error,
        row=row, own=own, results=CheckFinding.names(), kinds=CheckKind.names(),
        states=CheckState.names(), files=queries.files_of_check(row), today=clock.today(),
        done=DONE.read()["done"],
        open=own is None and row.state == CheckState.ASSIGNED,
    )  # fmt: skip


def _act(check_id: int, act: Callable[[], None], done: str) -> tuple[str, int] | Response:
    _check(check_id)
    try:
        with transaction():
            act()
    except (InvalidInput, Conflict) as error:
        return _page(check_id, error)
    address = address_of("assessments_console.show_own_check", check_id=check_id, done=done)
    return redirect(address, 303)


@blueprint.get("/checks/mine/<int:check_id>")
@guard(Permission.CHECK_SITES)
def show_own_check(check_id: int) -> tuple[str, int]:
    """What was claimed, the files, and the form; the other one's answer is not in sight."""
    return _page(check_id)


@blueprint.post("/checks/mine/<int:check_id>")
@guard(Permission.CHECK_SITES)
def record_finding(check_id: int) -> tuple[str, int] | Response:
    """Once, and then it stands."""

    def act() -> None:
        form = FOUND.read()
        seen = Seen(form["finding"], form["words"], form["value"])
        operations.record_finding(actor(), check_id, seen)

    return _act(check_id, act, "recorded")


@blueprint.post("/checks/mine/<int:check_id>/files")
@takes_file(MOST_BYTES)
@guard(Permission.CHECK_SITES)
def add_check_file(check_id: int) -> tuple[str, int] | Response:
    """A photo from the place."""

    def act() -> None:
        sent = sent_file("请选一张照片或一份 PDF")
        operations.add_check_file(actor(), check_id, sent.read(), sent.filename or "")

    return _act(check_id, act, "file")


@blueprint.get("/checks/mine/<int:check_id>/files/<int:evidence_id>")
@guard(Permission.CHECK_SITES)
def open_check_file(check_id: int, evidence_id: int) -> FileResponse:
    """A file of the check or of the reports that it looks at."""
    files = {file.id: file for file in queries.files_of_check(_check(check_id))}
    if evidence_id not in files:
        raise CheckUnknown("没有找到这份材料")
    file = files[evidence_id]
    response = FileResponse(storage.read(file.key), mimetype=MIMES[file.kind])
    response.headers["Cache-Control"] = "private, no-store"
    return response
