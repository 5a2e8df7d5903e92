"""考评数据: which units have a value and from where; files handed in, points given by owners."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import send_file
from werkzeug import Response

from backend.app.access import Permission, may
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.measures import operations, queries
from backend.app.assessments.measures.fact_files import (
    FACT_COLUMNS,
    MEASURES,
    SCORE_COLUMNS,
    SCORES,
)
from backend.app.assessments.measures.operations import OPEN_YEAR
from backend.app.assessments.measures.queries import FactRow, MeasuredTarget
from backend.app.assessments.measures.sources import MeasureSource
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import approved_programmes
from backend.app.assessments.programmes.source_words import source_words
from backend.app.assessments.scopes import scope_of
from backend.app.core import clock
from backend.app.core.errors import DomainError
from backend.app.core.files.workbooks import XLSX, Row, form_sheet
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.imports.console import add_pages, earlier
from backend.app.scoring.assessing.plans import FEED

WHICH = Query.of(
    programme=boxes.Id(otherwise=None), month=boxes.Month(otherwise=None), done=boxes.Text(12)
)
LONGEST_TYPED = 200


def county_programmes() -> list[Programme]:
    """Of the reader's county, those that were approved."""
    return approved_programmes(scope_of(actor()).county_id)


def chosen_programme() -> Programme:
    """The one in the address, or the newest; raises ProgrammeUnknown."""
    programme = any_programme()
    if programme is None:
        raise ProgrammeUnknown
    return programme


def any_programme() -> Programme | None:
    wanted = WHICH.read()["programme"]
    return next((row for row in county_programmes() if wanted in (None, row.id)), None)


def chosen_month(programme: Programme) -> date:
    """The one in the address, or the last that is over, within the programme's year."""
    wanted: date | None = WHICH.read()["month"]
    if wanted is not None and wanted.year == programme.year:
        return wanted
    last = clock.previous_month(clock.month_of(clock.today()))
    return min(max(last, date(programme.year, 1, 1)), date(programme.year, 12, 1))


def is_office(programme: Programme) -> bool:
    return may(actor(), Permission.MANAGE_PROGRAMMES, (programme.county_id,))


def own_targets(programme: Programme, element_id: int | None = None) -> list[MeasuredTarget]:
    """Of the reader: the office sees all, an owner the own elements."""
    own = scope_of(actor()).department_ids
    return [
        target
        for target in queries.measured_targets(programme.id, element_id)
        if is_office(programme) or target.owner_department_id in own
    ]


def _page(error: DomainError | None = None) -> tuple[str, int]:
    listed = county_programmes()
    if not listed:
        return render_page("assessments/measures.html", error, programme=None)
    programme = chosen_programme()
    month = chosen_month(programme)
    facts = queries.facts_of_period(programme.id, month)
    return render_page(
        "assessments/measures.html", error, programme=programme, programmes=listed, month=month,
        rows=queries.standings(own_targets(programme), facts), query=WHICH.read(),
        source_words=source_words, is_open=programme.state in OPEN_YEAR,
        files=earlier(MEASURES), scores=earlier(SCORES),
    )  # fmt: skip


@blueprint.get("/measures")
@guard(Permission.REVIEW_REPORTS)
def show_measures() -> tuple[str, int]:
    """Elements with how many of their units have a value, and the forms for files."""
    return _page()


def _params() -> dict[str, Any]:
    programme = chosen_programme()
    operations.check_open(programme)
    return {"programme": programme.id}


def _score_params() -> dict[str, Any]:
    return {**_params(), "period": chosen_month(chosen_programme()).isoformat()}


add_pages(blueprint, MEASURES, "/measures/files", _page, _params)
add_pages(blueprint, SCORES, "/measures/scores", _page, _score_params)


def _book(name: str, headings: Sequence[str], rows: Sequence[Row]) -> Response:
    return send_file(
        io.BytesIO(form_sheet(name, headings, rows or [()])), mimetype=XLSX,
        download_name=f"{name}.xlsx", as_attachment=True,
    )  # fmt: skip


@blueprint.get("/measures/measures.xlsx")
@guard(Permission.REVIEW_REPORTS)
def download_measure_form() -> Response:
    """数据导入: a line for each unit of what other systems count."""
    programme = any_programme()
    rows = _measure_lines(programme) if programme else []
    return _book("数据导入", [column.name for column in FACT_COLUMNS], rows)


def _measure_lines(programme: Programme) -> list[Row]:
    month = f"{chosen_month(programme):%Y-%m}"
    return [
        ("", target.code, target.unit, month, "", "", "")
        for target in own_targets(programme)
        if target.source.startswith(FEED)
    ]


@blueprint.get("/measures/scores.xlsx")
@guard(Permission.REVIEW_REPORTS)
def download_score_form() -> Response:
    """评分表: a line for each unit that the reader scores, with what stands."""
    programme = any_programme()
    if programme is None:
        return _book("评分表", [column.name for column in SCORE_COLUMNS], ())
    standing = queries.newest_of_source(programme.id, MeasureSource.OWNER)
    month = chosen_month(programme)
    rows = [
        (target.code, target.unit, *_said(standing.get((target.element_id, target.unit_id, month))))
        for target in own_targets(programme)
        if target.is_scored and queries.may_score(actor(), target)
    ]
    return _book("评分表", [column.name for column in SCORE_COLUMNS], rows)


def _said(fact: FactRow | None) -> tuple[str, ...]:
    if fact is None:
        return ("",) * 4
    return (figure_words(fact.value), figure_words(fact.points), fact.reason, fact.case_words)


def figure_words(figure: Any) -> str:
    return "" if figure is None else f"{figure.normalize():f}"
