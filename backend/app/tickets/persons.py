"""One person's tickets: told, and the cases kept without the name, the telephone and the pictures.

Whoever has no telephone is found by the number that the office wrote down.
"""

from collections.abc import Collection, Iterator

from sqlalchemy import select, text

from backend.app.core.db import db
from backend.app.core.own_data import Cell, Held
from backend.app.core.web.boxes import digits_of
from backend.app.core.web.console_menu import local_time
from backend.app.tickets.files import FILES
from backend.app.tickets.kinds import KIND_NAMES, Channel, TicketKind
from backend.app.tickets.models import Ticket, TicketFile
from backend.app.tickets.search import grams
from backend.app.tickets.serializers import read_contact
from backend.app.tickets.states import CLOSED, State
from backend.app.tickets.voices import VILLAGER

HEADINGS = ("编号", "提的时间", "类型", "写的话", "到哪一步", "留的称呼", "留的电话", "照片和录音")
EVENTS = text(
    """
    UPDATE ticket_event SET person_id = NULL
    WHERE party = 'author' AND person_id IS NOT NULL AND ticket_id = ANY(:ids)
    """
)
UNLINK = text(
    """
    UPDATE ticket SET person_id = NULL, contact_sealed = NULL, idempotency_key = NULL,
        request_digest = NULL
    WHERE id = ANY(:ids)
    """
)
OF_RATINGS = text("SELECT id FROM ticket WHERE rating_id = ANY(:ids) AND person_id IS NOT NULL")
BATCH = 500


def held_of(person_id: int) -> Held:
    """What somebody told the office, and how far it is."""
    own = db.session.scalars(
        select(Ticket).where(Ticket.person_id == person_id).order_by(Ticket.id)
    ).all()
    return _held("我的诉求", own, f"您提过 {len(own)} 件诉求，" if own else "")


def held_of_phone(county_id: int, phone: str) -> Held:
    """What the office wrote down with this telephone."""
    found = list(_with_phone(county_id, phone))
    return _held("留了这个电话的诉求", found, f"留了这个电话的诉求有 {len(found)} 件，")


def _held(name: str, tickets: Collection[Ticket], start: str) -> Held:
    open_ones = sum(ticket.state not in CLOSED for ticket in tickets)
    return Held(
        name,
        f"{start}还在办的有 {open_ones} 件。" if tickets else "还没有提过诉求。",
        HEADINGS,
        [_line(ticket) for ticket in tickets],
    )


def _line(ticket: Ticket) -> list[Cell]:
    contact = read_contact(ticket) or {}
    return [
        ticket.number, local_time(ticket.created_at), KIND_NAMES[TicketKind(ticket.kind)],
        ticket.words or "", VILLAGER.states[State(ticket.state)], contact.get("name") or "",
        contact.get("phone") or "", len(FILES.of(ticket.id)),
    ]  # fmt: skip


def count_open(person_id: int) -> int:
    """How many the office still handles."""
    own = select(Ticket.state).where(Ticket.person_id == person_id)
    return sum(state not in CLOSED for state in db.session.scalars(own))


def unlink(person_id: int) -> None:
    """The cases stay with their words and steps; name, telephone, photos and recordings go."""
    own = select(Ticket).where(Ticket.person_id == person_id)
    tickets = db.session.scalars(own).all()
    for ticket in tickets:
        if ticket.channel == Channel.RATING and ticket.words:
            # A call-back repeats what was written beside the rating, below its first line.
            ticket.words = ticket.words.partition("\n")[0]
            ticket.grams = grams(ticket.words)
    db.session.flush()
    _forget_authors([ticket.id for ticket in tickets])
    FILES.erase(TicketFile.person_id == person_id)


def unlink_of_ratings(rating_ids: Collection[int]) -> None:
    """A call-back would lead from an unlinked rating to who gave it."""
    _forget_authors(list(db.session.scalars(OF_RATINGS, {"ids": list(rating_ids)})))


def forget_phone(county_id: int, phone: str) -> int:
    """Name and telephone go from every ticket that has this number; returns how many."""
    ids = [ticket.id for ticket in _with_phone(county_id, phone)]
    _forget_authors(ids)
    return len(ids)


def _forget_authors(ids: list[int]) -> None:
    if ids:
        db.session.execute(EVENTS, {"ids": ids})
        db.session.execute(UNLINK, {"ids": ids})
        db.session.expire_all()


def _with_phone(county_id: int, phone: str) -> Iterator[Ticket]:
    """Numbers are kept sealed and without an index: every ticket that has one is opened."""
    wanted = digits_of(phone)
    having = select(Ticket).where(Ticket.county_id == county_id, Ticket.contact_sealed.is_not(None))
    for ticket in db.session.scalars(having.order_by(Ticket.id).execution_options(yield_per=BATCH)):
        contact = read_contact(ticket)
        if contact is not None and digits_of(contact.get("phone") or "") == wanted:
            yield ticket
