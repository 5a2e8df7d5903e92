"""诉求设置: calendar, office hours, deadlines, routing, templates, categories, policy."""

from datetime import date, time
from typing import Any

from flask import redirect
from flask import url_for as address_of

from backend.app.access import Actor, Permission, regions_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, InvalidInput, NotFound
from backend.app.core.web import boxes
from backend.app.core.web.boxes import whole
from backend.app.core.web.forms import Form, Query, query_args, typed
from backend.app.core.web.guards import actor, guard, own_county
from backend.app.core.web.http import render_page
from backend.app.places.county_settings import SETTINGS, TICKETS
from backend.app.places.queries import department_names, list_departments, settings_of
from backend.app.tickets.blueprints import console as blueprint
from backend.app.tickets.clocks import working_calendar
from backend.app.tickets.clocks.deadlines import STAGE_NAMES, UNIT_NAMES, URGENCY_NAMES, limit_words
from backend.app.tickets.notifications import silent_villages
from backend.app.tickets.rules import operations as rules
from backend.app.tickets.rules.categories import list_categories
from backend.app.tickets.rules.queries import clock_of, limits_of

YEAR = Query.of(year=boxes.Number(least=1000, most=9999))
COUNT, TEXT = boxes.Number(missing="应为整数", most=999_999), boxes.Text()
POLICY = [name for name, setting in SETTINGS.items() if setting.page == TICKETS and setting.bounds]
FORMS = {
    "calendar": Form.of(year=COUNT, days=TEXT),
    "hours": Form.of(valid_from=boxes.Day(), edges=TEXT),
    "deadline": Form.of(urgency=TEXT, stage=TEXT, amount=COUNT, unit=TEXT),
    "routing": Form.of(category=TEXT, target=TEXT),
    "template": Form.of(title=TEXT, words=TEXT, category=TEXT),
    "category": Form.of(code=TEXT, name=TEXT, urgency=TEXT, synonyms=TEXT),
    "policy": Form.of(**dict.fromkeys(POLICY, COUNT), bad_rating_opens=boxes.YesNo()),
}


def calendar_warnings(who: Actor) -> list[int]:
    """The years whose holidays this reader should fill in."""
    counties = regions_of(who, Permission.MANAGE_TICKET_RULES)
    today = clock.today()
    return sorted(
        {year for county in counties for year in working_calendar.missing_years(county, today)}
    )


def _page(error: DomainError | None = None, moved: int | None = None) -> tuple[str, int]:
    county, today = own_county(Permission.MANAGE_TICKET_RULES), clock.today()
    shown_year = YEAR.read()["year"] or today.year
    routing = rules.list_routing(county)
    names = department_names([rule.department_id for rule in routing if rule.department_id])
    return render_page(
        "tickets/rules.html", error,
        moved=moved, year=shown_year, this_year=today.year,
        days=working_calendar.list_days(county, shown_year),
        filled=working_calendar.is_filled(county, shown_year),
        missing=working_calendar.missing_years(county, today),
        spans=clock_of(county).spans(working_calendar.next_working_day(county, today)),
        limits=limits_of(county, clock.now()), urgency_names=URGENCY_NAMES,
        stage_names=STAGE_NAMES, unit_names=UNIT_NAMES, limit_words=limit_words,
        routing=routing, department_names=names,
        departments=list_departments(county), categories=list_categories(county),
        silent=silent_villages(county), templates=rules.list_templates(county),
        policy=settings_of(county), today=today,
    )  # fmt: skip


@blueprint.get("/rules")
@guard(Permission.MANAGE_TICKET_RULES)
@query_args(moved=boxes.Number(most=999_999))
def show_rules(moved: int | None) -> tuple[str, int]:
    """Everything a county decides about its tickets, on one page."""
    return _page(moved=moved)


def read_days(text: str, year: int) -> dict[date, tuple[bool, str]]:
    """Lines such as "10-01 休 国庆节" or "2-14 班"; raises InvalidInput naming the line."""
    result: dict[date, tuple[bool, str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        parts = line.split()
        if not parts:
            continue
        try:
            *other, month, day = (int(part) for part in parts[0].split("-"))
            when = date(year, month, day)
            works = {"休": False, "班": True}[parts[1][:1]]
        except (ValueError, KeyError, IndexError):
            fault = f"第 {number} 行「{line.strip()[:20]}」看不懂，应如：10-01 休 国庆节"
            raise InvalidInput(errors={"days": [fault]}) from None
        if other not in ([], [year]):
            fault = f"第 {number} 行写的是 {other[0]} 年，这一页是 {year} 年的日历"
            raise InvalidInput(errors={"days": [fault]})
        name = parts[2] if len(parts) > 2 else "调休上班" if works else "放假"
        result[when] = (works, name[:20])
    return result


def read_edges(text: str) -> list[int]:
    """ "8:30 12:00 14:30 18:00" as minutes after midnight; raises InvalidInput."""
    try:
        times = [time.fromisoformat(part.zfill(5)) for part in text.replace(":", ":").split()]
    except ValueError:
        raise InvalidInput(errors={"edges": ["应如：8:30 12:00 14:30 18:00"]}) from None
    return [each.hour * 60 + each.minute for each in times]


def _save(what: str) -> int | None:
    """Does what one form of the page asks; how many open deadlines moved, where they could."""
    if what not in FORMS:
        raise NotFound
    form, me = FORMS[what].read(), actor()
    county, category = own_county(Permission.MANAGE_TICKET_RULES), form.get("category") or None
    if what == "calendar":
        days = read_days(form["days"], form["year"])
        return working_calendar.fill_year(me, county, form["year"], days)
    if what == "hours":
        first = form["valid_from"] or clock.today()
        return working_calendar.set_hours(me, county, first, read_edges(form["edges"]))
    if what == "deadline":
        working_calendar.set_limit(me, county, **form)
    elif what == "routing":
        target = form["target"]
        department = whole(target[1:], 1) if target[:1] == "d" else None
        rules.set_routing(me, county, category, "department" if department else target, department)
    elif what == "template":
        rules.set_template(me, county, form["title"], form["words"], category)
    elif what == "category":
        words = form["synonyms"].replace("、", " ").split()
        rules.change_category(me, county, form["code"], form["name"], form["urgency"], words)
    elif what == "policy":
        rules.set_policy(me, county, form)
    return None


@blueprint.post("/rules/<string:what>")
@guard(Permission.MANAGE_TICKET_RULES)
def save_rules(what: str) -> Any:
    """One part of the page; a refusal is shown on it with what was typed."""
    try:
        with transaction():
            moved = _save(what)
    except InvalidInput as refused:
        return _page(refused)
    return redirect(
        address_of("tickets_console.show_rules", year=typed.get("year"), moved=moved, _anchor=what)
    )
