"""超时 and 快到期 of many tickets at once: as conditions what `lights.light` says of one.

Every figure called 超时 is counted by `is_late`: what is open, has a running clock, and whose next
deadline (of the desk to pass it on, of the unit to sign or to answer) has passed.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_

from backend.app.core.clock import local_day, midnight
from backend.app.tickets.clocks.lights import SOON, TicketStanding
from backend.app.tickets.kinds import Verdict
from backend.app.tickets.models import Ticket
from backend.app.tickets.states import AT_DESK, RUNNING, State

# Where 没解决 stands until the desk or a reopening goes on.
DISPUTED = {State.ANSWERED, State.RESOLVED}


def standing(ticket: Ticket) -> TicketStanding:
    """What decides the light of one ticket."""
    return TicketStanding(
        State(ticket.state),
        ticket.due_at,
        ticket.sign_due_at,
        ticket.paused_at is not None,
        ticket.outcome,
        State(ticket.state) in AT_DESK,
        ticket.verdict == Verdict.NOT and State(ticket.state) in DISPUTED,
        ticket.call_back_due_at,
    )


def next_due() -> ColumnElement[datetime]:
    """Signing comes first where it has not been done."""
    return case(
        (Ticket.state == State.ASSIGNED.value, func.least(Ticket.sign_due_at, Ticket.due_at)),
        else_=Ticket.due_at,
    )


def is_running() -> ColumnElement[bool]:
    """Somebody's clock runs."""
    states = [state.value for state in RUNNING]
    return and_(Ticket.state.in_(states), Ticket.paused_at.is_(None))


def is_at_desk() -> ColumnElement[bool]:
    """The county's desk has not passed it on."""
    return Ticket.state.in_([state.value for state in AT_DESK])


def is_late(at: datetime) -> ColumnElement[bool]:
    return and_(is_running(), next_due() < at)


def is_soon(at: datetime) -> ColumnElement[bool]:
    """Due in a few hours, or today."""
    today = midnight(local_day(at) + timedelta(days=1))
    due = next_due()
    return and_(is_running(), due >= at, or_(due <= at + SOON, due < today))


def late_words(late: int, at_desk: int) -> str:
    """12 件诉求超时，其中县诉求受理中心没派出去的 3 件: the same on every page."""
    if not late:
        return "没有超时的诉求"
    desk = f"，其中县诉求受理中心没派出去的 {at_desk} 件" if at_desk else ""
    return f"{late} 件诉求超时{desk}"
