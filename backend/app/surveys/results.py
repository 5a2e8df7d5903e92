"""What is said about a round: written once when it is published, the same for everybody."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select

from backend.app.core.db import db
from backend.app.scoring.disclosure import Published, Shown, Tally, publish, publish_several
from backend.app.scoring.levels import LEVEL_NAMES
from backend.app.surveys.answers import Question, QuestionKind
from backend.app.surveys.models import SurveyResult, SurveyTally, SurveyText

PHONE, PAPER = "phone", "paper"


def freeze(round_id: int, questions: Mapping[int, Sequence[Question]]) -> None:
    """One row for every unit and question; slips of paper only where some were counted."""
    tallies = {
        (row.unit_id, row.question, row.channel): row
        for row in db.session.scalars(select(SurveyTally).where(SurveyTally.round_id == round_id))
    }
    with_paper = {unit_id for unit_id, _, channel in tallies if channel == PAPER}
    for unit_id, asked in sorted(questions.items()):
        for channel in (PHONE, PAPER) if unit_id in with_paper else (PHONE,):
            for number, question in enumerate(asked):
                if question.kind is QuestionKind.TEXT:
                    continue
                row = _row(unit_id, question, tallies.get((unit_id, number, channel)))
                db.session.add(
                    SurveyResult(
                        round_id=round_id, unit_id=unit_id, question=number, channel=channel,
                        shown=row.shown.value, n=row.n,
                        counts=None if row.counts is None else list(row.counts),
                        majority=row.majority, at_least=row.at_least,
                    )
                )  # fmt: skip
    db.session.flush()


def forget_counts(round_id: int) -> None:
    """Deletes what stands behind published rows: hidden counts, and those a band stands for."""
    db.session.execute(delete(SurveyTally).where(SurveyTally.round_id == round_id))


def _row(unit_id: int, question: Question, tally: SurveyTally | None) -> Published:
    counts = tuple(tally.counts) if tally else (0,) * question.choices
    if question.kind is QuestionKind.MULTIPLE:
        return publish_several(unit_id, tally.people if tally else 0, counts)
    return publish(Tally(unit_id, counts))


def option_words(question: Question) -> tuple[str, ...]:
    return LEVEL_NAMES if question.kind is QuestionKind.LEVEL else question.options


def sentences(row: Published) -> list[str]:
    """What may be said about each option, in words; nothing of a hidden row."""
    if row.counts is None or row.n is None:
        return []
    return [_sentence(row, option, count) for option, count in enumerate(row.counts)]


def _sentence(row: Published, option: int, count: int) -> str:
    n = row.n or 0
    if row.shown is Shown.EXACT:
        return _exactly(count, n)
    tenths = "九成以上" if row.at_least == 90 else "八成以上"
    rest = "一成以内" if row.at_least == 90 else "两成以内"
    if row.majority is not None:
        return tenths if option == row.majority else rest
    if count == n - 1:
        return tenths
    return rest if count == 1 else _exactly(count, n)


def _exactly(count: int, n: int) -> str:
    return f"{round(count * 100 / n)}%（{count} 人）"


@dataclass(frozen=True)
class QuestionResult:
    """The results of one question in one unit, by phone and on paper apart."""

    question: Question
    phone: Published
    paper: Published | None


def said_of(
    round_id: int, questions: Mapping[int, Sequence[Question]]
) -> dict[int, list[QuestionResult]]:
    """The published rows of every unit, in the order of its questions; words have none."""
    rows = {
        (row.unit_id, row.question, row.channel): Published(
            row.unit_id, Shown(row.shown), row.n,
            None if row.counts is None else tuple(row.counts), row.majority, row.at_least,
        )
        for row in db.session.scalars(select(SurveyResult).where(SurveyResult.round_id == round_id))
    }  # fmt: skip
    return {
        unit_id: [
            QuestionResult(
                question, rows[unit_id, number, PHONE], rows.get((unit_id, number, PAPER))
            )
            for number, question in enumerate(asked)
            if (unit_id, number, PHONE) in rows
        ]
        for unit_id, asked in questions.items()
    }


def texts_of(round_id: int, state: str = "shown") -> dict[int, list[str]]:
    """What people wrote, by unit, in an order that says nothing."""
    rows = db.session.scalars(
        select(SurveyText)
        .where(SurveyText.round_id == round_id, SurveyText.state == state)
        .order_by(SurveyText.id)
    )
    result: dict[int, list[str]] = {}
    for row in rows:
        result.setdefault(row.unit_id, []).append(row.words)
    return result


def as_json(row: Published | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "shown": row.shown.value,
        "n": row.n,
        "counts": None if row.counts is None else list(row.counts),
        "majority": row.majority,
        "at_least": row.at_least,
        "says": sentences(row),
    }


def may_quote(said: Iterable[QuestionResult]) -> bool:
    """Words of a unit are shown where enough answered: as few as three must not be recognised."""
    return any(one.phone.shown is not Shown.HIDDEN for one in said)
