"""What the clock does to tickets: late ones, silent ones, old ones; and bad ratings called back."""

from backend.app.ballots import ballot_box
from backend.app.core import clock
from backend.app.core.batches import each
from backend.app.core.db import transaction
from backend.app.core.files.attachments import UNUSED_FOR
from backend.app.core.queue import JobName
from backend.app.tickets import supervision
from backend.app.tickets.anonymous import intake, threads
from backend.app.tickets.bad_ratings import call_backs, mending
from backend.app.tickets.files import FILES


def escalate_tickets() -> int:
    return supervision.follow_merged_villages() + supervision.escalate_overdue()


def tend_tickets() -> int:
    done = supervision.stop_waiting() + supervision.ask_again() + supervision.close_silent()
    done += supervision.archive_closed()
    with transaction():
        return done + FILES.erase_unused(clock.now() - UNUSED_FOR)


def call_back_ratings() -> int:
    return call_backs.open_call_backs()


def open_mendings() -> int:
    return mending.open_mendings()


def read_letters() -> int:
    """By night: anonymous letters become tickets, words of receipt holders become moves.

    Runs after the day's box was merged; each stands alone, and one that cannot be read stays.
    """
    return each(JobName.READ_LETTERS, ballot_box.due(), intake.open_letter) + refresh_threads()


def refresh_threads() -> int:
    """What holders of receipts read follows the tickets."""
    with transaction():
        return threads.refresh_threads()
