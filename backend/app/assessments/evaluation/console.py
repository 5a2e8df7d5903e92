"""五色进度: preview and close the month, each colour explained, questions about colours."""

import io
from collections.abc import Callable

from flask import redirect, send_file
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, may
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.burden.queries import burden_months
from backend.app.assessments.evaluation import colour_query_operations, operations
from backend.app.assessments.evaluation.figures import Counted, distinct_lights, unit_colours
from backend.app.assessments.evaluation.notice_book import write_notice
from backend.app.assessments.evaluation.notice_paper import MonthNotice, draw_notice
from backend.app.assessments.evaluation.notice_queries import late_units, month_cards
from backend.app.assessments.evaluation.queries import (
    coloured_units,
    compute_standings,
    counted_rows,
    get_window,
    lights_of,
    open_queries,
    shown_standings,
)
from backend.app.assessments.evaluation.rule_words import explain, light_words, percent
from backend.app.assessments.models import Programme, ProgrammeWindow
from backend.app.assessments.reports.console_fill import month_in_address
from backend.app.assessments.reports.errors import WindowUnknown
from backend.app.assessments.reports.facts import shown
from backend.app.assessments.reports.window_queries import county_windows
from backend.app.assessments.reports.window_times import days_of
from backend.app.assessments.scopes import scope_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import Form, Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

WHICH = Query.of(
    programme=boxes.Id(otherwise=None), unit=boxes.Id(otherwise=None), colour=boxes.Text(12),
    done=boxes.Text(12),
)  # fmt: skip
ASK = Form.of(target=boxes.Id(missing="请选一项目标"), words=boxes.Text())
ANSWER = Form.of(
    query=boxes.Id(missing="请选一条疑问"), answer=boxes.Text(),
    value=boxes.Amount(places=4, most=10**13),
)  # fmt: skip
Page = tuple[str, int] | Response


def _window(month: str) -> tuple[ProgrammeWindow, Programme]:
    """The window of the programme that the address names, or the county's first one."""
    period, scope = month_in_address(month), scope_of(actor())
    wanted = WHICH.read()["programme"]
    windows = county_windows(scope.county_id, period)
    window = next((w for w in windows if wanted in (None, w.programme_id)), None)
    if window is None:
        raise WindowUnknown
    return get_window(window.id)


def _rows(window: ProgrammeWindow, programme: Programme) -> list[Counted]:
    """What stands; before that the office sees what would."""
    if window.evaluated_at:
        return list(counted_rows(programme.id, window.period))
    return [
        (row.facts.unit_id, row.facts.points, row.actual, row.planned, row.colour)
        for row in compute_standings(programme, window.period)
    ]


def _page(month: str, error: DomainError | None = None) -> tuple[str, int]:
    window, programme = _window(month)
    scope, query = scope_of(actor()), WHICH.read()
    is_office = may(actor(), Permission.SUPERVISE_TARGETS, (scope.county_id,))
    if not window.evaluated_at and not is_office:
        raise WindowUnknown("这个月还没有定色，定了以后这里能看到")
    units = [
        unit for unit in coloured_units(programme.id)
        if scope.sees_all or scope.covers(unit.region_id, unit.department_id)
    ]  # fmt: skip
    reach = {unit.id for unit in units}
    rows = [row for row in _rows(window, programme) if _unit_of(row) in reach]
    chosen = next((unit for unit in units if unit.id == query["unit"]), None)
    if chosen is None and len(units) == 1:
        chosen = units[0]
    targets = shown_standings(window, chosen.id) if chosen and window.evaluated_at else []
    lights = lights_of(programme)
    return render_page(
        "assessments/evaluation.html", error,
        query=query, month=month, period=window.period, window=window,
        programme=programme, is_office=is_office, lights=lights, shades=distinct_lights(lights),
        summary=unit_colours(units, rows), chosen=chosen, light_words=light_words, shown=shown,
        targets=[row for row in targets if query["colour"] in ("", row.colour)],
        percent=percent, explain=explain, now=clock.now(),
        is_own=chosen is not None and scope.covers(chosen.region_id, chosen.department_id),
        ask_until=colour_query_operations.ask_until(window, days_of(programme.content)["query"]),
        queries=open_queries(window) if is_office else [],
    )  # fmt: skip


