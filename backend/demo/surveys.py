"""The demo county's questionnaires: last month's with its results, this month's being asked."""

import json
import random
import secrets
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import cycle
from typing import Any

from sqlalchemy import text

from backend.app.ballots import blind_signatures, signing_keys
from backend.app.ballots import queries as ballots
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.surveys import answer_lists
from backend.app.surveys import operations as rounds
from backend.app.surveys.answers import NONCE, Question, QuestionKind, pad
from backend.app.surveys.states import TextState
from backend.demo.earlier import ballots_of, encoded
from backend.demo.people import phone_villages
from backend.demo.villages import dice

QUESTIONS = (
    Question(QuestionKind.LEVEL, "最近到村里办事方便吗"),
    Question(QuestionKind.SINGLE, "哪件事最该先办好", ("修路", "路灯", "供水", "垃圾清运")),
    Question(QuestionKind.TEXT, "有什么建议"),
)
QUESTIONNAIRES = [{"kind": None, "questions": [question.as_json() for question in QUESTIONS]}]
SUGGESTIONS = (
    "村口的路灯晚上不亮，老人走路怕摔", "办事窗口能不能中午也留个人", "垃圾桶再加两个就好了",
    "水压低，早上接不满一桶水", "村医态度好，就是药不全", "公示栏的字太小，看不清",
    "修路的事说了一年了，给个准话", "便民站周六也开门就方便了", "希望多组织体检",
)  # fmt: skip
# Keys of the month that is over are destroyed at once: the demo need not make hundreds for that.
FEW_KEYS = 3
# Of SHA-256.
DIGEST = 32
UNANIMOUS_SHARE, QUIET_SHARE = 0.08, 0.06
# Which part of a unit answers. Thirty are the smallest unit, ten answers the fewest that are said.
USUAL, QUIET = (0.36, 0.75), (0.05, 0.3)
VOTERS = text(
    """
    SELECT p.openid FROM binding b JOIN person p ON p.id = b.person_id
    WHERE b.county_id = :county_id AND b.ended_at IS NULL
      AND p.openid LIKE 'demo-%-v%' AND p.openid !~ '-v[12]$'
      AND NOT EXISTS (SELECT FROM ballot_issue i
                      WHERE i.person_id = p.id AND i.period = :period)
    ORDER BY random() LIMIT 1
    """
)
BOUND = text("SELECT count(*) FROM binding WHERE village_id = ANY(:ids) AND ended_at IS NULL")
ISSUE = text(
    """
    INSERT INTO ballot_issue (person_id, period, unit_id, blinded_digest)
    SELECT b.person_id, :period, :unit_id, decode(repeat('00', 32), 'hex') FROM binding b
    WHERE b.village_id = ANY(:ids) AND b.ended_at IS NULL
      AND NOT EXISTS (SELECT FROM role_grant g
                      WHERE g.person_id = b.person_id AND g.region_id = ANY(:ids))
    ORDER BY random() ON CONFLICT DO NOTHING
    """
)
RELEASE = text(
    "UPDATE survey_text SET state = :shown WHERE round_id = :id AND substr(id::text, 1, 1) < 'c'"
)


def load_surveys(county_id: int, past: Sequence[date], at: datetime) -> int:
    """Past months' rounds, counted and published, and those to come; returns what was counted."""
    counted = 0
    for month in past:
        with transaction():
            if not rounds.has_round(county_id, month):
                counted += _load_past(county_id, month)
    with transaction():
        plan_rounds(county_id, at)
    return counted


def plan_rounds(county_id: int, at: datetime) -> None:
    """This month's questions and the next's: a county that runs into a new month goes on asking."""
    this_month = clock.month_of(clock.local_day(at))
    for period in (this_month, clock.next_month(this_month)):
        if not rounds.has_round(county_id, period):
            _plan(county_id, period)


def _times(period: date) -> tuple[datetime, datetime]:
    """The whole month: on whatever day a demo county is opened, questions are being asked."""
    end = clock.midnight(clock.next_month(period)) - timedelta(minutes=1)
    return clock.midnight(period), end


