"""Now, the county's day and the county's month."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
COUNTY_ZONE = ZoneInfo("Asia/Shanghai")


_instant: ContextVar[datetime | None] = ContextVar("instant", default=None)
_ahead = timedelta()


def now() -> datetime:
    """The one clock of the application (aware, UTC)."""
    return _instant.get() or datetime.now(UTC) + _ahead


def of_host() -> datetime:
    """The host's own clock, to be compared with others; everything else asks `now`."""
    return datetime.now(UTC)


@contextmanager
def clock_at(instant: datetime) -> Iterator[None]:
    """Inside, and in this thread alone, the clock stands at this instant (aware)."""
    token = _instant.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _instant.reset(token)


def run_ahead(seconds: int) -> None:
    """From now on the whole process lives so much later; 0 sets the clock right."""
    global _ahead
    _ahead = timedelta(seconds=seconds)


def local_day(at: datetime) -> date:
    """The day in the county at that instant."""
    return at.astimezone(COUNTY_ZONE).date()


def midnight(day: date) -> datetime:
    """The instant at which a day begins in the county."""
    return datetime.combine(day, datetime.min.time(), COUNTY_ZONE)


def week_of(at: datetime) -> datetime:
    """The instant at which the week of an instant begins in the county, on Monday."""
    day = local_day(at)
    return midnight(day - timedelta(days=day.weekday()))


def week_after(at: datetime) -> datetime:
    return week_of(week_of(at) + timedelta(days=8))


def today() -> date:
    return local_day(now())


def month_of(day: date) -> date:
    """A month is named by its first day."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    return month_of(month.replace(day=28) + timedelta(days=4))


def previous_month(month: date) -> date:
    return month_of(month.replace(day=1) - timedelta(days=1))


def months_back(month: date, count: int) -> list[date]:
    """The last `count` months ending with `month`, oldest first."""
    months = [month]
    while len(months) < count:
        months.append(previous_month(months[-1]))
    return months[::-1]


def parse_month(text: object) -> date | None:
    """ "2026-10" as the first day of that month; None for anything else."""
    found = MONTH.fullmatch(text) if isinstance(text, str) else None
    return date(int(found[1]), int(found[2]), 1) if found else None
