"""How a ticket is told to a villager, to a village's cadre and to the office. Pure.

Villagers and cadres read plain sentences, the office its own terms. A villager's words of a state
have five letters at most: WeChat takes no more.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from backend.app.core.clock import COUNTY_ZONE
from backend.app.tickets.clocks.lights import (
    DONE,
    LATE,
    LIGHTS,
    OK,
    PAUSED,
    SOON_DUE,
    TicketStanding,
    length_words,
    light,
)
from backend.app.tickets.kinds import Outcome
from backend.app.tickets.states import CLOSED, Party, State

WEEKDAYS = "一二三四五六日"
NOON, EVENING = 12, 18
A_DAY = timedelta(hours=24)
S = State


class Voice(Enum):
    """Who is spoken to."""

    VILLAGER = 1
    CADRE = 2
    OFFICE = 3


@dataclass(frozen=True)
class Words:
    """One voice: words of states, of lights by their code, and of outcomes."""

    states: Mapping[State, str]
    lights: Mapping[str, str]
    outcomes: Mapping[Outcome, str]
    # What is said of an answer until the villager has spoken, and of a question that waits.
    answered: str
    waiting: str
    # After 没解决: while the county has still to call, and once it has.
    called_back: str
    disputed: str


def _lights(ok: str, soon: str, late: str, paused: str, done: str) -> dict[str, str]:
    lights = (OK, SOON_DUE, LATE, PAUSED, DONE)
    return {
        shown.code: word for shown, word in zip(lights, (ok, soon, late, paused, done), strict=True)
    }


WORDS = {
    Voice.VILLAGER: Words(
        states={
            S.SUBMITTED: "收到了", S.ACCEPTED: "正在安排",
            S.ASSIGNED: "还没接手", S.HANDLING: "正在办",
            S.WAITING: "等您回话", S.ANSWERED: "答复了",
            S.RESOLVED: "办完了", S.UNSOLVED: "没能解决",
            S.DECLINED: "没有受理", S.MERGED: "合在一起办", S.WITHDRAWN: "您撤回了",
        },
        lights=_lights("按时", "快到期", "过期了", "等您回话", "结束了"),
        outcomes={
            Outcome.SOLVED: "您说解决了", Outcome.PARTLY: "您说解决了一部分",
            Outcome.NOT: "您说没解决", Outcome.UNANSWERED: "没等到您回话，先办完了",
            Outcome.CANNOT: "确实解决不了，理由在下面", Outcome.DECLINED: "没有受理，理由在下面",
            Outcome.WITHDRAWN: "您撤回了", Outcome.MERGED: "和别人提的同一件事一起办",
            Outcome.ANNULLED: "撤销了", Outcome.VERIFIED: "到现场看过，办好了",
        },
        answered="答复您了，等您回话",
        waiting="等您回话，这段时间不计时",
        called_back="您说没解决，县里会回访您",
        disputed="您说没解决，县里正在安排下一步",
    ),
    Voice.CADRE: Words(
        states={
            S.SUBMITTED: "刚收到", S.ACCEPTED: "等县里派",
            S.ASSIGNED: "还没接手", S.HANDLING: "正在办",
            S.WAITING: "等村民回话", S.ANSWERED: "答复了",
            S.RESOLVED: "办完了", S.UNSOLVED: "没能解决",
            S.DECLINED: "没有受理", S.MERGED: "合在一起办", S.WITHDRAWN: "村民撤回了",
        },
        lights=_lights("按时", "快到期", "过期了", "先不计时", "结束了"),
        outcomes={
            Outcome.SOLVED: "村民说解决了", Outcome.PARTLY: "村民说解决了一部分",
            Outcome.NOT: "村民说没解决", Outcome.UNANSWERED: "村民没回话",
            Outcome.CANNOT: "确实解决不了，说明过理由", Outcome.DECLINED: "没有受理，说明过理由",
            Outcome.WITHDRAWN: "村民撤回了", Outcome.MERGED: "和同一件事一起办",
            Outcome.ANNULLED: "撤销了", Outcome.VERIFIED: "到现场看过，办好了",
        },
        answered="等村民说解决没有",
        waiting="等村民回话，这段时间不计时",
        called_back="村民说没解决，县里会回访",
        disputed="村民说没解决，等县里安排",
    ),
    Voice.OFFICE: Words(
        states={
            S.SUBMITTED: "待受理", S.ACCEPTED: "待派单", S.ASSIGNED: "待签收", S.HANDLING: "办理中",
            S.WAITING: "等村民补充", S.ANSWERED: "已答复",
            S.RESOLVED: "已办结", S.UNSOLVED: "未能解决",
            S.DECLINED: "不予受理", S.MERGED: "已并案", S.WITHDRAWN: "已撤回",
        },
        lights=_lights("按时", "快到期", "已超时", "暂停计时", "已办完"),
        outcomes={
            Outcome.SOLVED: "村民说解决了", Outcome.PARTLY: "村民说解决了一部分",
            Outcome.NOT: "村民说没解决", Outcome.UNANSWERED: "村民未答",
            Outcome.CANNOT: "确实解决不了（已说明理由）",
            Outcome.DECLINED: "不予受理（已说明理由）",
            Outcome.WITHDRAWN: "村民撤回", Outcome.MERGED: "并入同类诉求",
            Outcome.ANNULLED: "导入已撤销", Outcome.VERIFIED: "现场核查属实",
        },
        answered="等村民说解决没有",
        waiting="等村民补充，暂停计时",
        called_back="村民说没解决，待回访",
        disputed="村民说没解决，已回访",
    ),
}  # fmt: skip
VILLAGER, OFFICE = WORDS[Voice.VILLAGER], WORDS[Voice.OFFICE]


def voice_of(parties: Collection[Party]) -> Voice:
    """The author is a villager; everybody else is of the office, where nothing else is said."""
    return Voice.VILLAGER if Party.AUTHOR in parties else Voice.OFFICE


def state_words(standing: TicketStanding, voice: Voice) -> str:
    if standing.disputed and voice is Voice.VILLAGER:
        return "您说没解决"
    return WORDS[voice].states[standing.state]


@dataclass(frozen=True)
class ShownLight:
    """A code for programs, a word and a shape for people; colour is never alone."""

    code: str
    word: str
    icon: str


def shown_light(standing: TicketStanding, voice: Voice, at: datetime) -> ShownLight:
    """The light in one voice; to the author the county's call-back is a clock as any other."""
    calls = _call_back(standing) if voice is Voice.VILLAGER else None
    shown = light(calls or standing, at)
    word = "等县里回访" if calls and shown is not LATE else WORDS[voice].lights[shown.code]
    return ShownLight(shown.code, word, LIGHTS[shown.code].icon)


