"""What a villager, a cadre and the office read of the same ticket."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from backend.app.notices.templates import FieldType, fit
from backend.app.tickets.clocks.lights import LIGHTS, TicketStanding
from backend.app.tickets.kinds import Outcome
from backend.app.tickets.states import State
from backend.app.tickets.timeline import Told, tell
from backend.app.tickets.voices import VILLAGER, WORDS, Voice, due_text, shown_light, state_words

NOW = datetime(2026, 11, 30, 1, tzinfo=UTC)
# What only the office says.
OFFICIAL = (
    "待签收", "待受理", "待派单", "待回访", "签收", "等村民", "村民", "办结", "超时", "暂停计时",
    "已并案", "不予受理", "处置", "归档", "延期申请",
)  # fmt: skip
ALL_MOVES = (
    "submit", "accept", "decline", "assign", "reassign", "sign", "ask", "supplement", "resume",
    "progress", "reply", "answer_merged", "follow_up", "verify", "close_unsolved", "close_silent",
    "reopen", "withdraw", "merge", "release", "annul", "confirm", "dispute", "supervise",
    "decide_extension",
)  # fmt: skip


def standing(state: State, **more: object) -> TicketStanding:
    due = more.pop("due", timedelta(days=1, hours=3))
    return TicketStanding(state, NOW + due, NOW + timedelta(hours=2), **more)  # type: ignore[arg-type,operator]


@pytest.mark.parametrize("voice", Voice)
def test_every_voice_has_words_for_every_state_light_and_outcome(voice: Voice) -> None:
    words = WORDS[voice]
    assert set(words.states) == set(State)
    assert set(words.lights) == set(LIGHTS)
    assert set(words.outcomes) == set(Outcome)


def test_a_villager_never_reads_the_terms_of_the_office() -> None:
    lengths = (timedelta(days=-3), timedelta(hours=2), timedelta(days=5))
    texts = set()
    for state, due, disputed in product(State, lengths, (False, True)):
        stands = standing(state, due=due, disputed=disputed, call_back_due_at=NOW + due)
        texts |= {state_words(stands, Voice.VILLAGER), due_text(stands, Voice.VILLAGER, NOW)}
        texts.add(shown_light(stands, Voice.VILLAGER, NOW).word)
    texts |= set(VILLAGER.outcomes.values())
    for move, result in product(ALL_MOVES, ("done", "cannot")):
        detail = {
            "answer": "not", "result": result, "approved": True, "days": 3, "reason": "等配件",
            "level": 2, "into": "610528-26-000001",
        }  # fmt: skip
        told = tell(Told(1, move, NOW, "第1村", None, False, False, detail), to_author=True)
        assert told is None or not any(term in told["title"] for term in OFFICIAL), told
    assert not [text for text in texts if any(term in text for term in OFFICIAL)]


def test_a_villagers_word_of_a_state_fits_a_message() -> None:
    for word in VILLAGER.states.values():
        assert fit("state", FieldType.PHRASE, word) == word


@pytest.mark.parametrize(
    ("state", "due", "villager", "cadre", "office"),
    [
        (
            State.HANDLING, timedelta(days=1, hours=3),
            "明天上午前办完", "12月1日（周二）上午前办完", "12月1日（周二）12:00 前办结",
        ),
        (
            State.HANDLING, timedelta(days=3, hours=9),
            "12月3日（周四）下午前办完", "12月3日（周四）下午前办完", "12月3日（周四）18:00 前办结",
        ),
        (
            State.HANDLING, timedelta(hours=2),
            "今天上午前办完", "还有 2 小时要办完", "还有 2 小时要办结",
        ),
        (
            State.HANDLING, timedelta(hours=-3),
            "过了 3 小时，还没办完", "过期 3 小时了，还没办完", "超时 3 小时没办结",
        ),
        (
            State.WAITING, timedelta(days=2),
            "等您回话，这段时间不计时", "等村民回话，这段时间不计时", "等村民补充，暂停计时",
        ),
        (
            State.ANSWERED, timedelta(days=2),
            "答复您了，等您回话", "等村民说解决没有", "等村民说解决没有",
        ),
    ],
)  # fmt: skip
def test_one_deadline_in_three_voices(
    state: State, due: timedelta, villager: str, cadre: str, office: str
) -> None:
    stands = standing(state, due=due)
    said = [due_text(stands, voice, NOW) for voice in Voice]
    assert said == [villager, cadre, office]


def test_after_not_solved_the_county_has_a_clock_that_the_villager_sees() -> None:
    stands = standing(
        State.ANSWERED, disputed=True, call_back_due_at=NOW + timedelta(days=2, hours=9)
    )
    assert state_words(stands, Voice.VILLAGER) == "您说没解决"
    told = due_text(stands, Voice.VILLAGER, NOW)
    assert told == "您说没解决，县里会回访您，12月2日（周三）下午前"
    assert shown_light(stands, Voice.VILLAGER, NOW).code == "ok"
    late = NOW + timedelta(days=4)
    assert shown_light(stands, Voice.VILLAGER, late).code == "late"
    assert "还没回访" in due_text(stands, Voice.VILLAGER, late)
    assert "等村民" not in due_text(stands, Voice.OFFICE, NOW)
