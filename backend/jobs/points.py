"""Points, by night: months that are over are closed, old points announced and let expire."""

from datetime import date
from functools import partial

from backend.app.core import clock
from backend.app.core.batches import each
from backend.app.core.db import transaction
from backend.app.core.queue import JobName
from backend.app.points import expiry, months, notifications


def close_points_month() -> int:
    """The month before, from its second day on: a rating begun before midnight has come by then."""
    today = clock.today()
    if today.day < 2:
        return 0
    month = clock.previous_month(clock.month_of(today))
    return each(
        JobName.CLOSE_POINTS_MONTH,
        months.counties_with_points(),
        lambda county_id: months.close_month(county_id, month) is not None,
    )


def expire_points() -> int:
    """Tells who has points that expire in a month, and lets expire what was told a month ago."""
    today, job = clock.today(), JobName.EXPIRE_POINTS
    each(job, months.counties_with_points(), partial(_announce, today), "announce")
    return each(job, expiry.due_expiries(today), _carry_out, "carry_out")


def _announce(today: date, county_id: int) -> None:
    announced = expiry.announce(county_id, today)
    if announced is not None:
        notifications.tell_expiry(announced.expiry, announced.told)


def _carry_out(expiry_id: int) -> int:
    """An expiry is of many people: each batch of them is done for good before the next begins."""
    expired = 0
    while True:
        with transaction():
            done = expiry.carry_out(expiry_id)
        if not done:
            return expired
        expired += done
