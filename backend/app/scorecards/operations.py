"""Makes the month's scorecards from the counters."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import text

from backend.app.core import calendar
from backend.app.core.db import copy_rows, db
from backend.app.scoring.measurements import Satisfaction, satisfaction

FIGURES = (
    "village_id", "month", "county_id", "n", "held",
    "level_1", "level_2", "level_3", "level_4", "level_5", "status",
    "satisfaction_mean", "satisfaction_low", "satisfaction_high",
    "positive_rate", "positive_low", "positive_high", "computed_at",
)  # fmt: skip
# Every village that was open in the month has a card: no rating is a value, not a gap.
COUNTS = text(
    """
    SELECT v.id, v.county_id, COALESCE(c.level_1, 0), COALESCE(c.level_2, 0),
           COALESCE(c.level_3, 0), COALESCE(c.level_4, 0), COALESCE(c.level_5, 0),
           COALESCE(c.held, 0)
    FROM region v
    LEFT JOIN rating_month_count c ON c.village_id = v.id AND c.month = :month
    WHERE v.level = 'village' AND (CAST(:county_id AS bigint) IS NULL OR v.county_id = :county_id)
      AND v.opened_on < :next_month
      AND (v.closed_on IS NULL OR v.closed_on >= :month OR c.village_id IS NOT NULL)
    """
)
FORGET = text(
    """
    DELETE FROM scorecard
    WHERE month = :month AND (CAST(:county_id AS bigint) IS NULL OR county_id = :county_id)
    """
)

# Villages share few patterns of counts, and a nightly run meets the same ones again.
measured = lru_cache(maxsize=65536)(satisfaction)


def recompute_month(month: date, county_id: int | None = None) -> int:
    """Replaces the scorecards of one month, of a county or of all; returns how many there are."""
    values = {
        "month": month,
        "next_month": calendar.next_month(month),
        "county_id": county_id,
    }
    rows = db.session.execute(COUNTS, values).all()
    db.session.execute(FORGET, values)
    copy_rows("scorecard", FIGURES, _cards(rows, month))
    return len(rows)


def _cards(rows: Iterable[Any], month: date) -> Iterable[tuple[Any, ...]]:
    at = calendar.now()
    for village_id, county_id, *counts, held in rows:
        figures = measured(tuple(counts))
        yield (
            village_id, month, county_id, figures.n, held, *counts, figures.status.value,
            *_limits(figures), at,
        )  # fmt: skip


def _limits(figures: Satisfaction) -> tuple[Any, ...]:
    mean, rate = figures.satisfaction_mean, figures.positive_rate
    if mean is None or rate is None:
        return (None,) * 6
    return mean.value, mean.low, mean.high, rate.value, rate.low, rate.high
