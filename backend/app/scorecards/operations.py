"""Makes the month's scorecards: gathers facts, scores them, writes both."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import select, text, true

from backend.app.core import clock
from backend.app.core.db import copy_rows, db, lock
from backend.app.places.queries import county_ids as all_counties
from backend.app.scorecards import facts as month_facts
from backend.app.scorecards.facts import VillageFacts
from backend.app.scorecards.models import Adjustment as AdjustmentRow
from backend.app.scorecards.rollups import replace_rollups
from backend.app.scorecards.schemes.queries import scheme_for
from backend.app.scorecards.score_json import adjustments_json, indicators_json, points
from backend.app.scoring.levels import LEVELS
from backend.app.scoring.measuring import levels_in
from backend.app.scoring.month import UnitScore, score_month
from backend.app.scoring.satisfaction import Satisfaction, satisfaction
from backend.app.scoring.schemes import AdjustmentKind, Scheme
from backend.app.scoring.totals import AppliedAdjustment

COLUMNS = (
    "village_id", "month", "county_id", "n", "flagged",
    *(level.column for level in LEVELS), "status",
    "satisfaction_mean", "satisfaction_low", "satisfaction_high",
    "positive_rate", "positive_low", "positive_high", "computed_at",
    "kind", "scheme_id", "total", "standard_error", "light", "people",
    "rank", "rank_low", "rank_high", "band", "calibrated", "indicators", "adjustments",
)  # fmt: skip
LOCKED = text("SELECT county_id FROM month_lock WHERE month = :month")
FORGET = text("DELETE FROM scorecard WHERE month = :month AND county_id = ANY(:counties)")


# Villages share few patterns of counts, and a nightly run meets the same ones again.
measured = lru_cache(maxsize=65536)(satisfaction)
Adjustments = Mapping[int, Sequence[AppliedAdjustment]]


def recompute_month(month: date, county_id: int | None = None) -> int:
    """Replaces facts and scorecards of one month, of a county or of all; returns how many.

    Locked months stay as they are.
    """
    hold_month(month)
    counties = all_counties(open_only=False) if county_id is None else [county_id]
    locked = set(db.session.scalars(LOCKED, {"month": month}))
    county_ids = [county for county in counties if county not in locked]
    at = clock.now()
    gathered = month_facts.gather(month, county_ids, at)
    month_facts.keep(month, county_ids, gathered)
    db.session.execute(FORGET, {"month": month, "counties": county_ids})
    given = approved_adjustments(month, county_ids)
    # Nothing may be asked of the database while rows stream into it.
    schemes = {county_id: scheme_for(county_id, month) for county_id in county_ids}
    copy_rows("scorecard", COLUMNS, _cards(gathered, month, schemes, given, at))
    replace_rollups(month, county_ids, gathered, schemes)
    return len(gathered)


def hold_month(month: date) -> None:
    """Whoever computes or locks a month waits here for whoever is doing so already."""
    lock("scorecards", f"{month:%Y-%m}")


def seed_of(month: date) -> int:
    """Ranks are drawn with the month as their seed: anybody can draw them again."""
    return month.year * 100 + month.month


def score(
    facts: Iterable[VillageFacts], month: date, scheme: Scheme, adjustments: Adjustments
) -> tuple[UnitScore, ...]:
    """One county's month."""
    return score_month([fact.unit() for fact in facts], scheme, adjustments, seed_of(month))


def approved_adjustments(
    month: date, county_ids: Collection[int], until: datetime | None = None
) -> dict[int, list[AppliedAdjustment]]:
    """By village, in the order of their ids; those approved `until` then where it is given."""
    rows = db.session.scalars(
        select(AdjustmentRow)
        .where(
            AdjustmentRow.month == month, AdjustmentRow.county_id.in_(sorted(county_ids)),
            AdjustmentRow.state == "approved",
            AdjustmentRow.decided_at <= until if until else true(),
        )
        .order_by(AdjustmentRow.id)
    )  # fmt: skip
    result: dict[int, list[AppliedAdjustment]] = {}
    for row in rows:
        result.setdefault(row.village_id, []).append(
            AppliedAdjustment(
                AdjustmentKind(row.kind), row.points, str(row.id), row.rule, row.author_id,
                row.decided_by_id or 0,
            )
        )  # fmt: skip
    return result


def _cards(
    gathered: Sequence[VillageFacts],
    month: date,
    schemes: dict[int, tuple[int | None, Scheme]],
    adjustments: Adjustments,
    at: datetime,
) -> Iterator[tuple[Any, ...]]:
    by_county: dict[int, list[VillageFacts]] = {}
    for one in gathered:
        by_county.setdefault(one.county_id, []).append(one)
    for county_id, villages in by_county.items():
        scheme_id, scheme = schemes[county_id]
        scored = score(villages, month, scheme, adjustments)
        for facts, result in zip(villages, scored, strict=True):
            yield card(facts, result, scheme_id, adjustments.get(result.unit, ()), at)


def card(
    facts: VillageFacts,
    result: UnitScore,
    scheme_id: int | None,
    given: Sequence[AppliedAdjustment],
    at: datetime,
) -> tuple[Any, ...]:
    """A row of scorecard, in the order of COLUMNS."""
    counts = levels_in(facts.counts)
    figures = measured(tuple(counts))
    return (
        facts.village_id, facts.month, facts.county_id, figures.n, facts.flagged, *counts,
        figures.status.value, *_limits(figures), at,
        facts.kind, scheme_id, points(result.total), round(result.error, 4), result.light.code,
        result.people,
        result.rank, result.rank_low, result.rank_high, result.band, points(result.calibrated),
        orjson.dumps(indicators_json(result)).decode(),
        orjson.dumps(adjustments_json(result, given)).decode(),
    )  # fmt: skip


def _limits(figures: Satisfaction) -> tuple[Any, ...]:
    mean, rate = figures.satisfaction_mean, figures.positive_rate
    if mean is None or rate is None:
        return (None,) * 6
    return mean.value, mean.low, mean.high, rate.value, rate.low, rate.high
