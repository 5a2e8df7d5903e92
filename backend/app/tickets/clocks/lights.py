"""How urgent a ticket looks, in colour and shape: pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.app.core.clock import COUNTY_ZONE
from backend.app.tickets.states import CLOSED, State

SOON = timedelta(hours=4)


@dataclass(frozen=True)
class TicketLight:
    """A code for programs and a shape for people; the words are those of `voices`."""

    code: str
    icon: str


OK = TicketLight("ok", "●")
SOON_DUE = TicketLight("soon", "◆")
LATE = TicketLight("late", "■")
PAUSED = TicketLight("paused", "‖")
DONE = TicketLight("done", "✓")
LIGHTS = {light.code: light for light in (OK, SOON_DUE, LATE, PAUSED, DONE)}


@dataclass(frozen=True)
class TicketStanding:
    """What decides the light."""

    state: State
    due_at: datetime
    sign_due_at: datetime | None = None
    paused: bool = False
    outcome: str | None = None
    # The deadline is the desk's, to pass it on.
    at_desk: bool = False
    # The villager said 没解决 of the answer, and the county calls back by then if it has not yet.
    disputed: bool = False
    call_back_due_at: datetime | None = None

    @property
    def next_due_at(self) -> datetime:
        """Signing comes first, as long as it has not been done."""
        if self.state is State.ASSIGNED and self.sign_due_at is not None:
            return min(self.sign_due_at, self.due_at)
        return self.due_at


def light(standing: TicketStanding, at: datetime) -> TicketLight:
    if standing.state in CLOSED:
        return DONE
    if standing.paused or standing.state in (State.WAITING, State.ANSWERED):
        return PAUSED
    due_at = standing.next_due_at
    if at > due_at:
        return LATE
    same_day = _local(at).date() == _local(due_at).date()
    return SOON_DUE if same_day or due_at - at <= SOON else OK


def _local(at: datetime) -> datetime:
    return at.astimezone(COUNTY_ZONE)


def length_words(length: timedelta) -> str:
    """20 分钟, 3 小时, 28 天."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return f"{max(minutes, 1)} 分钟"
    if minutes < 48 * 60:
        return f"{minutes // 60} 小时"
    return f"{minutes // (24 * 60)} 天"
