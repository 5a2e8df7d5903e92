"""When a year's end is over, step by step, by a programme's numbers and the county's calendar."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from backend.app.assessments.models import Programme, YearClosing
from backend.app.assessments.reports.window_times import day_zero, days_of
from backend.app.core.clock import midnight
from backend.app.core.db import db
from backend.app.tickets.clocks.working_time import WorkingTime
from backend.app.tickets.rules.queries import clock_of


class YearTimes(NamedTuple):
    """The last instants of a year's end, in order."""

    self_due_at: datetime
    checks_due_at: datetime
    meeting_due_at: datetime


def last_month(year: int) -> date:
    """The month up to which a year counts."""
    return date(year, 12, 1)


def year_times(year: int, days: Mapping[str, int], working: WorkingTime) -> YearTimes:
    """Each is the close of the office on a working day of the next year."""
    zero = midnight(day_zero(last_month(year), working))
    return YearTimes(
        *(
            working.close_of_nth_day(zero, days[name])
            for name in ("self_check", "checks", "meeting")
        )
    )


def year_times_of(programme: Programme) -> YearTimes:
    return year_times(
        programme.year, days_of(programme.content), clock_of(programme.county_id)
    )  # fmt: skip


def judged_until(programme: Programme) -> datetime:
    """Until when checks and ballots are taken: the twentieth day, or as long as it was reopened."""
    closing = db.session.get(YearClosing, programme.id)
    if closing is None:
        return year_times_of(programme).checks_due_at
    return closing.reopened_until or closing.closed_at


def working_days_on(programme: Programme, start: datetime, name: str) -> datetime:
    """The close of the office as many working days on as the programme says."""
    return clock_of(programme.county_id).close_of_nth_day(start, days_of(programme.content)[name])
