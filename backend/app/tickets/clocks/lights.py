"""How urgent a ticket looks, in colour, shape and words: pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.app.core.clock import COUNTY_ZONE
from backend.app.tickets.kinds import OUTCOME_NAMES, Outcome
from backend.app.tickets.states import CLOSED, State

SOON = timedelta(hours=4)
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class TicketLight:
    """A code for programs, a word and a shape for people; colour is never alone."""

    code: str
    word: str
    icon: str


OK = TicketLight("ok", "按时", "●")
SOON_DUE = TicketLight("soon", "快到期", "◆")
LATE = TicketLight("late", "已超时", "■")
PAUSED = TicketLight("paused", "暂停计时", "‖")
DONE = TicketLight("done", "已办完", "✓")
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


def due_text(standing: TicketStanding, at: datetime) -> str:
    """The deadline in a few words: 还有 2 小时到期, 超时 3 天, 11月24日(周二)18:00 前办结."""
    if standing.state in CLOSED:
        return OUTCOME_NAMES[Outcome(standing.outcome)] if standing.outcome else "已办完"
    if standing.state is State.ANSWERED:
        return "等村民说解决没有"
    if standing.paused or standing.state is State.WAITING:
        return "等村民补充，暂停计时"
    due_at = standing.next_due_at
    what = _what(standing, due_at)
    if at > due_at:
        return f"超时 {length_words(at - due_at)}没{what}"
    if due_at - at < timedelta(hours=24):
        return f"还有 {length_words(due_at - at)}要{what}"
    local = _local(due_at)
    return f"{local.month}月{local.day}日（周{WEEKDAYS[local.weekday()]}）{local:%H:%M} 前{what}"


def day_words(at: datetime) -> str:
    """11月20日（周五）18:00 前."""
    local = _local(at)
    return f"{local.month}月{local.day}日（周{WEEKDAYS[local.weekday()]}）{local:%H:%M} 前"


def _what(standing: TicketStanding, due_at: datetime) -> str:
    if standing.at_desk:
        return "派单"
    signs = due_at == standing.sign_due_at and standing.state is State.ASSIGNED
    return "签收" if signs else "办结"


def promise_text(
    promised: TicketStanding, unit: str, unit_due_at: datetime | None, at: datetime
) -> str:
    """For the villager: until when it was promised, and when that has passed until when now.

    `promised` is by the citizen's clock; `unit_due_at` is when the unit that has it must be done.
    """
    told = due_text(promised, at)
    if light(promised, at) is not LATE or unit_due_at is None or unit_due_at <= at:
        return told
    local = _local(unit_due_at)
    return f"{told}，{unit}要在 {local.month}月{local.day}日前办完"


def citizen_text(due_at: datetime, end: datetime) -> str:
    """For the county: 村民期限 11月20日 18:00，已过 10 天."""
    local = _local(due_at)
    told = f"村民期限 {local.month}月{local.day}日 {local:%H:%M}"
    return f"{told}，已过 {length_words(end - due_at)}" if end > due_at else told


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
