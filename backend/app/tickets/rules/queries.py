"""A county's own data that tickets run on: calendar, deadlines, settings."""

from datetime import datetime, time

from sqlalchemy import select

from backend.app.core.clock import COUNTY_ZONE
from backend.app.core.db import db
from backend.app.core.read_cache import remembered
from backend.app.tickets.clocks.deadlines import (
    STARTING_LIMITS,
    DeadlineLimit,
    Limits,
    Stage,
    Unit,
    Urgency,
)
from backend.app.tickets.clocks.working_time import DEFAULT_HOURS, OfficeHours, WorkingTime
from backend.app.tickets.models import (
    CalendarDay,
    CountyHours,
    DeadlineRule,
)

CLOCKS = "ticket_clocks"


def spans_of(edges: list[int]) -> tuple[tuple[time, time], ...]:
    """[510, 720, 870, 1080] as 8:30–12:00 and 14:30–18:00."""
    times = [time(minute // 60, minute % 60) for minute in edges]
    return tuple(zip(times[::2], times[1::2], strict=True))


def clock_of(county_id: int) -> WorkingTime:
    """The county's working time; read once in a transaction."""
    kept = _kept_clocks()
    if county_id not in kept:
        days = db.session.execute(
            select(CalendarDay.day, CalendarDay.is_working).where(
                CalendarDay.county_id == county_id
            )
        )
        hours = [
            OfficeHours(row.valid_from, spans_of(row.edges))
            for row in db.session.scalars(
                select(CountyHours)
                .where(CountyHours.county_id == county_id)
                .order_by(CountyHours.valid_from)
            )
        ]
        kept[county_id] = WorkingTime(
            COUNTY_ZONE, {row.day: row.is_working for row in days}, tuple(hours) or (DEFAULT_HOURS,)
        )
    return kept[county_id]


def _kept_clocks() -> dict[int, WorkingTime]:
    """Those read in this transaction; a worker's session lives longer than a calendar."""
    session = db.session()
    session.connection()
    transaction = session.get_transaction()
    holder, clocks = session.info.get(CLOCKS, (None, {}))
    if holder is not transaction:
        clocks = {}
        session.info[CLOCKS] = (transaction, clocks)
    return clocks


def forget_clocks() -> None:
    """After a calendar was changed in this transaction."""
    db.session().info.pop(CLOCKS, None)


@remembered
def _rules_of(county_id: int) -> list[DeadlineRule]:
    """The county's own lengths, the later one of a stage behind the earlier."""
    query = select(DeadlineRule).where(DeadlineRule.county_id == county_id)
    return list(db.session.scalars(query.order_by(DeadlineRule.valid_from)))


def limits_of(county_id: int, at: datetime) -> Limits:
    """The lengths in force at an instant: the county's own where it set them."""
    own = {
        (Urgency(rule.urgency), Stage(rule.stage)): DeadlineLimit(rule.amount, Unit(rule.unit))
        for rule in _rules_of(county_id)
        if rule.valid_from <= at
    }
    return {**STARTING_LIMITS, **own}
