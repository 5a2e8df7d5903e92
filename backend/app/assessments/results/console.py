"""得分: totals by group with every lost point and its case; a unit sees its own."""

from datetime import date

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.appraisals.queries import dispute_words
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import (
    assesses_persons,
    get_programme,
    list_groups,
    overviewed_programmes,
    shown_programme,
)
from backend.app.assessments.results import operations, queries
from backend.app.assessments.results.loss_words import cents_text, points_text
from backend.app.assessments.results.queries import ShownResult
from backend.app.assessments.results.result_book import result_book
from backend.app.assessments.scopes import ReaderScope, scope_of
from backend.app.assessments.states import OPEN_DRAFT, ProgrammeState
from backend.app.assessments.states.uses import UseKind
from backend.app.assessments.uses.queries import uses_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.scoring.assessing.moves import MOVE_NAMES

QUARTERS = (3, 6, 9, 12)
WHICH = Query.of(until=boxes.Month(otherwise=None), done=boxes.Text(12))


def _results(programme: Programme, scope: ReaderScope) -> list[ShownResult]:
    """What the reader may see: as it stands, or computed as far as the month in the address."""
    until = WHICH.read()["until"]
    if until is not None and until.year == programme.year:
        rows = queries.results_to_date(programme.id, until)
    else:
        rows = queries.shown_results(programme.id)
    return [
        row for row in rows if scope.sees_all or scope.covers(row.region_id, row.department_id)
    ]  # fmt: skip


def _programme(programme_id: int, scope: ReaderScope) -> Programme:
    """Of the reader's county, once it is approved; raises ProgrammeUnknown."""
    programme = get_programme(programme_id, scope.county_id)
    if programme.state in OPEN_DRAFT:
        raise ProgrammeUnknown
    return programme


def _quarters(programme: Programme) -> list[date]:
    """Ends of quarters that are over or under way."""
    today = clock.today()
    ends = [date(programme.year, month, 1) for month in QUARTERS]
    return [end for end in ends if date(end.year, end.month - 2, 1) <= today]


def _page(programme_id: int, error: DomainError | None = None) -> tuple[str, int]:
    scope, query = scope_of(actor()), WHICH.read()
    listed = overviewed_programmes(scope.county_id)
    programme = _programme(programme_id, scope)
    return render_page(
        "assessments/results.html", error, programme=programme, query=query,
        listed=listed,
        results=_results(programme, scope), groups=list_groups(programme.id),
        states=ProgrammeState.names(),
        quarters=_quarters(programme), is_open=programme.state in queries.OPEN,
        sees_all=scope.sees_all, of_persons=assesses_persons(programme), points=cents_text,
        weight=points_text,
        uses=uses_of(programme.id), use_kinds=UseKind.names(),
    )  # fmt: skip


@blueprint.get("/results")
@guard(Permission.SEE_PROGRAMMES)
def show_newest_results() -> Response:
    """Of the year that is under way; the first page says that there is none."""
    programme = shown_programme(scope_of(actor()).county_id, None)
    if programme is None:
        return redirect(address_of("assessments_console.show_home"))
    return redirect(address_of("assessments_console.show_results", programme_id=programme.id))


@blueprint.get("/results/<int:programme_id>")
@guard(Permission.SEE_PROGRAMMES)
def show_results(programme_id: int) -> tuple[str, int]:
    return _page(programme_id)


@blueprint.post("/results/<int:programme_id>")
@guard(Permission.MANAGE_PROGRAMMES)
def recompute_results(programme_id: int) -> tuple[str, int] | Response:
    """Now, to see what a decision of today changes."""
    try:
        with transaction():
            operations.recompute_now(actor(), programme_id)
    except Conflict as error:
        return _page(programme_id, error)
    return redirect(
        address_of("assessments_console.show_results", programme_id=programme_id, done="counted"),
        303,
    )  # fmt: skip


@blueprint.get("/results/<int:programme_id>/units/<int:unit_id>")
@guard(Permission.SEE_PROGRAMMES)
def show_unit_result(programme_id: int, unit_id: int) -> str:
    """得分明细 of one unit; raises NotFound for another's."""
    scope = scope_of(actor())
    programme = _programme(programme_id, scope)
    row = next((row for row in _results(programme, scope) if row.unit_id == unit_id), None)
    if row is None:
        raise NotFound("没有这个单位的得分，可能还没有计算")
    group = next(group for group in list_groups(programme.id) if group.id == row.group_id)
    return render_template(
        "assessments/result_unit.html", programme=programme, row=row, group=group,
        query=WHICH.read(), kinds=MOVE_NAMES, points=cents_text, weight=points_text,
        disputes=dispute_words(programme.id, unit_id),
        uses=uses_of(programme.id).get(row.unit_id, ()), use_kinds=UseKind.names(),
    )  # fmt: skip


@blueprint.get("/results/<int:programme_id>/results.xlsx")
@guard(Permission.SEE_PROGRAMMES)
def download_results(programme_id: int) -> Response:
    """得分汇总表 and 单位扣分明细 of what the reader may see."""
    scope = scope_of(actor())
    programme = _programme(programme_id, scope)
    rows = _results(programme, scope)
    until = f"{rows[0].until.month}月" if rows else ""
    title = f"{programme.title}{programme.year}年{until}得分汇总表"
    return send_book(result_book(title, rows), f"{title}.xlsx")
