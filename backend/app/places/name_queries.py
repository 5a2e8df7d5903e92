"""The names of a county's villages, as the look-up by name wants them."""

from collections.abc import Collection

from sqlalchemy import text

from backend.app.core.db import db
from backend.app.places.names import NamedVillage, VillageNames

TOWNSHIPS = text("SELECT id, name FROM region WHERE county_id = :county_id AND level = 'township'")
VILLAGES = text(
    """
    WITH RECURSIVE line (id, now_id) AS (
        SELECT id, id FROM region
        WHERE county_id = :county_id AND level = 'village' AND merged_into_id IS NULL
          AND (closed_on IS NOT NULL) = :ended
        UNION
        SELECT r.id, l.now_id FROM line l JOIN region r ON r.merged_into_id = l.id
    ), former AS (
        SELECT l.now_id, array_agg(DISTINCT v.name) AS names, array_agg(DISTINCT v.code) AS codes
        FROM line l JOIN region_version v ON v.region_id = l.id GROUP BY l.now_id
    )
    SELECT r.id, r.name, r.code, r.township_id, f.names, f.codes
    FROM region r LEFT JOIN former f ON f.now_id = r.id
    WHERE r.county_id = :county_id AND r.level = 'village' AND r.merged_into_id IS NULL
      AND (r.closed_on IS NOT NULL) = :ended
    ORDER BY r.code
    """
)
COUNTY = text("SELECT name FROM region WHERE id = :county_id")


def village_names(county_id: int, ended: bool = False) -> VillageNames:
    """What the open villages are called, and were, and what those were that went into them.

    `ended`: those instead that were closed and of which nobody has said what they became.
    """
    values = {"county_id": county_id, "ended": ended}
    return VillageNames(
        county=db.session.scalar(COUNTY, values) or "",
        townships={row.id: row.name for row in db.session.execute(TOWNSHIPS, values)},
        villages=[
            NamedVillage(
                row.id, row.name, row.code, row.township_id,
                _besides(row.names, row.name), _besides(row.codes, row.code),
            )
            for row in db.session.execute(VILLAGES, values)
        ],
    )  # fmt: skip


def _besides(values: Collection[str | None] | None, today: str) -> tuple[str, ...]:
    return tuple(value for value in values or () if value and value != today)
