"""结果运用: what each unit's result was used for, and on which basis; years side by side."""

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, may
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import get_programme
from backend.app.assessments.results.queries import shown_results
from backend.app.assessments.scopes import ReaderScope, scope_of
from backend.app.assessments.states import OPEN_DRAFT
from backend.app.assessments.states.uses import UseKind
from backend.app.assessments.uses import operations
from backend.app.assessments.uses.operations import UseDraft
from backend.app.assessments.uses.queries import uses_of
from backend.app.assessments.uses.trends import year_trends
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

USE = Form.of(
    unit_id=boxes.Id("请选单位", missing="请选单位"),
    kind=boxes.Choice(list(UseKind), missing="请选怎么用"),
    words=boxes.Text(squeezed=True), basis=boxes.Text(squeezed=True),
    decided_on=boxes.Day(missing="请填哪天定的"),
)  # fmt: skip
WITHDRAWAL = Form.of(use=boxes.Id(missing="请选一条"), withdraw=boxes.Text(squeezed=True))
WHICH = Query.of(unit=boxes.Id(otherwise=None))
Page = tuple[str, int] | Response


def _programme(programme_id: int, scope: ReaderScope) -> Programme:
    """Raises ProgrammeUnknown before it is approved."""
    programme = get_programme(programme_id, scope.county_id)
    if programme.state in OPEN_DRAFT:
        raise ProgrammeUnknown
    return programme


def _page(programme_id: int, error: DomainError | None = None) -> tuple[str, int]:
    scope = scope_of(actor())
    programme = _programme(programme_id, scope)
    rows = [
        row for row in shown_results(programme.id)
        if scope.sees_all or scope.covers(row.region_id, row.department_id)
    ]  # fmt: skip
    return render_page(
        "assessments/uses.html", error, programme=programme, rows=rows,
        uses=uses_of(programme.id), kinds=UseKind.names(), today=clock.today(),
        office=may(actor(), Permission.SUPERVISE_TARGETS, (scope.county_id,)),
    )  # fmt: skip


@blueprint.get("/results/<int:programme_id>/uses")
@guard(Permission.SEE_PROGRAMMES)
def show_uses(programme_id: int) -> tuple[str, int]:
    """Beside each total what it was used for; a unit sees its own."""
    return _page(programme_id)


def _back(programme_id: int) -> Response:
    return redirect(address_of(".show_uses", programme_id=programme_id), 303)


@blueprint.post("/results/<int:programme_id>/uses")
@guard(Permission.SUPERVISE_TARGETS)
def record_use(programme_id: int) -> Page:
    try:
        draft = UseDraft(**USE.read())
        with transaction():
            operations.record_use(actor(), programme_id, draft)
    except InvalidInput as error:
        return _page(programme_id, error)
    return _back(programme_id)


@blueprint.post("/results/<int:programme_id>/uses/withdrawals")
@guard(Permission.SUPERVISE_TARGETS)
def withdraw_use(programme_id: int) -> Page:
    try:
        form = WITHDRAWAL.read()
        with transaction():
            operations.withdraw_use(actor(), programme_id, form["use"], form["withdraw"])
    except (InvalidInput, Conflict) as error:
        return _page(programme_id, error)
    return _back(programme_id)


@blueprint.get("/results/<int:programme_id>/trends")
@guard(Permission.SEE_PROGRAMMES)
def show_trends(programme_id: int) -> tuple[str, int]:
    """历年走势 of the years that are locked; of one unit its elements, too."""
    scope = scope_of(actor())
    programme = _programme(programme_id, scope)
    trends = year_trends(programme, scope, WHICH.read()["unit"])
    return render_page("assessments/trends.html", None, programme=programme, trends=trends)
