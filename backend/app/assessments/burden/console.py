"""填报负担: shown to the office and to leaders, never scored; 减负月报 as a workbook."""

from datetime import date

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.burden.burden_book import proposal_words, write_burden
from backend.app.assessments.burden.queries import (
    BurdenMonth,
    burden_months,
    lighter_proposals,
)
from backend.app.assessments.burden.request_queries import forms_asked_in
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import shown_programme
from backend.app.core import clock
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import query_args
from backend.app.core.web.guards import guard, own_county
from backend.app.scoring.assessing.burden import MOST_MINUTES


def _months(programme: Programme, month: str) -> tuple[list[BurdenMonth], BurdenMonth | None]:
    """Those of the programme's year that were opened, and the one asked for or the newest."""
    months = burden_months(programme.id, date(programme.year, 1, 1), date(programme.year, 12, 1))
    wanted = clock.parse_month(month)
    sent = [row for row in months if row.sent]
    chosen = next((row for row in months if row.period == wanted), None)
    return months, chosen or next(iter(reversed(sent)), None)


@blueprint.get("/burden")
@guard(Permission.SEE_ALL_PROGRAMMES)
@query_args(month=boxes.Text(7), programme=boxes.Id(otherwise=None))
def show_burden(month: str, programme: int | None) -> str:
    """Minutes, items and files of a month by unit; who is over twice, and what would help."""
    county_id = own_county(Permission.SEE_ALL_PROGRAMMES)
    shown = shown_programme(county_id, programme)
    months, now = _months(shown, month) if shown else ([], None)
    return render_template(
        "assessments/burden.html", programme=shown, months=months, now=now,
        proposals=lighter_proposals(months, now.period) if now else [],
        forms=forms_asked_in(county_id, now.period) if now else [], words=proposal_words,
        budget=MOST_MINUTES,
    )  # fmt: skip


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
