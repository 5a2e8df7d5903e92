"""城管部件与事件: the list looked at before it is loaded, and each class's dispatch and time."""

from itertools import groupby
from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of

from backend.app.access import Permission
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query
from backend.app.core.web.guards import actor, guard, own_county
from backend.app.places.queries import (
    department_names,
    list_departments,
    list_townships,
    region_names,
)
from backend.app.tickets.blueprints import console as blueprint
from backend.app.tickets.city import operations as city
from backend.app.tickets.city.class_list import sources
from backend.app.tickets.city.kinds import CityKind, FirstOffice
from backend.app.tickets.city.queries import handling_times, list_classes, missing_classes
from backend.app.tickets.clocks.deadlines import UNIT_NAMES, DeadlineLimit, Unit, limit_words
from backend.app.tickets.desk.console_moves import office_in
from backend.app.tickets.rules.routing import Office

SHOWN = Query.of(group=boxes.Text(20), code=boxes.Text(8), done=boxes.Text(20))
FORMS = {
    "load": Form.of(),
    "used": Form.of(codes=boxes.Each(boxes.Text(8)), used=boxes.YesNo()),
    "dispatch": Form.of(
        code=boxes.Text(8), first_office=boxes.Text(), owner=boxes.Id(otherwise=None)
    ),
    "limit": Form.of(
        code=boxes.Text(8), unit=boxes.Text(), amount=boxes.Number(
            missing="请填多久", most=100_000
        ), measure=boxes.Choice(list(Unit), missing="请选按什么算"),
    ),
}  # fmt: skip


def _page(error: DomainError | None = None) -> tuple[str, int]:
    county = own_county(Permission.MANAGE_TICKET_RULES)
    shown, rows = SHOWN.read(), list_classes(county)
    times = handling_times(county, clock.now())
    groups = {
        key: list(listed) for key, listed in groupby(rows, lambda row: (row.kind, row.group_name))
    }
    page = render_template(
        "tickets/city_classes.html",
        error=error, shown=shown, groups=groups, kinds=CityKind.names(), times=times,
        missing=missing_classes(county), sources=sources(), firsts=FirstOffice.names(),
        departments=list_departments(county), townships=list_townships([county]),
        owners=department_names(
            {row.owner_department_id for row in rows if row.owner_department_id}
            | {time.department_id for listed in times.values() for time in listed
               if time.department_id}
        ),
        regions=region_names(
            {time.region_id for listed in times.values() for time in listed if time.region_id}
        ),
        chosen=next((row for row in rows if row.code == shown["code"]), None),
        unit_names=UNIT_NAMES, limit_words=limit_words,
    )  # fmt: skip
    return page, 422 if error else 200


@blueprint.get("/city-classes")
@guard(Permission.MANAGE_TICKET_RULES)
def show_city_classes() -> tuple[str, int]:
    """What would be loaded, or what is in use with who handles it how long."""
    return _page()


def _save(what: str, form: dict[str, Any]) -> dict[str, Any]:
    """Does what one form asks; what the page shows next."""
    me, county = actor(), own_county(Permission.MANAGE_TICKET_RULES)
    if what == "load":
        return {"done": f"已载入 {city.load_classes(me, county)} 类"}
    if what == "used":
        changed = city.set_used(me, county, form["codes"], form["used"])
        return {"done": f"{'启用' if form['used'] else '停用'}了 {changed} 类"}
    if what == "dispatch":
        city.set_dispatch(me, county, form["code"], form["first_office"], form["owner"])
    else:
        office = office_in(form["unit"]) if form["unit"] else Office()
        limit = DeadlineLimit(form["amount"], form["measure"])
        city.set_limit(me, county, form["code"], office, limit)
    return {"code": form["code"], "done": "已保存"}


@blueprint.post("/city-classes/<string:what>")
@guard(Permission.MANAGE_TICKET_RULES)
def save_city_classes(what: str) -> Any:
    """One form of the page; a refusal is shown on it."""
    if what not in FORMS:
        raise NotFound
    try:
        with transaction():
            shown = _save(what, FORMS[what].read())
    except DomainError as refused:
        return _page(refused)
    return redirect(address_of("tickets_console.show_city_classes", **shown))
