"""What a draft would have cost: its points and caps on the last full quarter's acts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import orjson
from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.places.queries import Place, region_names
from backend.app.points.point_sources import SOURCES
from backend.app.points.rules.rulebook import RuleItem

MONTHS = 3
SUMMED = ("acts", "paid", "points", "people", "over_cap")
STATEMENT = """
    WITH draft AS (
        SELECT * FROM jsonb_to_recordset(CAST(:items AS jsonb)) AS d
            (nth int, code text, label text, amount int, daily_cap int, monthly_cap int,
             automatic boolean)
    ), act AS ({acts}
    ), of_day AS (
        SELECT d.nth, a.person_id, a.village_id, date_trunc('month', a.day) AS month,
               count(*) AS acts, least(count(*), min(d.daily_cap)) AS kept
        FROM act a
        JOIN draft d ON CASE WHEN d.automatic THEN d.code = a.code ELSE d.label = a.label END
        WHERE CAST(:village_id AS bigint) IS NULL OR a.village_id = :village_id
        GROUP BY d.nth, a.person_id, a.village_id, a.day
    ), of_month AS (
        SELECT o.nth, o.person_id, min(o.village_id) AS village_id, sum(o.acts) AS acts,
               least(sum(o.kept), min(d.monthly_cap)) AS paid,
               least(sum(o.kept), min(d.monthly_cap)) * min(d.amount) AS points
        FROM of_day o JOIN draft d ON d.nth = o.nth
        GROUP BY o.nth, o.person_id, o.month
    )
    SELECT nth, village_id, GROUPING(nth) AS all_items, GROUPING(village_id) AS all_villages,
           sum(acts) AS acts, sum(paid) AS paid, sum(points) AS points,
           count(DISTINCT person_id) AS people,
           count(DISTINCT person_id) FILTER (WHERE acts > paid) AS over_cap
    FROM of_month GROUP BY GROUPING SETS ((nth), (village_id), ())
"""


@dataclass(frozen=True)
class Sums:
    """Acts there were, acts within the caps, their points, the people, and who was above a cap."""

    name: str
    acts: int = 0
    paid: int = 0
    points: int = 0
    people: int = 0
    over_cap: int = 0


@dataclass(frozen=True)
class RuleSimulation:
    """The draft on the acts from `first` to `last`."""

    first: date
    last: date
    total: Sums
    items: tuple[Sums, ...]
    villages: tuple[Sums, ...]

    @property
    def a_year(self) -> int:
        """What a whole year at this pace would cost."""
        return round(self.total.points * 365 / ((self.last - self.first).days + 1))


def last_quarter(today: date) -> tuple[date, date]:
    """The last three full months."""
    month = clock.month_of(today)
    first = clock.months_back(clock.previous_month(month), MONTHS)[0]
    return first, month - timedelta(days=1)


def preview(place: Place, items: Sequence[RuleItem], today: date) -> RuleSimulation:
    """Counts nothing that was answered, only that somebody took part."""
    first, last = last_quarter(today)
    lines = [
        {"nth": nth, "automatic": item.automatic, **item.as_data()}
        for nth, item in enumerate(items)
    ]
    values = {
        "items": orjson.dumps(lines).decode(), "county_id": place.county_id, "first": first,
        "last": last, "village_id": place.id if place.level == "village" else None,
    }  # fmt: skip
    statement = STATEMENT.format(acts=" UNION ALL ".join(SOURCES[name] for name in sorted(SOURCES)))
    rows = list(db.session.execute(text(statement), values))
    names = region_names(row.village_id for row in rows if row.village_id)
    of_item = {row.nth: row for row in rows if not row.all_items}
    villages = [
        _sums(names.get(row.village_id, "没绑定村"), row)
        for row in rows
        if row.all_items and not row.all_villages
    ]
    total = next(row for row in rows if row.all_items and row.all_villages)
    return RuleSimulation(
        first, last, _sums("合计", total),
        tuple(
            _sums(item.label, of_item[nth]) if nth in of_item else Sums(item.label)
            for nth, item in enumerate(items)
        ),
        tuple(sorted(villages, key=lambda one: -one.points)),
    )  # fmt: skip


def _sums(name: str, row: Any) -> Sums:
    return Sums(name, *(int(getattr(row, column) or 0) for column in SUMMED))
