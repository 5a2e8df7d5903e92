"""What villagers wrote under their name, looked at by WeChat after it was stored."""

from time import monotonic

from backend.app.notices import checking
from backend.app.notices.checking import CheckedKind, Subject
from backend.app.ratings import words as ratings
from backend.app.tickets.moderation import checked_words as tickets

# The timetable asks every minute.
SECONDS = 50


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
    done, ends = 0, monotonic() + SECONDS
    while monotonic() < ends:
        waiting = checking.take()
        if waiting is None or not checking.look_at(waiting, SUBJECTS[waiting.kind]):
            break
        done += 1
    return done
