"""Regions from which somebody at a desk picks one."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import text

from backend.app.core.db import db
from backend.app.places.sql import lies_within

REGIONS = text(
    """
    SELECT r.id, r.level, r.name, above.name AS above
    FROM region r
    LEFT JOIN region above ON above.id = r.parent_id
    WHERE r.level IN ('county', 'township', 'village') AND r.closed_on IS NULL
      AND (r.county_id = ANY(:within) OR r.township_id = ANY(:within))
      AND (r.id = :chosen OR CASE WHEN :words = '' THEN r.level <> 'village'
           ELSE strpos(r.name, :words) > 0 OR starts_with(r.code, :words) END)
    ORDER BY r.id = :chosen DESC, r.code
    LIMIT 50
    """
)
TOWNSHIPS = text(
    f"""
    SELECT v.id, v.name FROM region v
    WHERE v.level = 'township' AND v.closed_on IS NULL AND {lies_within("v", ":scope")}
    ORDER BY v.code
    """
)
COUNTIES_AND_TOWNSHIPS = text(
    """
    SELECT r.id, CASE r.level WHEN 'township' THEN '　' || r.name ELSE r.name END AS label
    FROM region r
    WHERE r.level IN ('county', 'township') AND r.closed_on IS NULL
      AND (r.id = ANY(:scope) OR r.county_id = ANY(:scope)) ORDER BY r.code
    """
)


def find_regions(within: Collection[int], words: str = "", chosen: int | None = None) -> list[Any]:
    """Where a role can be granted: by name or code; counties and townships where nothing is asked.

    `chosen` is among them whatever the words, so that a refused form keeps what was filled in.
    """
    values = {"within": list(within), "words": words.strip(), "chosen": chosen or 0}
    return list(db.session.execute(REGIONS, values))


def counties_and_townships(scope: Collection[int]) -> list[Any]:
    """The open ones of a scope for a picker, townships indented below their county."""
    return list(db.session.execute(COUNTIES_AND_TOWNSHIPS, {"scope": sorted(scope)}))


def townships_within(scope: Collection[int]) -> list[Any]:
    """Id and name of the open townships among these regions or below them, by code."""
    return list(db.session.execute(TOWNSHIPS, {"scope": sorted(scope)}))
