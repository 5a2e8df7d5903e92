"""Whose turn a ticket is, and until when: every office's clock starts when the ticket reaches it.

A due time that has passed stays where it is, whatever comes later; so does a turn that is over.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import func, inspect, select, update

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.read_cache import remembered
from backend.app.tickets.city.queries import handling_time
from backend.app.tickets.clocks.deadlines import (
    DeadlineLimit,
    Deadlines,
    Stage,
    Unit,
    Urgency,
    deadlines,
    due,
)
from backend.app.tickets.kinds import Channel
from backend.app.tickets.models import Ticket, TicketExtension, TicketPause, TicketTurn
from backend.app.tickets.rules.queries import clock_of, limits_of
from backend.app.tickets.states import CLOSED, ExtensionState, State

# The county's desk passes a ticket on within one working day.
DESK_LIMIT = DeadlineLimit(1, Unit.WORKING_DAYS)


def running(ticket: Ticket) -> TicketTurn | None:
    """The turn of whoever has the ticket now; None once it is answered or closed."""
    return db.session.scalar(
        select(TicketTurn).where(TicketTurn.ticket_id == ticket.id, TicketTurn.ended_at.is_(None))
    )


def answered(ticket: Ticket) -> TicketTurn | None:
    """The newest turn that ended with an answer."""
    return db.session.scalar(
        select(TicketTurn)
        .where(TicketTurn.ticket_id == ticket.id, TicketTurn.answered_at.is_not(None))
        .order_by(TicketTurn.id.desc())
        .limit(1)
    )


def start(ticket: Ticket, at: datetime, heard_before: bool = False) -> TicketTurn:
    """The office named in the ticket, or the desk, has it from now on; a turn under way ends.

    `heard_before`: the unit answered an earlier round, so no first answer is due.
    """
    turn = None if _is_new(ticket) else running(ticket)
    if turn is not None and is_desk(turn) and turn.started_at == at:
        # What the rules pass on at once was never with the desk.
        turn.unit_region_id, turn.unit_department_id = _unit(ticket)
        turn.village_id = _own_village(ticket)
        turn.due_at = None
    else:
        if turn is not None:
            _close(turn, at)
        turn = _new(ticket, at)
    _begin(ticket, turn, at)
    if heard_before:
        turn.first_answer_due_at = None
    db.session.add(ticket)
    db.session.flush()
    db.session.add(turn)
    db.session.flush()
    return turn


def first(ticket: Ticket, at: datetime) -> TicketTurn:
    """The turn of the office named in a ticket, or of the desk; neither is stored yet."""
    turn = _new(ticket, at)
    _begin(ticket, turn, at)
    return turn


def _begin(ticket: Ticket, turn: TicketTurn, at: datetime) -> None:
    ticket.assigned_at = None if is_desk(turn) else at
    ticket.signed_at, ticket.extra_days, ticket.paused_at = None, 0, None
    with db.session.no_autoflush:
        set_deadlines(ticket, at, turn)


def answer_together(ticket: Ticket, at: datetime, result: str) -> None:
    """The answer to another ticket is this one's too; the deadline was that one's."""
    turn = _new(ticket, at)
    turn.answered_at = turn.ended_at = at
    turn.result = result
    db.session.add(turn)
    db.session.flush()


def answer(ticket: Ticket, at: datetime, result: str) -> None:
    """The unit's turn ends with its answer."""
    turn = running(ticket)
    if turn is None:
        answer_together(ticket, at, result)
        return
    turn.first_answered_at = turn.first_answered_at or at
    turn.answered_at, turn.result = at, result
    _close(turn, at)


def end(ticket: Ticket, at: datetime) -> None:
    """Nobody's turn any more: merged, declined, withdrawn."""
    turn = running(ticket)
    if turn is not None:
        _close(turn, at)


def take_back(ticket: Ticket, at: datetime) -> None:
    """Withdrawn or declined: what no deadline has passed of counts nowhere."""
    end(ticket, at)
    db.session.execute(
        update(TicketTurn).where(TicketTurn.ticket_id == ticket.id).values(withdrawn_at=at)
    )


