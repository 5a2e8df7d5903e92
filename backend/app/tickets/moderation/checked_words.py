"""Words of tickets as WeChat's check wants them, and what it doubts goes back to the desk."""

from sqlalchemy import select, text

from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.text_check import WordsState
from backend.app.notices.operations import notify
from backend.app.tickets.desk.operations import desk_staff
from backend.app.tickets.models import Ticket, TicketEvent
from backend.app.tickets.naming import may_read
from backend.app.tickets.notifications import CADRE_PAGE
from backend.app.tickets.transitions import lock

# Nothing without an author's name is ever read for WeChat.
OF_TICKET = text(
    f"""
    SELECT concat_ws(E'\\n', words, place_note) FROM ticket
    WHERE id = :id AND words_state = '{WordsState.SHOWN}' AND person_id IS NOT NULL
      AND receipt IS NULL AND channel = 'mini'
    """
)
OF_EVENT = text(
    f"""
    SELECT e.words FROM ticket_event e JOIN ticket t ON t.id = e.ticket_id
    WHERE e.id = :id AND e.words_state = '{WordsState.SHOWN}' AND e.party = 'author'
      AND e.person_id IS NOT NULL AND t.receipt IS NULL
    """
)


def read_ticket(ticket_id: int) -> str | None:
    """What was written and where it is, where that is shown."""
    return db.session.scalar(OF_TICKET, {"id": ticket_id})


def read_event(event_id: int) -> str | None:
    """What an author wrote later, where it is shown."""
    return db.session.scalar(OF_EVENT, {"id": event_id})


def moderate_ticket(ticket_id: int, words: str, reason: str) -> bool:
    """Back to the county's desk; False where the desk has decided meanwhile."""
    ticket = lock(ticket_id)
    if read_ticket(ticket_id) != words:
        return False
    _moderate(ticket, reason)
    return True


def moderate_event(event_id: int, words: str, reason: str) -> bool:
    """The same for what an author wrote later."""
    event = db.session.get_one(TicketEvent, event_id)
    ticket = lock(event.ticket_id)
    if read_event(event_id) != words:
        return False
    event.words_state = WordsState.MODERATED.value
    record("moderate_words", None, "ticket", ticket.id, reason=reason)
    _tell_desk(ticket, event_id, reason)
    return True


def moderate_call_back(rating_id: int, reason: str) -> None:
    """The call-back of a rating repeats its words."""
    found = db.session.scalar(select(Ticket.id).where(Ticket.rating_id == rating_id))
    if found is not None:
        ticket = lock(found)
        if ticket.words_state == WordsState.SHOWN.value:
            _moderate(ticket, reason)


def _moderate(ticket: Ticket, reason: str) -> None:
    ticket.words_state, ticket.moderation_reason = WordsState.MODERATED.value, reason
    record("moderate_words", None, "ticket", ticket.id, reason=reason)
    _tell_desk(ticket, 0, reason)


def _tell_desk(ticket: Ticket, event_id: int, reason: str) -> None:
    notify(
        may_read(desk_staff(ticket), ticket),
        kind="ticket_work", title="有文字要核定", words=f"编号 {ticket.number}：{reason}",
        page=CADRE_PAGE.format(ticket.id), subject_kind="ticket", subject_id=ticket.id,
        dedup=f"ticket:{ticket.id}:moderated:{event_id}",
    )  # fmt: skip
