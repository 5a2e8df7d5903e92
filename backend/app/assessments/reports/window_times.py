"""When a window opens and closes, by a programme's numbers and the county's calendar. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from backend.app.core.clock import midnight, next_month
from backend.app.tickets.clocks.working_time import WorkingTime

# `opens_day` is a day of the period, the others are working days after its last one, and the next
# three are lengths: to mend what was returned, to query a colour and to answer
# that. At the year's end three are working days of the next year, and two are lengths.
USUAL = {
    "opens_day": 25, "remind": 1, "close": 3, "owner": 6, "office": 8, "notice": 9,
    "mend": 2, "query": 3, "query_answer": 3,
    "self_check": 10, "checks": 20, "meeting": 30, "notice_days": 5, "appeal_days": 10,
}  # fmt: skip


class WindowTimes(NamedTuple):
    """The instants of one window, in order."""

    opens_at: datetime
    remind_at: datetime
    closes_at: datetime
    owner_due_at: datetime
    office_due_at: datetime
    notice_at: datetime


def days_of(content: Mapping[str, Any]) -> dict[str, int]:
    """The numbers of a programme, usual where it names none."""
    return USUAL | {name: int(days) for name, days in content.get("clocks", {}).items()}


def last_day(period: date) -> date:
    return next_month(period) - timedelta(days=1)


def day_zero(period: date, working: WorkingTime) -> date:
    """The last working day of a period."""
    zero = last_day(period)
    while not working.is_working_day(zero):
        zero -= timedelta(days=1)
    return zero


def window_times(period: date, days: Mapping[str, int], working: WorkingTime) -> WindowTimes:
    """Day zero is the period's last working day; each end is the close of the office."""
    zero = day_zero(period, working)

    def close_of(name: str) -> datetime:
        return working.close_of_nth_day(midnight(zero), days[name])

    return WindowTimes(
        midnight(period.replace(day=days["opens_day"])), close_of("remind"), close_of("close"),
        close_of("owner"), close_of("office"), close_of("notice"),
    )  # fmt: skip
