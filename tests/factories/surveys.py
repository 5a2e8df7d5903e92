"""Rounds of questions, planned as the console plans them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from backend.app.core.db import db, transaction
from backend.app.places.models import Region
from backend.app.surveys import operations as rounds
from backend.app.surveys.answers import Question, QuestionKind
from backend.app.surveys.models import SurveyRound
from tests.factories.county import OPENED_ON, County

QUESTIONS = (
    Question(QuestionKind.LEVEL, "最近办事方便吗"),
    Question(QuestionKind.MULTIPLE, "哪些事最急", ("修路", "供水", "看病")),
    Question(QuestionKind.TEXT, "有什么建议"),
)


def questionnaire(
    questions: Sequence[Question] = QUESTIONS, kind: str | None = None
) -> dict[str, Any]:
    return {"kind": kind, "questions": [question.as_json() for question in questions]}


def make_round(
    county_id: int,
    period: date,
    opens_at: datetime,
    closes_at: datetime,
    questionnaires: Sequence[dict[str, Any]] | None = None,
    state: str = "scheduled",
) -> int:
    """A planned round; returns its id."""
    with transaction():
        found = SurveyRound(
            county_id=county_id, period=period, title=f"{period.month} 月问卷",
            questionnaires=list(questionnaires or [questionnaire()]),
            opens_at=opens_at, closes_at=closes_at, state=state,
        )  # fmt: skip
        db.session.add(found)
        db.session.flush()
        return found.id


def open_round(county_id: int, period: date, opens_at: datetime, closes_at: datetime) -> int:
    """A round that is being asked."""
    round_id = make_round(county_id, period, opens_at, closes_at)
    with transaction():
        assert rounds.open_round(round_id)
    return round_id


PEOPLE = text(
    """
    WITH p AS (
        INSERT INTO person (openid, display_name, created_at)
        SELECT 'many-' || v || '-' || n, '', now()
        FROM unnest(CAST(:ids AS bigint[])) v, generate_series(1, :people) n
        RETURNING id, openid)
    INSERT INTO binding (person_id, county_id, village_id, bound_at)
    SELECT id, :county_id, CAST(split_part(openid, '-', 2) AS bigint), '2026-01-01' FROM p
    """
)


def populate(county_id: int, village_ids: Sequence[int], people: int = 30) -> None:
    """So many people have long bound each of the villages, and used their phones since."""
    with transaction() as session:
        asked = {"ids": list(village_ids), "people": people, "county_id": county_id}
        session.execute(PEOPLE, asked)
    let_act(county_id)


ACT = text(
    """
    WITH past AS (
        INSERT INTO ballot_unit (county_id, period, name, size)
        VALUES (:county_id, '2020-01-01', '', 0) RETURNING id)
    INSERT INTO ballot_issue (person_id, period, unit_id, blinded_digest)
    SELECT b.person_id, '2020-01-01', past.id, decode(repeat('00', 32), 'hex')
    FROM binding b, past WHERE b.county_id = :county_id
    ON CONFLICT DO NOTHING
    """
)


def let_act(county_id: int) -> None:
    """Everybody bound there has used the phone at some time: there is somebody to hide among."""
    with transaction() as session:
        session.execute(ACT, {"county_id": county_id})


def add_township(county: County, name: str, villages: int) -> list[int]:
    """A second township with villages of its own; returns the villages."""
    with transaction():
        township = _region("township", name, "610528300000", county.id, county.id)
        township.township_id = township.id
        county.township_ids.append(township.id)
        added = []
        for number in range(1, villages + 1):
            code = f"610528300{number + 200:03d}"
            village = _region("village", f"{name[0]}{number}村", code, township.id, county.id)
            village.township_id = township.id
            added.append(village.id)
        return added


def _region(level: str, name: str, code: str, parent_id: int, county_id: int) -> Region:
    made = Region(
        level=level, name=name, code=code, parent_id=parent_id, county_id=county_id,
        township_id=parent_id if level == "village" else None, opened_on=OPENED_ON,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made
