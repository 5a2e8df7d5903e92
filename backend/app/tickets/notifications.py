"""Who hears of a move, in which words. The inbox is the record; WeChat only rings the bell."""

from collections.abc import Collection, Mapping

from backend.app.accounts.cadres import cadres_of
from backend.app.core.clock import COUNTY_ZONE
from backend.app.core.wechat import template_id
from backend.app.notices.operations import notify
from backend.app.notices.queries import reachable
from backend.app.tickets.kinds import KIND_NAMES, TicketKind
from backend.app.tickets.models import Ticket, TicketEvent
from backend.app.tickets.naming import may_read
from backend.app.tickets.rules.routing import Office, staff_for
from backend.app.tickets.states import State
from backend.app.tickets.voices import OFFICE, VILLAGER

AUTHOR_PAGE = "/pages/tickets/detail/index?id={}"
CADRE_PAGE = "/pages/cadre/ticket/index?id={}"
TEMPLATE = "ticket_moved"
MATTER_LETTERS = 16


def tell_author(ticket: Ticket, event: TicketEvent, title: str, words: str) -> None:
    """To the author's inbox, naming the matter, and to WeChat where a message was allowed."""
    if ticket.person_id is None:
        return
    notify(
        [ticket.person_id],
        kind="ticket",
        title=title,
        words=f"「{_matter(ticket)}」{words}",
        page=AUTHOR_PAGE.format(ticket.id),
        subject_kind="ticket",
        subject_id=ticket.id,
        template=TEMPLATE,
        wechat=_values(ticket, event, title, VILLAGER.states),
        dedup=f"ticket:{ticket.id}:{event.id}",
    )


def _values(
    ticket: Ticket, event: TicketEvent, title: str, states: Mapping[State, str]
) -> dict[str, str]:
    """What a message of WeChat says of a move, its state in the reader's words."""
    return {
        "number": ticket.number,
        "state": states[State(ticket.state)],
        "at": f"{event.at.astimezone(COUNTY_ZONE):%Y-%m-%d %H:%M}",
        "words": title,
    }


def silent_villages(county_id: int) -> list[str]:
    """Whose cadres WeChat can send nothing; empty where the county has no template at all."""
    if not template_id(TEMPLATE):
        return []
    villages = cadres_of(county_id)
    heard = reachable([person for village in villages for person in village.person_ids])
    return [village.village_name for village in villages if not heard & set(village.person_ids)]


def _matter(ticket: Ticket) -> str:
    """The start of what the author said, as a name for it."""
    first = (ticket.words or "").partition("\n")[0]
    if not first:
        return f"您提的{KIND_NAMES[TicketKind(ticket.kind)]}"
    return first if len(first) <= MATTER_LETTERS else f"{first[:MATTER_LETTERS]}…"


def tell_office(ticket: Ticket, event: TicketEvent, title: str, words: str) -> None:
    """To everybody who may sign for what comes to the ticket's unit."""
    office = Office(ticket.unit_region_id, ticket.unit_department_id)
    tell_people(staff_for(office), ticket, event, title, words)


def tell_people(
    person_ids: Collection[int], ticket: Ticket, event: TicketEvent, title: str, words: str
) -> None:
    told = may_read(person_ids, ticket)
    if not told:
        return
    notify(
        told,
        kind="ticket_work",
        title=title,
        words=words,
        page=CADRE_PAGE.format(ticket.id),
        subject_kind="ticket",
        subject_id=ticket.id,
        template=TEMPLATE,
        wechat=_values(ticket, event, title, OFFICE.states),
        dedup=f"ticket:{ticket.id}:{event.id}",
    )
