"""考评数据: which units have a value and from where; files handed in, points given by owners."""

import io
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import redirect, render_template, send_file
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, may
from backend.app.accounts.queries import display_names
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.measures import operations, queries
from backend.app.assessments.measures.fact_files import (
    FACT_COLUMNS,
    MEASURES,
    SCORE_COLUMNS,
    SCORES,
)
from backend.app.assessments.measures.handed_in import FIGURE, WORTH
from backend.app.assessments.measures.operations import OPEN_YEAR, ScoreLine
from backend.app.assessments.measures.queries import FactRow, MeasuredTarget
from backend.app.assessments.measures.sources import MeasureSource
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import list_programmes
from backend.app.assessments.programmes.source_words import source_words
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import OPEN_DRAFT
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput
from backend.app.core.files.workbooks import XLSX, Row, form_sheet
from backend.app.core.web import boxes
from backend.app.core.web.boxes import Amount
from backend.app.core.web.forms import Query, typed
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import status_of
from backend.app.imports.console import add_pages, earlier
from backend.app.scoring.assessing.plans import FEED

WHICH = Query.of(
    programme=boxes.Id(otherwise=None), month=boxes.Month(otherwise=None), done=boxes.Text(12)
)
LONGEST_TYPED = 200


def _programmes() -> list[Programme]:
    """Of the reader's county, those that were approved, the newest first."""
    listed = list_programmes(scope_of(actor()).county_id)
    return [programme for programme in listed if programme.state not in OPEN_DRAFT]


def _programme() -> Programme:
    """The one in the address, or the newest; raises ProgrammeUnknown."""
    programme = _any_programme()
    if programme is None:
        raise ProgrammeUnknown
    return programme


def _any_programme() -> Programme | None:
    wanted = WHICH.read()["programme"]
    return next((row for row in _programmes() if wanted in (None, row.id)), None)


def _month(programme: Programme) -> date:
    """The one in the address, or the last that is over, within the programme's year."""
    wanted: date | None = WHICH.read()["month"]
    if wanted is not None and wanted.year == programme.year:
        return wanted
    last = clock.previous_month(clock.month_of(clock.today()))
    return min(max(last, date(programme.year, 1, 1)), date(programme.year, 12, 1))


def _is_office(programme: Programme) -> bool:
    return may(actor(), Permission.MANAGE_PROGRAMMES, (programme.county_id,))


def _targets(programme: Programme, element_id: int | None = None) -> list[MeasuredTarget]:
    """Of the reader: the office sees all, an owner the own elements."""
    own = scope_of(actor()).department_ids
    return [
        target
        for target in queries.measured_targets(programme.id, element_id)
        if _is_office(programme) or target.owner_department_id in own
    ]


def _page(error: DomainError | None = None) -> tuple[str, int]:
    listed = _programmes()
    if not listed:
        page = render_template("assessments/measures.html", programme=None, error=error)
        return page, status_of(error) if error else 200
    programme = _programme()
    month = _month(programme)
    facts = queries.facts_of_period(programme.id, month)
    page = render_template(
        "assessments/measures.html", programme=programme, programmes=listed, month=month,
        rows=queries.standings(_targets(programme), facts), error=error, query=WHICH.read(),
        source_words=source_words, is_open=programme.state in OPEN_YEAR,
        files=earlier(MEASURES), scores=earlier(SCORES),
    )  # fmt: skip
    return page, status_of(error) if error else 200


@blueprint.get("/measures")
@guard(Permission.REVIEW_REPORTS)
def show_measures() -> tuple[str, int]:
    """Elements with how many of their units have a value, and the forms for files."""
    return _page()


def _params() -> dict[str, Any]:
    programme = _programme()
    operations.check_open(programme)
    return {"programme": programme.id}


def _score_params() -> dict[str, Any]:
    return {**_params(), "period": _month(_programme()).isoformat()}


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
    programme = _any_programme()
    rows = _measure_lines(programme) if programme else []
    return _book("数据导入", [column.name for column in FACT_COLUMNS], rows)


def _measure_lines(programme: Programme) -> list[Row]:
    month = f"{_month(programme):%Y-%m}"
    return [
        ("", target.code, target.unit, month, "", "", "")
        for target in _targets(programme)
        if target.source.startswith(FEED)
    ]


