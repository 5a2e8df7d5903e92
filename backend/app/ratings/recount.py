"""The months' counters against the ratings themselves: what differs."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.ratings.counter_sql import COUNTED, COUNTERS

NAMES = ", ".join(COUNTERS)
DIFFERENCES = text(
    f"""
    WITH fresh AS (
        SELECT village_id, min(county_id) AS county_id, {COUNTED} FROM rating
        WHERE rated_on >= :month AND rated_on < :end GROUP BY village_id
    ), counted (village_id, county_id, {NAMES}) AS (TABLE fresh), kept AS (
        SELECT village_id, county_id, {NAMES} FROM rating_month_count WHERE month = :month
    )
    SELECT COALESCE(f.village_id, k.village_id) AS village_id,
           COALESCE(f.county_id, k.county_id) AS county_id,
           ARRAY[{", ".join(f"COALESCE(k.{name}, 0)" for name in COUNTERS)}] AS kept,
           ARRAY[{", ".join(f"COALESCE(f.{name}, 0)::int" for name in COUNTERS)}] AS counted
    FROM counted f FULL JOIN kept k USING (village_id)
    WHERE ({", ".join(f"COALESCE(k.{name}, 0)" for name in COUNTERS)})
       IS DISTINCT FROM ({", ".join(f"COALESCE(f.{name}, 0)" for name in COUNTERS)})
    ORDER BY 1
    """
)


@dataclass(frozen=True)
class Difference:
    """A village whose counters are not what its ratings say; both in the order of COUNTERS."""

    village_id: int
    county_id: int
    kept: list[int]
    counted: list[int]


def differences(month: date) -> list[Difference]:
    """One pass over the month's ratings; nothing where every counter is right."""
    asked: dict[str, Any] = {"month": month, "end": clock.next_month(month)}
    return [Difference(*row) for row in db.session.execute(DIFFERENCES, asked)]
