"""Regions from which somebody at a desk picks one."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import text

from backend.app.core.db import db
from backend.app.places.queries import search_villages
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


class RegionChoice(NamedTuple):
    """A region with the name of the one above it."""

    id: int
    level: str
    name: str
    above: str | None


class LabelledRegion(NamedTuple):
    """A region and what a picker calls it."""

    id: int
    label: str


class TownshipChoice(NamedTuple):
    """A township by name."""

    id: int
    name: str


def find_regions(
    within: Collection[int], words: str = "", chosen: int | None = None
) -> list[RegionChoice]:
    """Where a role can be granted: by name or code; counties and townships where nothing is asked.

    `chosen` is among them whatever the words, so that a refused form keeps what was filled in.
    """
    values = {"within": list(within), "words": words.strip(), "chosen": chosen or 0}
    found = [RegionChoice(*row) for row in db.session.execute(REGIONS, values)]
    if found or not words.strip():
        return found
    return [
        RegionChoice(label.id, label.level, label.name, label.township)
        for label in search_villages(words, within)
    ]


def counties_and_townships(scope: Collection[int]) -> list[LabelledRegion]:
    """The open ones of a scope for a picker, townships indented below their county."""
    rows = db.session.execute(COUNTIES_AND_TOWNSHIPS, {"scope": sorted(scope)})
    return [LabelledRegion(*row) for row in rows]


def townships_within(scope: Collection[int]) -> list[TownshipChoice]:
    """The open townships among these regions or below them, by code."""
    return [TownshipChoice(*row) for row in db.session.execute(TOWNSHIPS, {"scope": sorted(scope)})]
