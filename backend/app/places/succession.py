"""Which village stands for a village on a day.

Ids stay with what happened: a binding, a grant, a ticket or a rating keeps the village of its day.
Whatever asks about it later asks here; a rename or a move to another township changes no id.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Select, func, select, text

from backend.app.core.db import db
from backend.app.core.read_cache import remembered
from backend.app.places import sql
from backend.app.places.errors import VillageDivided
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


HEIRS = text(
    """
    WITH RECURSIVE heir (id, since) AS (
        SELECT id, COALESCE(CAST(:since AS date), closed_on) FROM region WHERE id = :id
        UNION
        SELECT next.id, next.since FROM heir CROSS JOIN LATERAL (
            SELECT r.merged_into_id AS id, r.closed_on AS since FROM region r
            WHERE r.id = heir.id AND r.merged_into_id IS NOT NULL
            UNION ALL
            SELECT r.id, r.opened_on FROM region r
            WHERE r.split_from_id = heir.id AND r.opened_on >= heir.since
        ) AS next
    )
    SELECT DISTINCT r.id, r.name FROM heir JOIN region r ON r.id = heir.id
    WHERE r.closed_on IS NULL ORDER BY r.id
    """
)


def picked_village(village_id: int, group_id: int | None = None) -> int:
    """The village meant by somebody who chose it from a list of any age, or from a printed page.

    One that went into another is the village it became; where that one was divided since, the
    group decides. Raises VillageDivided where the person must be asked; itself where no village
    took its place.
    """
    if group_id is not None:
        parent = db.session.scalar(select(Region.parent_id).where(Region.id == group_id))
        if parent in _heirs(village_id, date.min):
            return parent
    heirs = _heirs(village_id)
    if len(heirs) > 1:
        raise VillageDivided(list(heirs.values()))
    return next(iter(heirs), village_id)


def _heirs(village_id: int, since: date | None = None) -> dict[int, str]:
    """The open villages on what was its ground on a day, else on its last one, by name."""
    rows = db.session.execute(HEIRS, {"id": village_id, "since": since})
    return {row.id: row.name for row in rows}


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
