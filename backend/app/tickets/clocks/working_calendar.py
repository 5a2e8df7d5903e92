"""The county's calendar as data: seeded, edited, warned about, and followed by open deadlines."""

from datetime import date
from itertools import pairwise

import chinese_calendar
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, may
from backend.app.core import clock as county_clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.places.queries import region_path
from backend.app.tickets.clocks.deadlines import Stage, Unit, Urgency
from backend.app.tickets.clocks.turns import set_deadlines
from backend.app.tickets.models import (
    CalendarDay,
    CalendarYear,
    CountyHours,
    DeadlineRule,
    Ticket,
)
from backend.app.tickets.rules.queries import clock_of, forget_clocks
from backend.app.tickets.states import OPEN, WAITING

WARN_FROM_MONTH = 10
FIRST_YEAR, LAST_YEAR = 2020, 2099


def days_of_state_council(year: int) -> dict[date, tuple[bool, str]] | None:
    """Holidays and make-up days of a year as announced, or None for a year not yet announced."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    try:
        days = chinese_calendar.get_dates(first, last)
        result = {}
        for day in days:
            works = chinese_calendar.is_workday(day)
            if works != (day.weekday() < 5):
                _, name = chinese_calendar.get_holiday_detail(day)
                result[day] = (works, "调休上班" if works else _holiday_name(name))
    except NotImplementedError:
        return None
    return result


NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
}


def _holiday_name(name: str | None) -> str:
    return NAMES.get(name or "", "放假")


def seed_calendar(county_id: int) -> list[int]:
    """Fills the years that are announced and that nobody has filled; returns them."""
    this_year = county_clock.today().year
    filled = set(
        db.session.scalars(select(CalendarYear.year).where(CalendarYear.county_id == county_id))
    )
    added = []
    for year in range(this_year - 1, this_year + 2):
        days = None if year in filled else days_of_state_council(year)
        if days is not None:
            _write_year(county_id, year, days, None)
            added.append(year)
    forget_clocks()
    return added


def _write_year(
    county_id: int, year: int, days: dict[date, tuple[bool, str]], person_id: int | None
) -> None:
    db.session.execute(
        delete(CalendarDay).where(
            CalendarDay.county_id == county_id,
            CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)),
        )
    )
    rows = [
        {"county_id": county_id, "day": day, "is_working": works, "name": name}
        for day, (works, name) in sorted(days.items())
    ]
    if not rows:
        # No year is without a holiday: nothing written is nothing filled in.
        db.session.execute(delete(CalendarYear).filter_by(county_id=county_id, year=year))
        return
    db.session.execute(insert(CalendarDay).values(rows))
    stamp = {"filled_at": county_clock.now(), "filled_by_id": person_id}
    db.session.execute(
        insert(CalendarYear)
        .values(county_id=county_id, year=year, **stamp)
        .on_conflict_do_update(index_elements=["county_id", "year"], set_=stamp)
    )


def fill_year(actor: Actor, county_id: int, year: int, days: dict[date, tuple[bool, str]]) -> int:
    """An administrator's own list for a year; open deadlines follow. Returns how many moved.

    An empty list takes back what was filled in: the year is counted by weekdays again.
    """
    _check(actor, county_id)
    if not FIRST_YEAR <= year <= LAST_YEAR or any(day.year != year for day in days):
        raise InvalidInput(errors={"days": [f"日期都要在 {year} 年内"]})
    _write_year(county_id, year, days, actor.person_id)
    record("fill_calendar", actor.person_id, "county", county_id, year=year, days=len(days))
    return recompute_open(county_id)


def set_hours(actor: Actor, county_id: int, valid_from: date, edges: list[int]) -> int:
    """Office hours from a day on: open, close, open, close in minutes after midnight."""
    _check(actor, county_id)
    apart = all(a < b for a, b in pairwise(edges))
    if len(edges) not in (2, 4) or not apart or not edges[0] >= 0 or edges[-1] > 1439:
        raise InvalidInput(errors={"edges": ["上下班时间要从早到晚，如 8:30 12:00 14:30 18:00"]})
    db.session.execute(
        insert(CountyHours)
        .values(county_id=county_id, valid_from=valid_from, edges=edges)
        .on_conflict_do_update(index_elements=["county_id", "valid_from"], set_={"edges": edges})
    )
    record("set_office_hours", actor.person_id, "county", county_id, edges=edges)
    return recompute_open(county_id)


def set_limit(
    actor: Actor, county_id: int, urgency: str, stage: str, amount: int, unit: str
) -> None:
    """A length for tickets that come in from now on; those under way keep theirs."""
    _check(actor, county_id)
    fits = urgency in set(Urgency) and stage in set(Stage) and unit in set(Unit)
    most = 60 if unit == Unit.WORKING_DAYS else 60 * 24 * 30
    if not fits or not 1 <= amount <= most:
        raise InvalidInput(errors={"amount": [f"应为 1 到 {most} 的整数"]})
    db.session.add(
        DeadlineRule(
            county_id=county_id, urgency=urgency, stage=stage, amount=amount, unit=unit,
            valid_from=county_clock.now(),
        )
    )  # fmt: skip
    record(
        "set_deadline", actor.person_id, "county", county_id,
        urgency=urgency, stage=stage, amount=amount, unit=unit,
    )  # fmt: skip


def recompute_open(county_id: int) -> int:
    """Computes anew what is not yet due of every open ticket, for the citizen and for the unit.

    Returns how many moved.
    """
    forget_clocks()
    at, moved = county_clock.now(), 0
    for ticket in db.session.scalars(
        select(Ticket)
        .where(
            Ticket.county_id == county_id,
            Ticket.state.in_([state.value for state in OPEN | WAITING]),
        )
        .order_by(Ticket.id)
        .with_for_update()
    ):
        before = (ticket.due_at, ticket.sign_due_at, ticket.citizen_due_at)
        set_deadlines(ticket, at)
        moved += before != (ticket.due_at, ticket.sign_due_at, ticket.citizen_due_at)
    db.session.flush()
    return moved


def missing_years(county_id: int, today: date) -> list[int]:
    """The years somebody should fill: this one, and from October the next."""
    wanted = [today.year] + ([today.year + 1] if today.month >= WARN_FROM_MONTH else [])
    filled = set(
        db.session.scalars(select(CalendarYear.year).where(CalendarYear.county_id == county_id))
    )
    return [year for year in wanted if year not in filled]


def _check(actor: Actor, county_id: int) -> None:
    if not may(actor, Permission.MANAGE_TICKET_RULES, region_path(county_id)):
        raise NotAllowed


def list_days(county_id: int, year: int) -> list[CalendarDay]:
    """The days of a year that are not what their weekday says."""
    query = select(CalendarDay).where(
        CalendarDay.county_id == county_id,
        CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)),
    )
    return list(db.session.scalars(query.order_by(CalendarDay.day)))


def is_filled(county_id: int, year: int) -> bool:
    return db.session.get(CalendarYear, (county_id, year)) is not None


def next_working_day(county_id: int, day: date, later: int = 0) -> date:
    """The day itself where it is worked, or so many working days later."""
    closes_at = clock_of(county_id).close_of_nth_day(county_clock.midnight(day), later)
    return county_clock.local_day(closes_at)
