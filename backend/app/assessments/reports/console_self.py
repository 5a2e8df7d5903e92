"""年终自评: one table a unit, prefilled, confirmed at once; read by owners and the office."""

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission, has_permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.console_year import (
    WHICH_PROGRAMME,
    asked_programme,
    no_programme,
    own_programme,
)
from backend.app.assessments.reports import self_operations
from backend.app.assessments.reports.facts import shown
from backend.app.assessments.reports.self_operations import YearLine
from backend.app.assessments.reports.self_queries import UnitYear, units_of_year, year_rows
from backend.app.assessments.scopes import ReaderScope
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, DomainError, InvalidInput, NotAllowed
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

UNIT = Query.of(unit=boxes.Id(otherwise=None))
Page = tuple[str, int] | Response


def _covers(scope: ReaderScope, unit: UnitYear) -> bool:
    return scope.covers(unit.region_id, unit.department_id)


def _page(error: DomainError | None = None) -> tuple[str, int]:
    scope, programme = asked_programme()
    if programme is None:
        return no_programme("年终自评")
    units = units_of_year(scope, programme.id)
    wanted = UNIT.read()["unit"]
    own = [unit for unit in units if _covers(scope, unit)]
    usual = own[0] if own else None
    chosen = next((unit for unit in units if unit.id == wanted), usual)
    whole = chosen is not None and (scope.sees_all or _covers(scope, chosen))
    rows = year_rows(chosen.id, None if whole else scope) if chosen else []
    is_open = self_operations.takes_self_assessment(programme)
    fills = (
        chosen is not None and _covers(scope, chosen) and is_open
        and has_permission(actor(), Permission.REPORT_TARGETS)
    )  # fmt: skip
    return render_page(
        "assessments/self_assessment.html", error,
        programme=programme, units=units, chosen=chosen, rows=rows, shown=shown,
        until=self_operations.assessed_until(programme), is_open=is_open, fills=fills,
        done=WHICH_PROGRAMME.read()["done"],
    )  # fmt: skip


@blueprint.get("/self")
@guard(Permission.SEE_PROGRAMMES)
def show_self_assessment() -> tuple[str, int]:
    """The own unit's table; how far the others are for who may see them."""
    return _page()


@blueprint.post("/self/<int:unit_id>")
@guard(Permission.REPORT_TARGETS)
def confirm_year(unit_id: int) -> Page:
    """Everything as it is known, or with what was changed."""
    _, programme = own_programme()
    try:
        lines = _read(unit_id) if Form.of(act=boxes.Text(8)).read()["act"] != "same" else []
        with transaction():
            self_operations.confirm_year(actor(), unit_id, lines)
    except (InvalidInput, Conflict, NotAllowed) as error:
        return _page(error)
    address = address_of(
        "assessments_console.show_self_assessment", programme=programme.id, unit=unit_id,
        done="confirmed",
    )  # fmt: skip
    return redirect(address, 303)


def _read(unit_id: int) -> list[YearLine]:
    ids = [row.target_id for row in year_rows(unit_id)]
    value = boxes.Amount("完成数应为数字，最多四位小数", places=4, most=10**13)
    form = Form.of(
        **{f"value_{key}": value for key in ids}, **{f"words_{key}": boxes.Text() for key in ids}
    ).read()
    return [YearLine(key, form[f"value_{key}"], form[f"words_{key}"]) for key in ids]
