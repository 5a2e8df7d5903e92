"""A ticket as a case of 数字化城管: classified, and looked at again by another office."""

from backend.app.access import Actor
from backend.app.core.audit import record
from backend.app.core.errors import InvalidInput
from backend.app.core.text_check import clean_words
from backend.app.tickets import transitions
from backend.app.tickets.city.queries import find_class
from backend.app.tickets.clocks import turns
from backend.app.tickets.handling import LONGEST_REASON
from backend.app.tickets.kinds import Channel, Outcome
from backend.app.tickets.models import Ticket
from backend.app.tickets.notifications import tell_author
from backend.app.tickets.states import Move


def set_class(actor: Actor, ticket_id: int, version: int | None, code: str | None) -> Ticket:
    """立案 under a class, or none any more; its handling time counts from here on."""
    act = transitions.begin(actor, ticket_id, Move.CLASSIFY, version)
    ticket = act.ticket
    row = find_class(ticket.county_id, code)
    if row is None and ticket.channel == Channel.PATROL:
        raise InvalidInput(errors={"city_class": ["巡查发现的要有部件或事件"]})
    ticket.city_class_id = row.id if row else None
    turns.set_deadlines(ticket, act.at)
    act.detail = {"city_class": row.code if row else None}
    transitions.finish(act)
    record("move_ticket", actor.person_id, "ticket", ticket_id, move=act.move.value)
    return ticket


def verify(actor: Actor, ticket_id: int, version: int | None, words: str | None) -> Ticket:
    """核查: what the unit says is done was seen on the spot by somebody who did not handle it."""
    act = transitions.begin(actor, ticket_id, Move.VERIFY, version)
    ticket = act.ticket
    if ticket.city_class_id is None:
        raise InvalidInput("只有部件、事件要现场核查；别的诉求请回访村民")
    if ticket.reply_result != "done":
        raise InvalidInput("办理单位说办不了的，请重办，或按「未能解决」结束")
    act.words = clean_words(words, limit=LONGEST_REASON)
    ticket.outcome = Outcome.VERIFIED.value
    event = transitions.finish(act)
    record("move_ticket", actor.person_id, "ticket", ticket_id, move=act.move.value)
    tell_author(ticket, event, "到现场看过，办好了", f"编号 {ticket.number}")
    return ticket