def _call_back(standing: TicketStanding) -> TicketStanding | None:
    """The clock of the call-back that the county owes after 没解决."""
    if not standing.disputed or standing.call_back_due_at is None:
        return None
    return TicketStanding(State.HANDLING, standing.call_back_due_at)


def due_text(standing: TicketStanding, voice: Voice, at: datetime) -> str:
    """The deadline as one voice says it: 12月1日（周二）上午前办完, 还有 2 小时到期."""
    words = WORDS[voice]
    if standing.disputed:
        return _disputed_text(standing, words, voice, at)
    if standing.state in CLOSED:
        done = words.states[standing.state]
        return words.outcomes[Outcome(standing.outcome)] if standing.outcome else done
    if standing.state is State.ANSWERED:
        return words.answered
    if standing.paused or standing.state is State.WAITING:
        return words.waiting
    say = {Voice.VILLAGER: _to_villager, Voice.CADRE: _to_cadre, Voice.OFFICE: _to_office}[voice]
    return say(standing, at)


def _disputed_text(standing: TicketStanding, words: Words, voice: Voice, at: datetime) -> str:
    due_at = standing.call_back_due_at
    if due_at is None:
        return words.disputed
    if at > due_at:
        return f"{words.called_back}，过了 {length_words(at - due_at)}，还没回访"
    day = _minute(due_at) if voice is Voice.OFFICE else day_words(due_at)
    return f"{words.called_back}，{day}"


def _to_villager(standing: TicketStanding, at: datetime) -> str:
    due_at = standing.next_due_at
    if at > due_at:
        return f"过了 {length_words(at - due_at)}，还没办完"
    days = (_local(due_at).date() - _local(at).date()).days
    near = {0: "今天", 1: "明天"}.get(days)
    return f"{near}{_half_day(due_at)}前办完" if near else f"{day_words(due_at)}办完"


def _to_cadre(standing: TicketStanding, at: datetime) -> str:
    due_at = standing.next_due_at
    what = _what(standing, due_at, "安排", "接手", "办完")
    if at > due_at:
        return f"过期 {length_words(at - due_at)}了，还没{what}"
    if due_at - at < A_DAY:
        return f"还有 {length_words(due_at - at)}要{what}"
    return f"{day_words(due_at)}{what}"


def _to_office(standing: TicketStanding, at: datetime) -> str:
    due_at = standing.next_due_at
    what = _what(standing, due_at, "派单", "签收", "办结")
    if at > due_at:
        return f"超时 {length_words(at - due_at)}没{what}"
    if due_at - at < A_DAY:
        return f"还有 {length_words(due_at - at)}要{what}"
    return f"{_minute(due_at)}{what}"


def _what(standing: TicketStanding, due_at: datetime, passed: str, signed: str, done: str) -> str:
    """Which of the three has to happen next."""
    if standing.at_desk:
        return passed
    signs = due_at == standing.sign_due_at and standing.state is State.ASSIGNED
    return signed if signs else done


def day_words(at: datetime) -> str:
    """12月1日（周二）上午前: what is due by noon, by the close of the office, or later that day."""
    return f"{_day(at)}{_half_day(at)}前"


def _half_day(at: datetime) -> str:
    minutes = _local(at).hour * 60 + _local(at).minute
    return "上午" if minutes <= NOON * 60 else "下午" if minutes <= EVENING * 60 else "晚上"


def _minute(at: datetime) -> str:
    """11月20日（周五）18:00 前."""
    return f"{_day(at)}{_local(at):%H:%M} 前"


def _day(at: datetime) -> str:
    local = _local(at)
    return f"{local.month}月{local.day}日（周{WEEKDAYS[local.weekday()]}）"


def promise_text(
    promised: TicketStanding, unit: str, unit_due_at: datetime | None, at: datetime
) -> str:
    """For the villager: until when it was promised, and when that has passed until when now.

    `promised` is by the citizen's clock; `unit_due_at` is when the unit that has it must be done.
    """
    told = due_text(promised, Voice.VILLAGER, at)
    if light(promised, at) is not LATE or unit_due_at is None or unit_due_at <= at:
        return told
    return f"{told}；{unit}要在{day_words(unit_due_at)}办完"


def citizen_text(due_at: datetime, end: datetime) -> str:
    """For the county: 村民期限 11月20日 18:00，已过 10 天."""
    local = _local(due_at)
    told = f"村民期限 {local.month}月{local.day}日 {local:%H:%M}"
    return f"{told}，已过 {length_words(end - due_at)}" if end > due_at else told


def _local(at: datetime) -> datetime:
    return at.astimezone(COUNTY_ZONE)
