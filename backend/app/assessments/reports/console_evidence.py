"""印证材料 of one target and month: sent once, used again, taken off."""

from collections.abc import Callable

from flask import Response as FileResponse
from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.models import Evidence
from backend.app.assessments.reports import evidence_operations as operations
from backend.app.assessments.reports.console_fill import WHICH, month_in_address, own_unit
from backend.app.assessments.reports.errors import ReportUnknown, WindowUnknown
from backend.app.assessments.reports.operations import is_open
from backend.app.assessments.reports.queries import (
    files_of,
    fill_rows,
    list_evidence,
    readable_evidence,
)
from backend.app.assessments.reports.window_queries import find_window
from backend.app.assessments.scopes import scope_of
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput
from backend.app.core.files import storage
from backend.app.core.web.forms import read_id, sent_file, takes_file
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

MIMES = {"jpg": "image/jpeg", "pdf": "application/pdf", "mp4": "video/mp4"}
Page = tuple[str, int] | Response


def _page(month: str, target_id: int, error: DomainError | None = None) -> tuple[str, int]:
    period = month_in_address(month)
    unit, _ = own_unit()
    window = find_window(unit.programme_id, period)
    if window is None:
        raise WindowUnknown
    row = next((row for row in fill_rows(unit.id, window.id) if row.target_id == target_id), None)
    if row is None:
        raise ReportUnknown
    files = files_of([row.report_id]).get(row.report_id, []) if row.report_id else []
    attached = {file.id for file in files}
    return render_page(
        "assessments/evidence.html", error,
        done=WHICH.read()["done"], month=month, period=period, unit=unit, row=row,
        files=files, most=operations.MOST_FILES, open=not row.is_sent and is_open(row, window),
        others=[file for file in list_evidence(unit.id) if file.id not in attached],
        back=address_of("assessments_console.show_fill", month=month, unit=unit.id),
    )  # fmt: skip


def _act(month: str, target_id: int, act: Callable[[int], str]) -> Page:
    """Does it for the reader's unit, and shows the page again."""
    unit, _ = own_unit()
    try:
        with transaction():
            done = act(unit.id)
    except (InvalidInput, Conflict) as error:
        return _page(month, target_id, error)
    return redirect(
        address_of("assessments_console.show_evidence", month=month, target_id=target_id,
                   unit=unit.id, done=done), 303
    )  # fmt: skip


@blueprint.get("/fill/<month>/evidence/<int:target_id>")
@guard(Permission.REPORT_TARGETS)
def show_evidence(month: str, target_id: int) -> tuple[str, int]:
    """The files of one report, and what else could serve."""
    return _page(month, target_id)


@blueprint.post("/fill/<month>/evidence/<int:target_id>")
@takes_file(operations.MOST_VIDEO_BYTES)
@guard(Permission.REPORT_TARGETS)
def add_evidence(month: str, target_id: int) -> Page:
    """One file, stored once however often it is sent."""

    def add(unit_id: int) -> str:
        sent = sent_file("请选一份材料")
        is_new = operations.add_evidence(
            actor(), unit_id, target_id, month_in_address(month), sent.read(), sent.filename or ""
        )
        return "new" if is_new else "again"

    return _act(month, target_id, add)


@blueprint.post("/fill/<month>/evidence/<int:target_id>/use")
@guard(Permission.REPORT_TARGETS)
def use_evidence(month: str, target_id: int) -> Page:
    """引用已有材料."""

    def use(unit_id: int) -> str:
        operations.use_evidence(
            actor(), unit_id, target_id, month_in_address(month), read_id("evidence")
        )
        return "again"

    return _act(month, target_id, use)


@blueprint.post("/fill/<month>/evidence/<int:target_id>/detach")
@guard(Permission.REPORT_TARGETS)
def detach_evidence(month: str, target_id: int) -> Page:
    """Takes a file off this report."""

    def detach(unit_id: int) -> str:
        operations.detach_evidence(
            actor(), unit_id, target_id, month_in_address(month), read_id("evidence")
        )
        return "off"

    return _act(month, target_id, detach)


@blueprint.get("/evidence/<int:evidence_id>")
@guard(Permission.SEE_PROGRAMMES)
def open_evidence(evidence_id: int) -> FileResponse:
    """The file itself, to its unit, to owners of what it serves, and to who sees everything."""
    evidence: Evidence = readable_evidence(scope_of(actor()), evidence_id)
    response = FileResponse(storage.read(evidence.key), mimetype=MIMES[evidence.kind])
    response.headers["Cache-Control"] = "private, no-store"
    shown = "inline" if evidence.kind == "jpg" else "attachment"
    response.headers["Content-Disposition"] = (
        f"{shown}; filename=evidence-{evidence.id}.{evidence.kind}"
    )
    return response