def _plan(county_id: int, period: date) -> int:
    title = f"{period.month} 月村民问卷"
    return rounds.plan_round(county_id, period, title, QUESTIONNAIRES, _times(period))


def _load_past(county_id: int, period: date) -> int:
    few = cycle([blind_signatures.generate() for _ in range(FEW_KEYS)])
    signing_keys.prepare_period(county_id, period, lambda: next(few))
    round_id = _plan(county_id, period)
    rounds.open_round(round_id)
    questions = rounds.questions_of_round(round_id)
    counted = 0
    on_phones = {village.id for village in phone_villages(county_id)}
    for unit_id, villages in sorted(ballots.villages_of_units(county_id, period).items()):
        bound = db.session.scalar(BOUND, {"ids": villages}) or 0
        roll = dice("survey", villages[0], period)
        is_quiet = roll.random() < QUIET_SHARE and on_phones.isdisjoint(villages)
        _issue(villages, period, unit_id)
        sheets = list(_sheets(roll, int(bound * roll.uniform(*(QUIET if is_quiet else USUAL)))))
        rounds.keep_counts(round_id, unit_id, questions[unit_id], sheets, "phone")
        answer_lists.keep(round_id, unit_id, [secrets.token_bytes(DIGEST) for _ in sheets])
        counted += len(sheets)
    # Published as the month ended: the ledger says so, and not that a demo was loaded today.
    with clock.clock_at(_times(period)[1] + timedelta(minutes=5)):
        rounds.close_round(round_id)
        rounds.publish_round(round_id)
    db.session.execute(RELEASE, {"shown": TextState.SHOWN, "id": round_id})
    return counted


def _issue(villages: list[int], period: date, unit_id: int) -> None:
    """Ballots of a month that is over: whoever was bound then had opened the mini-program."""
    db.session.execute(ISSUE, {"ids": villages, "period": period, "unit_id": unit_id})


def _sheets(roll: random.Random, count: int) -> Iterator[list[int | str | None]]:
    """What simulated neighbours said."""
    # Here and there nearly everybody agrees, which may only be said as a band.
    lean = 60.0 if roll.random() < UNANIMOUS_SHARE else roll.uniform(0.3, 3.0)
    for _ in range(count):
        yield _answers(roll, lean)


def _answers(roll: random.Random, lean: float) -> list[int | str | None]:
    level = roll.choices(range(5), (4 * lean, 3 * lean, 2, 1, 0.6))[0]
    words = roll.choice(SUGGESTIONS) if roll.random() < 0.12 else None
    return [level, roll.choices(range(4), (3, 2, 2, 1))[0], words]


def read_json(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310  our own address
        return json.load(answer)


def somebody_without_ballots(county_id: int) -> str | None:
    """The openid of a simulated villager who has not fetched this month's ballots."""
    period = clock.month_of(clock.today())
    found = db.session.scalar(VOTERS, {"county_id": county_id, "period": period})
    db.session.rollback()
    return found


class Voter:
    """Answers without a name, with the ballot that the phone fetched in an earlier month."""

    def __init__(self, openid: str, host: str, anonymous: str, county_id: int) -> None:
        self.openid, self.host, self.anonymous = openid, host, anonymous
        self.county_id = county_id
        self.name = signing_keys.period_name(clock.month_of(clock.today()))

    def answer(self) -> None:
        """One whole participation; raises URLError where a step is refused."""
        survey = read_json(f"{self.host}/surveys/{self.county_id}/{self.name}.json")
        ballots = ballots_of(self.openid) if survey["state"] == "open" else None
        if ballots is not None:
            body = encoded(pad(_answers(random.Random(), 1.5), secrets.token_bytes(NONCE)))
            self._put({**ballots["survey"], "body": body})

    def _put(self, request: dict[str, str]) -> None:
        sent = urllib.request.Request(  # noqa: S310  our own address on this machine
            f"{self.anonymous}/anon/response",
            data=json.dumps(request).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(sent, timeout=10):  # noqa: S310
            pass
