"""填报负担: shown to the office and to leaders, never scored; 减负月报 as a workbook."""

from datetime import date

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, may
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.burden.burden_book import proposal_words, write_burden
from backend.app.assessments.burden.lighter_operations import lower_rhythm
from backend.app.assessments.burden.queries import (
    BurdenMonth,
    burden_months,
    lighter_proposals,
)
from backend.app.assessments.burden.request_queries import forms_asked_in
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import shown_programme
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import Form, query_args
from backend.app.core.web.guards import actor, guard, own_county
from backend.app.core.web.http import render_page
from backend.app.scoring.assessing.burden import MOST_MINUTES

LIGHTER = Form.of(
    programme=boxes.Id(missing="请选项目"), unit=boxes.Id(missing="请选单位"),
    period=boxes.Month(missing="请选月份"),
)  # fmt: skip


def _months(programme: Programme, month: str) -> tuple[list[BurdenMonth], BurdenMonth | None]:
    """Those of the programme's year that were opened, and the one asked for or the newest."""
    months = burden_months(programme.id, date(programme.year, 1, 1), date(programme.year, 12, 1))
    wanted = clock.parse_month(month)
    sent = [row for row in months if row.sent]
    chosen = next((row for row in months if row.period == wanted), None)
    return months, chosen or next(iter(reversed(sent)), None)


def _page(
    month: str, programme_id: int | None, done: str = "", error: DomainError | None = None
) -> tuple[str, int]:
    county_id = own_county(Permission.SEE_ALL_PROGRAMMES)
    programme = shown_programme(county_id, programme_id)
    months, now = _months(programme, month) if programme else ([], None)
    return render_page(
        "assessments/burden.html", error, programme=programme, months=months, now=now,
        proposals=lighter_proposals(months, now.period) if now else [],
        forms=forms_asked_in(county_id, now.period) if now else [], words=proposal_words,
        budget=MOST_MINUTES, done=done,
        manages=may(actor(), Permission.MANAGE_PROGRAMMES, (county_id,)),
    )  # fmt: skip


@blueprint.get("/burden")
@guard(Permission.SEE_ALL_PROGRAMMES)
@query_args(month=boxes.Text(7), programme=boxes.Id(otherwise=None), done=boxes.Text(12))
def show_burden(month: str, programme: int | None, done: str) -> tuple[str, int]:
    """Minutes, items and files of a month by unit; who is over twice, and what would help."""
    return _page(month, programme, done)


@blueprint.post("/burden")
@guard(Permission.MANAGE_PROGRAMMES)
def lighten_unit() -> tuple[str, int] | Response:
    """A unit's monthly targets by the quarter, as it is proposed."""
    form = LIGHTER.read()
    month = f"{form['period']:%Y-%m}"
    try:
        with transaction():
            lower_rhythm(actor(), form["programme"], form["unit"], form["period"])
    except DomainError as refused:
        return _page(month, form["programme"], error=refused)
    address = address_of(
        "assessments_console.show_burden", month=month, programme=form["programme"], done="lighter"
    )
    return redirect(address, 303)


@blueprint.get("/burden.xlsx")
@guard(Permission.SEE_ALL_PROGRAMMES)
@query_args(month=boxes.Text(7), programme=boxes.Id(otherwise=None))
def download_burden(month: str, programme: int | None) -> Response:
    """减负月报; where nothing was filled in yet, the page that says so."""
    county_id = own_county(Permission.SEE_ALL_PROGRAMMES)
    shown = shown_programme(county_id, programme)
    months, now = _months(shown, month) if shown else ([], None)
    if now is None:
        return redirect(address_of("assessments_console.show_burden"))
    title = f"{now.period.year}年{now.period.month}月减负月报"
    book = write_burden(
        title, now.period, [row for row in months if row.period <= now.period],
        lighter_proposals(months, now.period), forms_asked_in(county_id, now.period),
    )  # fmt: skip
    return send_book(book, f"{title}.xlsx")
