"""Rounds of questions, planned as the console plans them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from backend.app.core.db import db, transaction
from backend.app.surveys import rounds
from backend.app.surveys.answers import Question, QuestionKind
from backend.app.surveys.models import SurveyRound

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
