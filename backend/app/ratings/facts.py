"""What a month's ratings say about each village: counters, and the bad ratings by id."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db, fetch_rows
from backend.app.core.text_check import WordsState
from backend.app.places.sql import join_region, join_service_point
from backend.app.ratings.counter_sql import COUNTED
from backend.app.ratings.models import OFFLINE
from backend.app.scoring.levels import (
    BAD_LEVELS,
    COLUMNS,
    FIRST_BAD,
    LEVELS,
    column_sums,
    no_counts,
)

_COLUMNS = ", ".join(COLUMNS)
COUNTERS = f"""
    SELECT village_id, {_COLUMNS}, flagged
    FROM rating_month_count WHERE month = :month AND county_id = ANY(:counties)
    """
# In the order of ids: two readers of the same facts write the same list.
BAD_IDS = ", ".join(
    f"(json_agg(id ORDER BY id) FILTER (WHERE effective_level = {level.number}))::text"
    for level in BAD_LEVELS
)
BAD = f"""
    SELECT village_id, {BAD_IDS}
    FROM rating
    WHERE effective_level >= {FIRST_BAD} AND flagged_at IS NULL AND county_id = ANY(:counties)
      AND rated_on >= :month AND rated_on < :end
    GROUP BY village_id
    """
# People, not ratings; one whose person is no longer known stands for somebody of its own.
RATERS = """
    SELECT village_id, count(DISTINCT COALESCE(person_id, -id)) FROM rating
    WHERE flagged_at IS NULL AND county_id = ANY(:counties)
      AND rated_on >= :month AND rated_on < :end
    GROUP BY village_id
    """
# The same from the ratings alone, in one pass.
BAD_IDS_COUNTED = ", ".join(
    f"array_agg(id) FILTER (WHERE effective_level = {level.number} AND flagged_at IS NULL)"
    for level in BAD_LEVELS
)
AFRESH = f"""
    SELECT village_id, {COUNTED},
           count(DISTINCT COALESCE(person_id, -id)) FILTER (WHERE flagged_at IS NULL),
           {BAD_IDS_COUNTED}
    FROM rating
    WHERE county_id = ANY(:counties) AND rated_on >= :month AND rated_on < :end
    GROUP BY village_id
    """
OFFLINE_COUNTS = f"""
    SELECT village_id, count(*) FROM rating
    WHERE county_id = ANY(:counties) AND channel = '{OFFLINE}' AND flagged_at IS NULL
      AND rated_on >= :month AND rated_on < :end
    GROUP BY village_id
    """
CASES = text(
    f"""
    SELECT r.id, s.name AS service_point, r.effective_level AS level, r.reason_ids
    FROM rating r {join_service_point("s", "r.service_point_id")}
    WHERE r.id = ANY(:ids) ORDER BY r.id
    """
)
OWN_AMONG = text(
    "SELECT id FROM rating WHERE person_id = :person_id AND id = ANY(:ids) ORDER BY id"
)
SHOWN_WORDS = text(
    f"""
    SELECT CASE WHEN words_state = '{WordsState.SHOWN}' THEN words END,
           CASE WHEN followup_words_state = '{WordsState.SHOWN}' THEN followup_words END
    FROM rating WHERE id = :rating_id
    """
)
# Each reason a village ticked, the most frequent first.
REASONS = text(
    """
    SELECT r.village_id, q.text, q.first_level >= 3 AS bad, count(*)::int AS count
    FROM rating r CROSS JOIN LATERAL unnest(r.reason_ids) AS picked (id)
    JOIN rating_reason q ON q.id = picked.id
    WHERE r.county_id = :county_id AND r.rated_on >= :month AND r.rated_on < :end
      AND r.flagged_at IS NULL
    GROUP BY r.village_id, q.id, q.text ORDER BY r.village_id, count DESC, q.text
    """
)
DAYS = text(
    f"""
    SELECT d.village_id, {column_sums("d")}, sum(flagged)::int
    FROM rating_day_count d {join_region("v", "d.village_id")}
    WHERE v.county_id = :county_id AND d.rated_on >= :first AND d.rated_on < :end
    GROUP BY d.village_id
    """
)


@dataclass
class LevelFacts:
    """Counts from 非常满意 on, by how many people, flagged ones apart, and the ids of bad ratings
    by the name of their level's column; `offline` of the counts were given without a signal."""

    levels: list[int] = field(default_factory=no_counts)
    raters: int = 0
    offline: int = 0
    flagged: int = 0
    bad: dict[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class RatingCase:
    """A bad rating as a case: not who said it, nor when: a village knows who was there."""

    id: int
    service_point: str
    level: int
    reason_ids: Sequence[int]


def level_counts(month: date, county_ids: Collection[int]) -> dict[int, LevelFacts]:
    """By village, the counters alone."""
    return {
        village_id: LevelFacts(levels, flagged=flagged)
        for village_id, *levels, flagged in fetch_rows(COUNTERS, _asked(month, county_ids))
    }


def level_facts(month: date, county_ids: Collection[int]) -> dict[int, LevelFacts]:
    """The counters, how many people rated, and which ratings are bad."""
    found = level_counts(month, county_ids)
    asked = _asked(month, county_ids)
    for village_id, raters in fetch_rows(RATERS, asked):
        found.setdefault(village_id, LevelFacts()).raters = raters
    _add_offline(found, month, county_ids)
    for village_id, *bad in fetch_rows(BAD, asked):
        facts = found.setdefault(village_id, LevelFacts())
        facts.bad = _by_column([orjson.loads(ids or b"[]") for ids in bad])
    return found


def counted_facts(month: date, county_ids: Collection[int]) -> dict[int, LevelFacts]:
    """The same from the ratings themselves, whatever the counters say."""
    # A province's villages are grouped in memory; given back with the transaction.
    db.session.execute(text("SET LOCAL work_mem = '128MB'"))
    found = {}
    width = len(LEVELS)
    for village_id, *numbers in fetch_rows(AFRESH, _asked(month, county_ids)):
        flagged, raters, *bad = numbers[width:]
        found[village_id] = LevelFacts(
            numbers[:width],
            raters,
            flagged=flagged,
            bad=_by_column([sorted(ids or ()) for ids in bad]),
        )
    _add_offline(found, month, county_ids)
    return found


def _add_offline(facts: dict[int, LevelFacts], month: date, county_ids: Collection[int]) -> None:
    for village_id, offline in fetch_rows(OFFLINE_COUNTS, _asked(month, county_ids)):
        facts.setdefault(village_id, LevelFacts()).offline = offline


def _by_column(bad: Sequence[list[int]]) -> dict[str, list[int]]:
    """Lists of ids, one a bad level; what is empty is left out."""
    return {level.column: ids for level, ids in zip(BAD_LEVELS, bad, strict=True) if ids}


def _asked(month: date, county_ids: Collection[int]) -> dict[str, Any]:
    return {"month": month, "end": clock.next_month(month), "counties": sorted(county_ids)}


def shown_words(rating_id: int) -> list[str]:
    """What the villager wrote, where it may be shown; for whoever judges the case."""
    row = db.session.execute(SHOWN_WORDS, {"rating_id": rating_id}).one_or_none()
    return [words for words in row or () if words]


def own_among(person_id: int, ids: Collection[int]) -> list[int]:
    """Which of these ratings a person gave; for telling nobody but that person."""
    asked = {"person_id": person_id, "ids": sorted(ids)}
    return list(db.session.scalars(OWN_AMONG, asked))


def rating_cases(ids: Collection[int]) -> dict[int, RatingCase]:
    """Bad ratings by id, for whoever explains a score."""
    rows = db.session.execute(CASES, {"ids": sorted(ids)})
    return {row.id: RatingCase(*row) for row in rows}


def reasons_of(county_id: int, month: date) -> dict[int, list[tuple[str, bool, int]]]:
    """By village: the reasons of a month, whether each is a complaint, and how often."""
    asked = {"county_id": county_id, "month": month, "end": clock.next_month(month)}
    found: dict[int, list[tuple[str, bool, int]]] = {}
    for village_id, words, bad, count in db.session.execute(REASONS, asked):
        found.setdefault(village_id, []).append((words, bad, count))
    return found


def levels_between(county_id: int, first: date, end: date) -> dict[int, list[int]]:
    """By village: counts per level and flagged ones last, from `first` on, before `end`."""
    rows = db.session.execute(
        DAYS, {"county_id": county_id, "first": first, "end": end}
    )  # fmt: skip
    return {village_id: counts for village_id, *counts in rows}
