"""月度进度表: the month's workbook out, and back in as drafts."""

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.reports import operations
from backend.app.assessments.reports.console_fill import (
    fill_page,
    month_in_address,
    own_unit,
)
from backend.app.assessments.reports.errors import WindowUnknown
from backend.app.assessments.reports.progress_sheet import progress_book, read_progress
from backend.app.assessments.reports.queries import FillRow, UnitRow, fill_rows
from backend.app.assessments.reports.window_queries import find_window
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, InvalidInput
from backend.app.core.files.spreadsheets import MOST_BYTES
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import sent_file, takes_file
from backend.app.core.web.guards import actor, guard


def _rows(month: str) -> tuple[UnitRow, list[FillRow]]:
    unit, _ = own_unit()
    window = find_window(unit.programme_id, month_in_address(month))
    if window is None:
        raise WindowUnknown
    return unit, fill_rows(unit.id, window.id)


@blueprint.get("/fill/<month>/progress.xlsx")
@guard(Permission.REPORT_TARGETS)
def download_progress(month: str) -> Response:
    """What may still be filled in, with plan and last value."""
    unit, rows = _rows(month)
    return send_book(progress_book(unit, rows), f"{unit.name}{month}月度进度表.xlsx")


@blueprint.post("/fill/<month>/progress.xlsx")
@takes_file(MOST_BYTES)
@guard(Permission.REPORT_TARGETS)
def upload_progress(month: str) -> tuple[str, int] | Response:
    """All lines or none; they are drafts until somebody sends them on the page."""
    try:
        sent = sent_file("请选填好的月度进度表")
        unit, rows = _rows(month)
        lines = read_progress(unit, rows, sent.read())
        with transaction():
            operations.save_drafts(actor(), unit.id, month_in_address(month), lines, strict=True)
    except (InvalidInput, Conflict) as error:
        return fill_page(month, error)
    return redirect(
        address_of("assessments_console.show_fill", month=month, unit=unit.id, done="read"), 303
    )  # fmt: skip
