"""What a month's survey says about each village: only what was published anyway."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import select

from backend.app.ballots import queries as ballots
from backend.app.core.db import db
from backend.app.places.succession import merged_into
from backend.app.scoring.levels import no_counts
from backend.app.surveys import operations as rounds
from backend.app.surveys import results
from backend.app.surveys.answers import QuestionKind
from backend.app.surveys.models import SurveyRound

Said = TypeVar("Said")


@dataclass(frozen=True)
class Spoken:
    """What a unit of one or more villages said, and words of theirs that somebody has released."""

    villages: tuple[int, ...]
    said: tuple[results.QuestionResult, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class ComingSurvey:
    """When the next questions are asked."""

    title: str
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True)
class UnitSaid:
    """A unit's answers to its five-level questions, 非常满意 first, and by how many people."""

    unit_id: int
    counts: list[int]
    people: int


def survey_facts(month: date, county_ids: Collection[int]) -> dict[int, UnitSaid]:
    """By village, what its unit said.

    A banded row enters with the count its band stands for, a hidden one not at all: the score
    says no more than the publication does. Neighbours put together share what they said.
    """
    result: dict[int, UnitSaid] = {}
    published = select(SurveyRound).where(
        SurveyRound.county_id.in_(sorted(county_ids)), SurveyRound.period == month,
        SurveyRound.state == "published",
    )  # fmt: skip
    for held in db.session.scalars(published):
        said = results.said_of(held.id, rounds.questions_of_units(held))
        villages = ballots.villages_of_units(held.county_id, month)
        for unit_id, rows in said.items():
            one = _said(unit_id, rows)
            if one.people:
                result.update(dict.fromkeys(villages.get(unit_id, ()), one))
        _hand_on(result, held.county_id)
    return result


def unclosed(month: date, county_id: int) -> bool:
    """Whether the month's survey was opened and is not published yet."""
    state = db.session.scalar(
        select(SurveyRound.state).where(
            SurveyRound.county_id == county_id, SurveyRound.period == month
        )
    )
    return state in ("scheduled", "open", "closed")


def _said(unit_id: int, rows: Collection[results.QuestionResult]) -> UnitSaid:
    """Whoever answers a channel's questions answers as many of them as they like: the question
    answered most tells how many people there were."""
    levels = [row for row in rows if row.question.kind is QuestionKind.LEVEL]
    counts, people = no_counts(), 0
    for channel in ([row.phone for row in levels], [row.paper for row in levels]):
        answered = [one.counts for one in channel if one and one.counts]
        people += max(map(sum, answered), default=0)
        counts = [sum(level) for level in zip(counts, *answered, strict=True)]
    return UnitSaid(unit_id, counts, people)


def spoken(county_id: int, month: date) -> dict[int, Spoken]:
    """By village: what the month's survey may say of its unit; nothing before it is published."""
    found = db.session.scalar(
        select(SurveyRound).where(
            SurveyRound.county_id == county_id, SurveyRound.period == month,
            SurveyRound.state == "published",
        )
    )  # fmt: skip
    if found is None:
        return {}
    texts = results.texts_of(found.id)
    villages = ballots.villages_of_units(county_id, month)
    spoken_by: dict[int, Spoken] = {}
    for unit_id, said in results.said_of(found.id, rounds.questions_of_units(found)).items():
        quoted = texts.get(unit_id, []) if results.may_quote(said) else []
        one = Spoken(tuple(villages.get(unit_id, ())), tuple(said), tuple(quoted))
        spoken_by.update((village_id, one) for village_id in one.villages)
    _hand_on(spoken_by, county_id)
    return spoken_by


def _hand_on(by_village: dict[int, Said], county_id: int) -> None:
    """What a village said goes to the one it became, where that one has no unit of its own."""
    for village_id, into in merged_into(county_id):
        if village_id in by_village:
            by_village.setdefault(into, by_village[village_id])


def coming(county_id: int, month: date) -> ComingSurvey | None:
    """The round of a month that was planned or is being asked, for whoever announces it."""
    row = db.session.execute(
        select(SurveyRound.title, SurveyRound.opens_at, SurveyRound.closes_at).where(
            SurveyRound.county_id == county_id, SurveyRound.period == month,
            SurveyRound.state != "draft",
        )
    ).one_or_none()  # fmt: skip
    return ComingSurvey(*row) if row else None
