"""申诉 in the console: a unit's published result with what it may appeal against; decisions."""

from collections.abc import Sequence

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, may
from backend.app.accounts.queries import display_names
from backend.app.assessments.appeals import operations
from backend.app.assessments.appeals.operations import Redress
from backend.app.assessments.appeals.queries import (
    ShownAppeal,
    appealable_items,
    list_appeals,
)
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.grades.console import READERS
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.queries import MemberUnit, get_programme, list_units
from backend.app.assessments.publications.queries import (
    get_programme_publication,
    year_corrections,
)
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import AppealItem, AppealState
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page
from backend.app.scoring.assessing.grades import GRADE_NAMES, Grade

WHICH = Query.of(done=boxes.Text(12))
RAISE = Form.of(
    unit=boxes.Id(missing="请选单位"), item=boxes.Choice(list(AppealItem), missing="请选一项"),
    item_id=boxes.Id(missing="请选一项"), words=boxes.Text(),
)  # fmt: skip
DECIDE = Form.of(
    appeal=boxes.Id(missing="请选一件申诉"), decision=boxes.Text(),
    act=boxes.Choice(("uphold", "refuse"), missing="请选成立或者不成立"),
    value=boxes.Amount("应为数字，最多四位小数", places=4, most=10**13),
    points=boxes.Amount("应为数字，最多两位小数", places=2, most=1000),
    grade=boxes.Choice(list(Grade)),
)  # fmt: skip
Page = tuple[str, int] | Response


def _programme(programme_id: int) -> Programme:
    return get_programme(programme_id, scope_of(actor()).county_id)


def _own_units(programme: Programme) -> list[MemberUnit]:
    scope = scope_of(actor())
    return [
        unit for unit in list_units(programme.id)
        if scope.covers(unit.region_id, unit.department_id)
    ]  # fmt: skip


def _page(programme_id: int, error: DomainError | None = None) -> tuple[str, int]:
    programme, me = _programme(programme_id), actor()
    publication = get_programme_publication(programme_id)
    is_office = not READERS.isdisjoint(me.roles)
    own = _own_units(programme)
    mine = {unit.id for unit in own}
    appeals = [row for row in list_appeals(programme_id) if is_office or row.unit_id in mine]
    return render_page(
        "assessments/appeals.html", error,
        programme=programme, publication=publication, query=WHICH.read(),
        is_office=is_office, own=own, appeals=appeals, states=AppealState.names(),
        items={unit.id: appealable_items(programme_id, unit.id) for unit in own},
        raised={(row.item, row.item_id) for row in appeals if row.unit_id in mine},
        corrections=[
            row for row in year_corrections(programme_id) if is_office or row.unit_id in mine
        ],
        names=display_names(_people(appeals)), grades=GRADE_NAMES, now=clock.now(),
        units={unit.id: unit.name for unit in list_units(programme_id)},
        decides=may(me, Permission.DECIDE_RESULTS, (programme.county_id,)),
    )  # fmt: skip


def _people(appeals: Sequence[ShownAppeal]) -> set[int]:
    return {row.raised_by_id for row in appeals} | {row.decided_by_id or 0 for row in appeals}


@blueprint.get("/appeals/<int:programme_id>")
@guard(Permission.SEE_PROGRAMMES)
def show_appeals(programme_id: int) -> tuple[str, int]:
    """A unit sees its own result and appeals, the office and leaders all appeals."""
    return _page(programme_id)


@blueprint.post("/appeals/<int:programme_id>")
@guard(Permission.REPORT_TARGETS)
def raise_appeal(programme_id: int) -> Page:
    """By the unit's own staff."""
    programme = _programme(programme_id)
    try:
        form = RAISE.read()
        with transaction():
            operations.raise_appeal(
                actor(), programme.id, form["unit"], form["item"], form["item_id"], form["words"]
            )
    except DomainError as error:
        return _page(programme_id, error)
    return _back(programme_id, "raised")


@blueprint.post("/appeals/<int:programme_id>/decisions")
@guard(Permission.DECIDE_RESULTS)
def decide_appeal(programme_id: int) -> Page:
    """Refused with a reason, or upheld with what is put right."""
    _programme(programme_id)
    try:
        form = DECIDE.read()
        redress = Redress(form["value"], form["points"], form["grade"])
        with transaction():
            operations.decide_appeal(
                actor(), form["appeal"], form["decision"],
                redress if form["act"] == "uphold" else None,
            )  # fmt: skip
    except DomainError as error:
        return _page(programme_id, error)
    return _back(programme_id, "decided")


def _back(programme_id: int, done: str) -> Response:
    return redirect(
        address_of("assessments_console.show_appeals", programme_id=programme_id, done=done), 303
    )
