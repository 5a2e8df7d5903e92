"""画像: small charts of a unit's chosen elements beside its group; no total, no rank."""

from flask import render_template

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.console_year import asked_programme, no_programme
from backend.app.assessments.portraits.queries import portrait_names, portrait_of
from backend.app.assessments.programmes.queries import list_units
from backend.app.assessments.targets.sheet_rows import plain
from backend.app.core.web import boxes
from backend.app.core.web.forms import Query
from backend.app.core.web.guards import guard

WHICH = Query.of(unit=boxes.Id(otherwise=None), name=boxes.Text(40))


@blueprint.get("/portraits")
@guard(Permission.SEE_PROGRAMMES)
def show_portraits() -> tuple[str, int]:
    """One portrait of one unit; the others by a click."""
    scope, programme = asked_programme()
    if programme is None:
        return no_programme("画像")
    units = [
        unit for unit in list_units(programme.id)
        if scope.sees_all or scope.covers(unit.region_id, unit.department_id)
    ]  # fmt: skip
    names, query = portrait_names(programme), WHICH.read()
    unit = next((unit for unit in units if unit.id == query["unit"]), units[0] if units else None)
    name = query["name"] if query["name"] in names else next(iter(names), "")
    page = render_template(
        "assessments/portraits.html", programme=programme, units=units, unit=unit, names=names,
        name=name, plain=plain, lines=portrait_of(programme, name, unit.id) if unit else [],
    )  # fmt: skip
    return page, 200
