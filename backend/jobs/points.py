"""Points, by night: months that are over are closed, old points announced and let expire."""

from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.points import expiry, months, notifications


def close_points_month() -> int:
    """The month before, from its second day on: a rating begun before midnight has come by then."""
    today = clock.today()
    if today.day < 2:
        return 0
    month = clock.previous_month(clock.month_of(today))
    closed = 0
    for county_id in months.counties_with_points():
        with transaction():
            closed += months.close_month(county_id, month) is not None
    return closed


def expire_points() -> int:
    """Tells who has points that expire in a month, and lets expire what was told a month ago."""
    today, expired = clock.today(), 0
    for county_id in months.counties_with_points():
        with transaction():
            announced = expiry.announce(county_id, today)
            if announced is not None:
                notifications.tell_expiry(announced.expiry, announced.told)
    for expiry_id in expiry.due_expiries(today):
        while True:
            with transaction():
                done = expiry.carry_out(expiry_id)
            if not done:
                break
            expired += done
    return expired
