"""The one way a ticket changes: locked, checked against the table, written down."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select

from backend.app.access import Actor
from backend.app.accounts.second_person import check_another_hand, hands_of
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.text_check import CheckedText, WordsState, judge
from backend.app.notices import wechat_check
from backend.app.tickets.clocks import turns
from backend.app.tickets.errors import HandlerVerifies, NotYours, TicketMoved, TicketUnknown
from backend.app.tickets.kinds import Outcome
from backend.app.tickets.models import Ticket, TicketEvent, TicketPause
from backend.app.tickets.parties import parties_of
from backend.app.tickets.states import CLOSED, TABLE, Move, MoveRule, Party, State

MOST_TYPING = 4 * 3600
# Who did one of these has handled the ticket and verifies none of it.
HANDLING = frozenset(
    {Move.SIGN, Move.ASK, Move.PROGRESS, Move.REQUEST_EXTENSION, Move.REPLY, Move.HAND_BACK}
)
# Outcomes after which a villager could have said how the matter was handled.
FINISHED = frozenset({Outcome.SOLVED, Outcome.PARTLY, Outcome.NOT, Outcome.UNANSWERED})
NOBODYS = "匿名诉求，请先看一遍再放行"
NAMES_SOMEBODY = "提到了干部，先由县里看"


@dataclass
class Transition:
    """One move in the making: whose, on which ticket, when."""

    ticket: Ticket
    move: Move
    party: Party
    person_id: int | None
    at: datetime
    before: State
    words: str | None = None
    names_somebody: bool = False
    typing_seconds: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    event_id: int = 0


def lock(ticket_id: int) -> Ticket:
    """The ticket with its row held until the transaction ends; raises TicketUnknown."""
    ticket = db.session.get(Ticket, ticket_id, with_for_update=True, populate_existing=True)
    if ticket is None:
        raise TicketUnknown
    return ticket


def has_handled_in(events: Iterable[TicketEvent], person_id: int) -> bool:
    """Whether somebody, by whatever hand, answered for a unit in a story that was read."""
    handlers = {event.person_id for event in events if event.move in HANDLING}
    return bool(handlers) and not handlers.isdisjoint(hands_of(person_id))


def has_handled(ticket: Ticket, person_id: int) -> bool:
    return bool(
        db.session.scalar(
            select(
                exists().where(
                    TicketEvent.ticket_id == ticket.id,
                    TicketEvent.person_id.in_(hands_of(person_id)),
                    TicketEvent.move.in_(HANDLING),
                )
            )
        )
    )


def begin(actor: Actor | None, ticket_id: int, move: Move, version: int | None) -> Transition:
    """Raises TicketUnknown, NotYours, HandlerVerifies or TicketMoved; else the move may be made.

    Of two people who act on the same version one wins and the other is told. Nobody (None) is the
    holder of an anonymous ticket's receipt: its author, and nothing else.
    """
    ticket = lock(ticket_id)
    if actor is None:
        return _begin_with_receipt(ticket, move)
    parties = parties_of(actor, ticket)
    if not parties:
        raise TicketUnknown
    if Party.AUTHOR not in parties:
        own = HandlerVerifies("自己的诉求不能自己办，请换一位同事")
        check_another_hand(actor, ticket.person_id, refusal=own)
    rule = TABLE[move]
    allowed = rule.by & parties
    if not allowed:
        raise NotYours
    if rule.not_by_handlers and (Party.HANDLER in parties or has_handled(ticket, actor.person_id)):
        raise HandlerVerifies
    if version is not None and version != ticket.version:
        raise TicketMoved
    _check_state(ticket, rule)
    party = next(party for party in Party if party in allowed)
    return Transition(ticket, move, party, actor.person_id, clock.now(), State(ticket.state))


def _begin_with_receipt(ticket: Ticket, move: Move) -> Transition:
    rule = TABLE[move]
    if ticket.receipt is None:
        raise TicketUnknown
    if Party.AUTHOR not in rule.by:
        raise NotYours
    _check_state(ticket, rule)
    return Transition(ticket, move, Party.AUTHOR, None, clock.now(), State(ticket.state))


def _check_state(ticket: Ticket, rule: MoveRule) -> None:
    """What is filed does not move any more."""
    if ticket.archived_at is not None or ticket.state not in rule.starts:
        raise TicketMoved


def check_desk(actor: Actor, ticket: Ticket) -> None:
    """For acts of the desk that are no moves; raises NotYours."""
    if Party.DESK not in parties_of(actor, ticket):
        raise NotYours


def begin_as_system(ticket: Ticket, move: Move) -> Transition:
    """A move nobody makes by hand; the caller holds the row."""
    rule = TABLE[move]
    if Party.SYSTEM not in rule.by:
        raise TicketMoved
    _check_state(ticket, rule)
    return Transition(ticket, move, Party.SYSTEM, None, clock.now(), State(ticket.state))


def for_the_desk(checked: CheckedText, reason: str = NOBODYS) -> CheckedText:
    """Words nobody answers for are read by the county's desk before anybody in the village."""
    if checked.state is not WordsState.SHOWN:
        return checked
    return CheckedText(checked.text, WordsState.MODERATED, reason)