def _unit_of(row: Counted) -> int:
    unit_id, *_ = row
    return unit_id


@blueprint.get("/evaluation/<month>")
@guard(Permission.SEE_PROGRAMMES)
def show_evaluation(month: str) -> tuple[str, int]:
    """Units by colours; one unit's targets with what lit each."""
    return _page(month)


@blueprint.post("/evaluation/<month>")
@guard(Permission.SUPERVISE_TARGETS)
def evaluate(month: str) -> Page:
    """定色 now, instead of on the office's last day."""

    def do(window: ProgrammeWindow) -> str:
        operations.evaluate_now(actor(), window.id)
        return "evaluated"

    return _act(month, do)


@blueprint.post("/evaluation/<month>/queries")
@guard(Permission.REPORT_TARGETS)
def ask_about_colour(month: str) -> Page:
    """A unit doubts one of its colours."""

    def do(window: ProgrammeWindow) -> str:
        form = ASK.read()
        colour_query_operations.ask_about_colour(actor(), window.id, form["target"], form["words"])
        return "asked"

    return _act(month, do)


@blueprint.post("/evaluation/<month>/answers")
@guard(Permission.SUPERVISE_TARGETS)
def answer_query(month: str) -> Page:
    """Upheld, or mended with another value."""

    def do(_: ProgrammeWindow) -> str:
        form = ANSWER.read()
        colour_query_operations.answer_query(actor(), form["query"], form["answer"], form["value"])
        return "answered"

    return _act(month, do)


def _act(month: str, act: Callable[[ProgrammeWindow], str]) -> Page:
    query = WHICH.read()
    try:
        with transaction():
            window, _ = _window(month)
            done = act(window)
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(month, error)
    return redirect(
        address_of("assessments_console.show_evaluation", month=month, done=done,
                   programme=query["programme"], unit=query["unit"]), 303
    )  # fmt: skip


def _notice(month: str) -> MonthNotice:
    """月通报: the colours as they stand, of what the reader may see."""
    window, programme = _window(month)
    if not window.evaluated_at:
        raise WindowUnknown("这个月还没有定色，定了以后才有通报")
    scope, period = scope_of(actor()), window.period
    units = [
        unit for unit in coloured_units(programme.id)
        if scope.sees_all or scope.covers(unit.region_id, unit.department_id)
    ]  # fmt: skip
    reach = {unit.id for unit in units}
    rows = [row for row in shown_standings(window) if row.unit_id in reach]
    counted = [(row.unit_id, row.points, row.actual, row.planned, row.colour) for row in rows]
    months = burden_months(programme.id, period, period) if scope.sees_all else []
    return MonthNotice(
        f"{programme.title}{period.year}年{period.month}月通报", lights_of(programme),
        unit_colours(units, counted), rows,
        [card for card in month_cards(programme.id, period) if card.unit_id in reach],
        [unit for unit in late_units(programme.id, period) if unit.unit_id in reach],
        next(iter(months), None),
    )  # fmt: skip


@blueprint.get("/evaluation/<month>/notice.xlsx")
@guard(Permission.SEE_PROGRAMMES)
def download_notice(month: str) -> Response:
    """月通报 as a workbook."""
    notice = _notice(month)
    book = write_notice(notice.title, notice.units, notice.rows, notice.lights)
    return send_book(book, f"{notice.title}.xlsx")


@blueprint.get("/evaluation/<month>/notice.pdf")
@guard(Permission.SEE_PROGRAMMES)
def print_notice(month: str) -> Response:
    """月通报 on A4."""
    notice = _notice(month)
    return send_file(
        io.BytesIO(draw_notice(notice)), mimetype="application/pdf",
        download_name=f"{notice.title}.pdf", as_attachment=True,
    )  # fmt: skip
