"""What the clock does to tickets: late ones, silent ones, old ones; and bad ratings called back."""

from backend.app.core import calendar
from backend.app.core.db import transaction
from backend.app.tickets import files, ratings, supervision


def escalate_tickets() -> int:
    return supervision.escalate_overdue()


def tend_tickets() -> int:
    done = supervision.stop_waiting() + supervision.ask_again() + supervision.close_silent()
    done += supervision.archive_closed()
    with transaction():
        return done + files.delete_loose(calendar.now() - files.LOOSE_FOR)


def call_back_ratings() -> int:
    return ratings.open_missing()