def _judged(act: Transition) -> CheckedText:
    checked = judge(act.ticket.county_id, act.words)
    if act.names_somebody:
        checked = for_the_desk(checked, NAMES_SOMEBODY)
    by_nobody = act.ticket.receipt is not None and act.party is Party.AUTHOR
    return for_the_desk(checked) if by_nobody else checked


def finish(act: Transition, to: State | None = None) -> TicketEvent:
    """Moves the ticket and writes the event down."""
    ticket = act.ticket
    after = to or TABLE[act.move].to or act.before
    ticket.state = after.value
    ticket.version += 1
    if after in CLOSED and act.before not in CLOSED:
        ticket.closed_at = act.at
        if ticket.outcome in FINISHED:
            turns.note_finish(ticket, act.at)
    elif after not in CLOSED:
        ticket.closed_at = None
    if act.move is Move.ARCHIVE:
        ticket.archived_at = act.at
    said, seconds = _judged(act), act.typing_seconds
    event = TicketEvent(
        ticket_id=ticket.id,
        at=act.at,
        person_id=act.person_id,
        party=act.party.value,
        move=act.move.value,
        from_state=act.before.value,
        to_state=after.value,
        round=ticket.round,
        unit_region_id=ticket.unit_region_id,
        unit_department_id=ticket.unit_department_id,
        words=said.text,
        words_state=said.state.value,
        detail=act.detail,
        typing_seconds=None if seconds is None else max(0, min(seconds, MOST_TYPING)),
    )
    db.session.add(event)
    db.session.flush()
    act.event_id = event.id
    if act.party is Party.AUTHOR and act.person_id and said.state is WordsState.SHOWN:
        wechat_check.ask(wechat_check.CheckedKind.EVENT, event.id, act.person_id)
    return event


def pause(act: Transition) -> None:
    """The office waits for the villager: its time stands still."""
    ticket = act.ticket
    ticket.paused_at = act.at
    turn = turns.running(ticket)
    if turn is not None:
        turn.paused_at = act.at
    db.session.add(TicketPause(ticket_id=ticket.id, round=ticket.round, paused_at=act.at))


def resume(act: Transition) -> None:
    """The villager has answered, or has been waited for long enough."""
    ticket = act.ticket
    pause = db.session.scalars(
        select(TicketPause).where(
            TicketPause.ticket_id == ticket.id, TicketPause.resumed_at.is_(None)
        )
    ).one_or_none()
    if pause is not None:
        pause.resumed_at = act.at
        db.session.flush()
    turns.set_deadlines(ticket, act.at)
    ticket.paused_at = None
    turn = turns.running(ticket)
    if turn is not None:
        turn.paused_at = None
