"""What the clock does to tickets: late ones, silent ones, old ones; and bad ratings called back."""

import structlog
from nacl.exceptions import CryptoError
from sqlalchemy.exc import IntegrityError

from backend.app.ballots import ballot_box
from backend.app.ballots.box_keys import KeyLost
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.files.attachments import UNUSED_FOR
from backend.app.tickets import supervision
from backend.app.tickets.anonymous import intake, threads
from backend.app.tickets.anonymous.letters import LetterInvalid
from backend.app.tickets.bad_ratings import call_backs, mending
from backend.app.tickets.files import FILES

log = structlog.get_logger()


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
    done = 0
    for box_id in ballot_box.due():
        try:
            with transaction():
                done += intake.open_letter(box_id)
        except (CryptoError, DomainError, IntegrityError, KeyLost, LetterInvalid) as fault:
            log.error("letter_unread", kind=type(fault).__name__)
    return done + refresh_threads()


def refresh_threads() -> int:
    """What holders of receipts read follows the tickets."""
    with transaction():
        return threads.refresh_threads()