@blueprint.get("/measures/scores.xlsx")
@guard(Permission.REVIEW_REPORTS)
def download_score_form() -> Response:
    """评分表: a line for each unit that the reader scores, with what stands."""
    programme = _any_programme()
    if programme is None:
        return _book("评分表", [column.name for column in SCORE_COLUMNS], ())
    standing = queries.newest_of_source(programme.id, MeasureSource.OWNER)
    month = _month(programme)
    rows = [
        (target.code, target.unit, *_said(standing.get((target.element_id, target.unit_id, month))))
        for target in _targets(programme)
        if target.is_scored and queries.may_score(actor(), target)
    ]
    return _book("评分表", [column.name for column in SCORE_COLUMNS], rows)


def _said(fact: FactRow | None) -> tuple[str, ...]:
    if fact is None:
        return ("",) * 4
    return (_text(fact.value), _text(fact.points), fact.reason, fact.case_words)


def _text(figure: Any) -> str:
    return "" if figure is None else f"{figure.normalize():f}"


def _element(
    programme: Programme, element_id: int, error: DomainError | None = None
) -> tuple[str, int]:
    targets = _targets(programme, element_id)
    if not targets:
        raise ProgrammeUnknown("没有找到这个指标，或者不是您部门负责的")
    month = _month(programme)
    history = queries.facts_of_element(programme.id, element_id)
    standing = queries.best_of([fact for fact in history[::-1] if fact.period == month])
    scored = {
        target.unit_id
        for target in targets
        if target.is_scored and queries.may_score(actor(), target)
    }
    page = render_template(
        "assessments/measure_element.html", programme=programme, element=targets[0],
        targets=targets, month=month, facts=standing, history=history, scored=scored,
        names=display_names({fact.imported_by_id or 0 for fact in history}), error=error,
        units={target.unit_id: target.unit for target in targets}, query=WHICH.read(),
        source_words=source_words, is_open=programme.state in OPEN_YEAR, text=_text,
    )  # fmt: skip
    return page, status_of(error) if error else 200


@blueprint.get("/measures/elements/<int:element_id>")
@guard(Permission.REVIEW_REPORTS)
def show_measured_element(element_id: int) -> tuple[str, int]:
    """Every unit's value of one element, what stood before, and the form to score."""
    return _element(_programme(), element_id)


@blueprint.post("/measures/elements/<int:element_id>")
@guard(Permission.REVIEW_REPORTS)
def score_element(element_id: int) -> tuple[str, int] | Response:
    """评分 by the owner, a line for each unit."""
    programme = _programme()
    try:
        lines = _lines([target.unit_id for target in _targets(programme, element_id)])
        with transaction():
            operations.score_units(actor(), programme, element_id, _month(programme), lines)
    except DomainError as refused:
        return _element(_programme(), element_id, refused)
    address = address_of(
        "assessments_console.show_measured_element", element_id=element_id,
        programme=programme.id, month=f"{_month(programme):%Y-%m}", done="scored",
    )  # fmt: skip
    return redirect(address, 303)


def _lines(unit_ids: list[int]) -> list[ScoreLine]:
    """Raises InvalidInput naming what is no number."""
    faults: dict[str, list[str]] = {}

    def figure(name: str, box: Amount, words: str) -> Any:
        words_typed = typed.get(name, "").strip()
        value = box.read(words_typed) if words_typed else None
        if words_typed and value is None:
            faults[name] = [
                f"「{words_typed[:20]}」不对：{words}应为数字，最多 {box.places} 位小数"
            ]
        return value

    lines = [
        ScoreLine(
            unit_id, figure(f"value_{unit_id}", FIGURE, "完成值"),
            figure(f"points_{unit_id}", WORTH, "得分"),
            typed.get(f"reason_{unit_id}", "")[: LONGEST_TYPED + 1],
            typed.get(f"case_{unit_id}", "")[: LONGEST_TYPED + 1],
        )
        for unit_id in unit_ids
        if f"points_{unit_id}" in typed
    ]  # fmt: skip
    if faults:
        raise InvalidInput(errors=faults)
    return lines
