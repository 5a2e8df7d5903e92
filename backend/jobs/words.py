"""What villagers wrote under their name, looked at by WeChat after it was stored."""

from functools import partial
from time import monotonic

from backend.app.core import clock
from backend.app.core.batches import attempt, forget_before
from backend.app.core.queue import JobName
from backend.app.notices import wechat_check
from backend.app.notices.wechat_check import CheckedKind, Subject
from backend.app.ratings import words as ratings
from backend.app.tickets.moderation import checked_words as tickets

# The timetable asks every minute.
SECONDS = 50
# WeChat cannot be asked now.
ASK_LATER = -1


def moderate_rating(rating_id: int, words: str, reason: str) -> bool:
    moderated = ratings.moderate_words(rating_id, words, reason)
    if moderated:
        tickets.moderate_call_back(rating_id, reason)
    return moderated


def moderate_followup(rating_id: int, words: str, reason: str) -> bool:
    moderated = ratings.moderate_followup(rating_id, words, reason)
    if moderated:
        tickets.moderate_call_back(rating_id, reason)
    return moderated


SUBJECTS = {
    CheckedKind.RATING: Subject(ratings.read_words, moderate_rating),
    CheckedKind.FOLLOWUP: Subject(ratings.read_followup, moderate_followup),
    CheckedKind.TICKET: Subject(tickets.read_ticket, tickets.moderate_ticket),
    CheckedKind.EVENT: Subject(tickets.read_event, tickets.moderate_event),
}


def check_words() -> int:
    """How many texts were looked at; stops where WeChat cannot be asked, to ask again later."""
    done, ends, job = 0, monotonic() + SECONDS, JobName.CHECK_WORDS
    forget_before(job, clock.now() - wechat_check.TRY_FOR)
    while monotonic() < ends:
        waiting = wechat_check.take()
        if waiting is None:
            break
        look = partial(_look_at, waiting)
        found = attempt(job, f"{waiting.kind.value}:{waiting.subject_id}", look)
        if found == ASK_LATER:
            break
        done += found
    return done


def _look_at(waiting: wechat_check.Waiting, _: str) -> int:
    return 1 if wechat_check.look_at(waiting, SUBJECTS[waiting.kind]) else ASK_LATER