def note_signature(ticket: Ticket, at: datetime) -> None:
    """The unit takes it on."""
    turn = running(ticket)
    if turn is not None:
        turn.signed_at = at


def note_first_answer(ticket: Ticket, at: datetime) -> None:
    """The first time the villager hears more than 已收到 in this unit's turn."""
    turn = running(ticket)
    if turn is not None and turn.first_answered_at is None:
        turn.first_answered_at = at


def extend(ticket: Ticket, days: int, at: datetime) -> None:
    """Approved days of the unit that asked for them."""
    turn = running(ticket)
    if turn is not None:
        turn.extra_days = ticket.extra_days = turn.extra_days + days
    set_deadlines(ticket, at, turn)


def note_verdict(ticket: Ticket, verdict: str, at: datetime, level: int | None) -> None:
    """What the villager says belongs to the answer that it is about."""
    turn = answered(ticket)
    if turn is not None:
        turn.verdict, turn.verdict_at, turn.handling_level = verdict, at, level


def note_finish(ticket: Ticket, at: datetime) -> None:
    """Closed for the first time after this answer."""
    turn = answered(ticket)
    if turn is not None and turn.finished_at is None:
        turn.finished_at = at


def is_desk(turn: TicketTurn) -> bool:
    return turn.unit_region_id is None and turn.unit_department_id is None


def set_deadlines(ticket: Ticket, at: datetime, turn: TicketTurn | None = None) -> None:
    """Computes anew what is not yet over; doing so twice changes nothing."""
    turn = turn or running(ticket)
    if turn is not None:
        _set_of_turn(ticket, turn, at)
    if State(ticket.state) not in CLOSED and ticket.answered_at is None:
        ticket.citizen_due_at = _citizen_due(ticket)
    if ticket.answered_at is not None:
        ticket.call_back_due_at = call_back_due(ticket, ticket.answered_at)


def call_back_due(ticket: Ticket, since: datetime) -> datetime:
    """By when the county calls the villager: from the answer, and anew from 没解决."""
    limits = limits_of(ticket.county_id, ticket.round_started_at)
    limit = limits[Urgency(ticket.urgency), Stage.CALL_BACK]
    return due(clock_of(ticket.county_id), limit, since)


def _set_of_turn(ticket: Ticket, turn: TicketTurn, at: datetime) -> None:
    clock, urgency = clock_of(ticket.county_id), Urgency(ticket.urgency)
    passed_by = turn.paused_at or at

    def moved(before: datetime | None, computed: Callable[[datetime], datetime]) -> datetime:
        """Never what has passed, and never into the past: then the length counts from now."""
        if before is not None and before <= passed_by:
            return before
        after = computed(counted_from(ticket.channel, turn.started_at))
        if after > at:
            return after
        again = computed(counted_from(ticket.channel, at))
        return min(before, again) if before is not None and before > at else again

    if is_desk(turn):
        turn.due_at = moved(turn.due_at, lambda start: due(clock, DESK_LIMIT, start))
    else:
        pauses = pauses_since(ticket, turn.started_at)

        def all_from(start: datetime) -> Deadlines:
            return _deadlines(
                ticket.county_id,
                urgency,
                turn.started_at,
                start,
                tuple(pauses),
                turn.extra_days,
                _class_limit(ticket, turn),
            )

        turn.sign_due_at = moved(turn.sign_due_at, lambda start: all_from(start).sign_due_at)
        if turn.first_answered_at is None and not _heard_before(turn):
            turn.first_answer_due_at = moved(
                turn.first_answer_due_at, lambda start: all_from(start).answer_due_at
            )
        turn.due_at = moved(turn.due_at, lambda start: all_from(start).due_at)
    ticket.sign_due_at, ticket.due_at = turn.sign_due_at, turn.due_at


