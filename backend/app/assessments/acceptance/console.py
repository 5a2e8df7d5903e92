"""验收: how far units are, and one unit's items with the scores of every step."""

from decimal import Decimal

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.accounts.queries import display_names
from backend.app.assessments.acceptance import operations, queries
from backend.app.assessments.acceptance.queries import ItemScore, points_of
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.console_year import asked_programme, no_programme, own_programme
from backend.app.assessments.measures.operations import OPEN_YEAR
from backend.app.assessments.models import AssessedUnit, Programme
from backend.app.assessments.programmes.queries import MemberUnit, list_units
from backend.app.assessments.scopes import ReaderScope, scope_of
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, read_id
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

SCORE = boxes.Amount("请填 0 到 100 分", places=2, most=100)
Page = tuple[str, int] | Response


def _units(scope: ReaderScope, programme: Programme) -> list[MemberUnit]:
    """Those that the reader sees."""
    return [
        unit for unit in list_units(programme.id)
        if scope.sees_all or scope.covers(unit.region_id, unit.department_id)
    ]  # fmt: skip


@blueprint.get("/acceptance")
@guard(Permission.SEE_PROGRAMMES)
def show_acceptance() -> tuple[str, int]:
    """Every unit with the steps that were recorded; of a unit with one unit, its items."""
    scope, programme = asked_programme()
    if programme is None:
        return no_programme("验收")
    steps = queries.steps_of(programme)
    done = queries.steps_by_unit(programme.id)
    page = render_template(
        "assessments/acceptance.html", programme=programme, steps=steps, done=done,
        units=_units(scope, programme),
        names=display_names({row.by_id for rows in done.values() for row in rows}),
    )  # fmt: skip
    return page, 200


def _unit(unit_id: int, error: DomainError | None = None) -> tuple[str, int]:
    _, programme = own_programme()
    scope = scope_of(actor())
    unit = next((unit for unit in _units(scope, programme) if unit.id == unit_id), None)
    if unit is None:
        raise NotFound("没有找到这个单位")
    steps, recorded = queries.steps_of(programme), queries.recorded_steps(unit_id)
    turn = steps[len(recorded)] if len(recorded) < len(steps) else None
    records = (
        turn is not None and programme.state in OPEN_YEAR
        and operations.may_record(actor(), db.session.get_one(AssessedUnit, unit_id), turn)
        and actor().person_id not in {row.by_id for row in recorded}
    )  # fmt: skip
    return render_page(
        "assessments/acceptance_unit.html", error, programme=programme, unit=unit, steps=steps,
        recorded=recorded, items=queries.items_of(unit_id), turn=turn, records=records,
        names=display_names({row.by_id for row in recorded}), points_of=points_of,
        far=operations.FAR_APART,
    )  # fmt: skip


@blueprint.get("/acceptance/<int:unit_id>")
@guard(Permission.SEE_PROGRAMMES)
def show_unit_acceptance(unit_id: int) -> tuple[str, int]:
    """Items beside each other, and the form of the step whose turn it is."""
    return _unit(unit_id)


@blueprint.post("/acceptance/<int:unit_id>")
@guard(Permission.RECORD_ACCEPTANCE)
def record_acceptance(unit_id: int) -> Page:
    """The whole step at once, with a reason where it is far from the one before."""
    _, programme = own_programme()
    try:
        number, scores = read_id("step"), _read(unit_id)
        with transaction():
            operations.record_step(actor(), unit_id, number, scores)
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _unit(unit_id, error)
    return redirect(
        address_of(".show_unit_acceptance", unit_id=unit_id, programme=programme.id), 303
    )  # fmt: skip


def _read(unit_id: int) -> dict[int, ItemScore]:
    """What was typed; an empty box is named by the operation."""
    items = queries.items_of(unit_id)
    form = Form.of(
        **{f"score_{item.target_id}": SCORE for item in items},
        **{f"reason_{item.target_id}": boxes.Text(squeezed=True) for item in items},
    ).read()
    scores: dict[int, Decimal | None] = {
        item.target_id: form[f"score_{item.target_id}"] for item in items
    }
    return {
        key: ItemScore(score, form[f"reason_{key}"])
        for key, score in scores.items() if score is not None
    }  # fmt: skip
