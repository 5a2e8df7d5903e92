"""Cases of 数字化城管: seen on a round, handled, and read again."""

from datetime import timedelta

from backend.app.access import Actor
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.tickets import handling
from backend.app.tickets.city.figures import office_cases
from backend.app.tickets.facts import TicketFacts
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.intake.proxies import enter
from backend.app.tickets.kinds import Channel, TicketKind
from backend.app.tickets.models import Ticket
from tests.factories.tickets import Offices, forget

LAMP, TRASH, HOLE = "B0118", "S0102", "S0401"


def seen(offices: Offices, code: str = LAMP, village: int | None = None) -> int:
    """Somebody of the desk sees a part or an event on a round."""
    request = TicketRequest(TicketKind.HELP, "巡查看到的", village or offices.village_id)
    with transaction():
        return enter(offices.other_desk, Channel.PATROL, request, code).id


def ticket(ticket_id: int) -> Ticket:
    forget()
    return db.session.get_one(Ticket, ticket_id)


def handle(offices: Offices, ticket_id: int, by: Actor | None = None) -> None:
    """The water bureau, or whoever it lies with, says it is done."""
    who = by or offices.department
    for act in (
        lambda version: handling.sign(who, ticket_id, version),
        lambda version: handling.reply(who, ticket_id, version, "done", WrittenReply("修好了")),
    ):
        version = ticket(ticket_id).version
        with transaction():
            act(version)


def office_facts(offices: Offices) -> TicketFacts:
    today = clock.today().replace(day=1)
    until = clock.now() + timedelta(seconds=1)
    forget()
    return office_cases(today, today, offices.county.id, until)[None, offices.department_id]
