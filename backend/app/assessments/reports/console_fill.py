"""本月填报: one table a unit, a row a target; drafts, 无变化, submit all."""

from datetime import date, datetime
from typing import Any

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.reports import operations
from backend.app.assessments.reports.errors import NotYourUnit, WindowUnknown
from backend.app.assessments.reports.facts import measured_text, shown
from backend.app.assessments.reports.fill_times import pace_of
from backend.app.assessments.reports.operations import ReportLine
from backend.app.assessments.reports.queries import (
    UnitRow,
    files_of,
    fill_rows,
    list_evidence,
    own_units,
)
from backend.app.assessments.reports.window_operations import takes_reports
from backend.app.assessments.reports.window_queries import find_window
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import ReportState
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput
from backend.app.core.web import boxes
from backend.app.core.web.boxes import whole
from backend.app.core.web.forms import Query, takes_file, typed
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

MOST_FORM = 2 * 1024 * 1024
WHICH = Query.of(unit=boxes.Id(otherwise=None), done=boxes.Text(20))
VALUE = boxes.Amount(places=4, most=10**13)


def month_in_address(text: str) -> date:
    """Raises WindowUnknown for what is no month."""
    period = clock.parse_month(text)
    if period is None:
        raise WindowUnknown
    return period


def own_unit() -> tuple[UnitRow, list[UnitRow]]:
    """The unit that the address names, or the first; and all this person fills in for."""
    units = own_units(scope_of(actor()))
    wanted = WHICH.read()["unit"]
    unit = next((unit for unit in units if wanted in (None, unit.id)), None)
    if unit is None:
        raise NotYourUnit("您的单位没有要填报的考核项目")
    return unit, units


def fill_page(month: str, error: DomainError | None = None) -> tuple[str, int]:
    period = month_in_address(month)
    unit, units = own_unit()
    window = find_window(unit.programme_id, period)
    if window is None:
        raise WindowUnknown(f"{period.year}年{period.month}月的填报窗口还没有开")
    rows = fill_rows(unit.id, window.id)
    asked = [row for row in rows if row.is_asked]
    left = [row for row in asked if not row.is_sent and not row.is_quiet]
    return render_page(
        "assessments/fill.html", error,
        done=WHICH.read()["done"], month=month, period=period, unit=unit, units=units,
        window=window, rows=asked,
        automatic=[row for row in rows if row.source_words and not row.is_asked],
        left=left, minutes=pace_of([unit.id]).minutes(unit.id, len(left)), shown=shown,
        measured_text=measured_text,
        states=ReportState.names(),
        takes=takes_reports(window, clock.now()), now=clock.now(),
        files=files_of([row.report_id for row in asked if row.report_id]),
        evidence=list_evidence(unit.id), opened=clock.now().isoformat(),
    )  # fmt: skip


@blueprint.get("/fill/<month>")
@guard(Permission.REPORT_TARGETS)
def show_fill(month: str) -> tuple[str, int]:
    """What is asked of the unit in a month."""
    return fill_page(month)


@blueprint.post("/fill/<month>")
@takes_file(MOST_FORM)
@guard(Permission.REPORT_TARGETS)
def submit_fill(month: str) -> tuple[str, int] | Response:
    """Sends everything that was filled in, or keeps it as a draft."""
    unit, _ = own_unit()
    period, is_draft = month_in_address(month), typed.get("act") == "draft"
    try:
        lines = _lines(unit, period)
        with transaction():
            if is_draft:
                operations.save_drafts(actor(), unit.id, period, lines)
            else:
                count = operations.submit_reports(
                    actor(), unit.id, period, lines, _seconds_since(typed.get("opened", ""))
                )
                if not count:
                    raise InvalidInput("没有可以提交的：请先填数，或勾「无变化」")
    except (InvalidInput, Conflict) as error:
        return fill_page(month, error)
    done = "draft" if is_draft else "sent"
    return redirect(
        address_of("assessments_console.show_fill", month=month, unit=unit.id, done=done), 303
    )


def _lines(unit: UnitRow, period: date) -> list[ReportLine]:
    """The grid as it was typed; raises InvalidInput naming every value that is no number."""
    window = find_window(unit.programme_id, period)
    if window is None:
        raise WindowUnknown
    lines, faults = [], {}
    for row in fill_rows(unit.id, window.id):
        if row.is_sent or typed.get(f"version_{row.target_id}") is None:
            continue
        raw = typed.get(f"value_{row.target_id}", "").strip()
        value = VALUE.read(raw) if raw else None
        if raw and value is None:
            about = f"{row.code} {row.name}：「{raw[:20]}」{VALUE.limits}"
            faults[f"value_{row.target_id}"] = [about]
        lines.append(_line(row.target_id, value))
    if faults:
        raise InvalidInput("有几项要改一改，改好后再提交", faults)
    return lines


def _line(target_id: int, value: Any) -> ReportLine:
    def words(name: str) -> str:
        return typed.get(f"{name}_{target_id}", "").replace("\r\n", "\n").strip()

    milestones = typed.getlist(f"milestone_{target_id}")
    return ReportLine(
        target_id, whole(words("version")), value, words("words"), words("difficulty"),
        words("next_step"), words("correction"), words("stopped") == "1", words("same") == "1",
        [number for raw in milestones if (number := whole(raw)) is not None],
    )  # fmt: skip


def _seconds_since(text: str) -> int:
    """How long the form was open; what cannot be read counts nothing."""
    try:
        opened = datetime.fromisoformat(text)
        return int((clock.now() - opened).total_seconds())
    except (ValueError, TypeError):
        return 0
