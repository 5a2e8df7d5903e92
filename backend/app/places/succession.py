"""Which village stands for a village on a day.

Ids stay with what happened: a binding, a grant, a ticket or a rating keeps the village of its day.
Whatever asks about it later asks here; a rename or a move to another township changes no id.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, func, select, text

from backend.app.core.db import db
from backend.app.core.remembering import remembered
from backend.app.places import sql
from backend.app.places.models import Region


@remembered
def village_on(village_id: int, day: date) -> int:
    """The village it had become by that day, over any chain of merges; itself before the first."""
    return db.session.scalar(select(func.village_on(village_id, day))) or village_id


def village_now(village_id: int) -> int:
    """The village it has become, as `village_now` of `sql.py` says it."""
    return village_on(village_id, date.max)


LINE = text(
    """
    WITH RECURSIVE line (id, into_id, nth) AS (
        SELECT id, merged_into_id, 1 FROM region WHERE id = :id
        UNION ALL
        SELECT r.id, r.merged_into_id, nth + 1 FROM line JOIN region r ON r.id = line.into_id
    ), origin (id, from_id, nth) AS (
        SELECT id, split_from_id, 0 FROM region WHERE id = :id
        UNION ALL
        SELECT r.id, r.split_from_id, nth + 1 FROM origin JOIN region r ON r.id = origin.from_id
    )
    SELECT id FROM (
        SELECT id, false AS earlier, nth FROM line
        UNION ALL SELECT id, true, nth FROM origin WHERE nth > 0
    ) AS all_of_them ORDER BY earlier, nth
    """
)


def line_of(village_id: int) -> list[int]:
    """Itself, every village it became since, and then those that it was split from.

    Of a month whose units are older than the village, the first of these that has one is its own.
    """
    return list(db.session.scalars(LINE, {"id": village_id}))


SAME = text(
    f"""
    SELECT DISTINCT one.id FROM unnest(CAST(:ids AS bigint[])) AS asked (id)
    CROSS JOIN LATERAL {sql.same_village("asked.id")} AS one ORDER BY one.id
    """
)


def same_villages(region_ids: Iterable[int]) -> list[int]:
    """These regions with everything that is one village with them today."""
    return list(db.session.scalars(SAME, {"ids": sorted(region_ids)}))


def merged_villages() -> Select[int]:
    """The ids of villages that went into another one."""
    return select(Region.id).where(Region.level == "village", Region.merged_into_id.is_not(None))


MERGED = text(
    """
    WITH RECURSIVE line (id, into_id) AS (
        SELECT id, merged_into_id FROM region
        WHERE county_id = :county_id AND level = 'village' AND merged_into_id IS NOT NULL
        UNION
        SELECT l.id, r.merged_into_id FROM line l JOIN region r ON r.id = l.into_id
        WHERE r.merged_into_id IS NOT NULL
    )
    SELECT id, into_id FROM line ORDER BY id, into_id
    """
)


def merged_into(county_id: int) -> list[tuple[int, int]]:
    """Of every village that went into another one: itself, and each village it became."""
    return [(row.id, row.into_id) for row in db.session.execute(MERGED, {"county_id": county_id})]