@remembered
def _deadlines(
    county_id: int, urgency: Urgency, began: datetime, start: datetime,
    pauses: tuple[tuple[datetime, datetime], ...], extra_days: int, own: DeadlineLimit | None,
) -> Deadlines:  # fmt: skip
    """Of a unit whose turn began when some limits were in force; many orders have the same."""
    limits = limits_of(county_id, began)
    if own is not None:
        limits = {**limits, (urgency, Stage.RESOLUTION): own}
    return deadlines(clock_of(county_id), limits, urgency, start, pauses, extra_days)


def _class_limit(ticket: Ticket, turn: TicketTurn) -> DeadlineLimit | None:
    """What the unit has for a part or event; None for every other ticket."""
    if ticket.city_class_id is None:
        return None
    return handling_time(
        ticket.county_id, ticket.city_class_id, turn.unit_region_id, turn.unit_department_id,
        turn.started_at,
    )  # fmt: skip


def _heard_before(turn: TicketTurn) -> bool:
    """A turn under way without a first answer due is one after a reopening."""
    return turn.due_at is not None and turn.first_answer_due_at is None


def _citizen_due(ticket: Ticket) -> datetime:
    """From receipt or reopening; pauses and approved days of the round move it."""
    if ticket.hotline_due_at is not None and ticket.round == 1:
        return ticket.hotline_due_at
    start = counted_from(ticket.channel, ticket.round_started_at)
    limits = limits_of(ticket.county_id, ticket.round_started_at)
    return due(
        clock_of(ticket.county_id), limits[Urgency(ticket.urgency), Stage.RESOLUTION], start,
        pauses_since(ticket, ticket.round_started_at), _extra_days(ticket),
    )  # fmt: skip


def counted_from(channel: str, at: datetime) -> datetime:
    """When a length begins: that of a call-back on the Monday after, whatever the day it was opened
    on, so that no due time tells when somebody rated.
    """
    return clock.week_after(at) if channel == Channel.RATING else at


def _extra_days(ticket: Ticket) -> int:
    if _is_new(ticket):
        return 0
    counted = select(func.sum(TicketExtension.days)).where(
        TicketExtension.ticket_id == ticket.id, TicketExtension.round == ticket.round,
        TicketExtension.state == ExtensionState.APPROVED,
    )  # fmt: skip
    return db.session.scalar(counted) or 0


def pauses_since(ticket: Ticket, since: datetime) -> list[tuple[datetime, datetime]]:
    """The finished pauses from an instant on, in order."""
    if _is_new(ticket):
        return []
    rows = db.session.scalars(
        select(TicketPause)
        .where(
            TicketPause.ticket_id == ticket.id,
            TicketPause.paused_at >= since,
            TicketPause.resumed_at.is_not(None),
        )
        .order_by(TicketPause.paused_at)
    )
    return [(row.paused_at, row.resumed_at) for row in rows if row.resumed_at is not None]


def _new(ticket: Ticket, at: datetime) -> TicketTurn:
    region_id, department_id = _unit(ticket)
    return TicketTurn(
        ticket_id=ticket.id, county_id=ticket.county_id, round=ticket.round, started_at=at,
        unit_region_id=region_id, unit_department_id=department_id, extra_days=0,
        call_back=ticket.channel == Channel.RATING, mending=ticket.channel == Channel.MENDING,
        village_id=_own_village(ticket),
    )  # fmt: skip


def _unit(ticket: Ticket) -> tuple[int | None, int | None]:
    return ticket.unit_region_id, ticket.unit_department_id


def _own_village(ticket: Ticket) -> int | None:
    """Where it is counted: a village's own turn, and any unit's call-back of its bad rating."""
    called_back = ticket.channel == Channel.RATING and _unit(ticket) != (None, None)
    own = called_back or ticket.unit_region_id == ticket.village_id
    return ticket.village_id if own else None


def _is_new(ticket: Ticket) -> bool:
    """Not yet in the database: it has neither turns nor pauses there."""
    return not inspect(ticket).persistent


def _close(turn: TicketTurn, at: datetime) -> None:
    turn.ended_at = max(at, turn.started_at)
    if turn.answered_at is not None:
        turn.answered_at = turn.ended_at
    turn.paused_at = None
    db.session.flush()
