"""Points, by night: months that are over are closed."""

from backend.app.core import calendar
from backend.app.core.db import transaction
from backend.app.points import months


def close_points_month() -> int:
    """The month before, from its second day on: a rating begun before midnight has come by then."""
    today = calendar.today()
    if today.day < 2:
        return 0
    month = calendar.previous_month(calendar.month_of(today))
    closed = 0
    for county_id in months.counties_with_points():
        with transaction():
            closed += months.close_month(county_id, month) is not None
    return closed
