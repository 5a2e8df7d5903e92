"""What a month's survey says about each village: only what was published anyway."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from backend.app.core.db import db
from backend.app.surveys import results, rounds
from backend.app.surveys.answers import LEVELS, QuestionKind
from backend.app.surveys.models import SurveyRound


def survey_facts(month: date, county_ids: Collection[int]) -> dict[int, list[int]]:
    """By village: the counts of its unit's five-level questions, 非常满意 first.

    A banded row enters with the count its band stands for, a hidden one not at all: the score
    says no more than the publication does. Neighbours put together share what they said.
    """
    found: dict[int, list[int]] = {}
    published = select(SurveyRound).where(
        SurveyRound.county_id.in_(sorted(county_ids)), SurveyRound.period == month,
        SurveyRound.state == "published",
    )  # fmt: skip
    for one in db.session.scalars(published):
        said = results.said_of(one.id, rounds.questions_of_units(one))
        villages = rounds.villages_of_units(one.county_id, month)
        for unit_id, rows in said.items():
            counts = _levels(rows)
            if any(counts):
                found.update((village_id, counts) for village_id in villages.get(unit_id, ()))
    return found


def unclosed(month: date, county_id: int) -> bool:
    """Whether the month's survey was opened and is not published yet."""
    state = db.session.scalar(
        select(SurveyRound.state).where(
            SurveyRound.county_id == county_id, SurveyRound.period == month
        )
    )
    return state in ("scheduled", "open", "closed")


def _levels(rows: Collection[results.Said]) -> list[int]:
    counts = [0] * LEVELS
    for row in rows:
        if row.question.kind is not QuestionKind.LEVEL:
            continue
        for published in (row.phone, row.paper):
            for level, count in enumerate(published.counts or () if published else ()):
                counts[level] += count
    return counts
