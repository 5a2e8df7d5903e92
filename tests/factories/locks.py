"""Last month locked: the process then lives on a day on which that may be done."""

from datetime import UTC, date, datetime, timedelta

from backend.app.access import Actor
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.scorecards.locks import operations as locks
from backend.app.scorecards.models import MonthLock
from tests.factories.ratings import LAST_MONTH


def reach_lock_day(county_id: int, month: date = LAST_MONTH) -> None:
    """From here to the end of the test it is no earlier than the month's first day of locking.

    Called before anybody logs in: the wait is longer than a session.
    """
    wait = locks.first_lock_day(county_id, month) - clock.today()
    if wait > timedelta():
        ahead = clock.now() - datetime.now(UTC) + wait
        clock.run_ahead(round(ahead.total_seconds()))


def lock_month(actor: Actor, county_id: int, note: str = "", month: date = LAST_MONTH) -> MonthLock:
    reach_lock_day(county_id, month)
    with transaction():
        return locks.lock_month(actor, county_id, month, note)
