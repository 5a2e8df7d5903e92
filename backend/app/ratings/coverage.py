"""参与: how many of those who live there said something; shown, never scored."""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import text

from backend.app.accounts.sql import bound_to
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.places.sql import join_region

# Fewer people than this are not told apart.
FEWEST = 10
COVERAGE = text(
    f"""
    SELECT g.name, count(*) AS bound,
           count(*) FILTER (WHERE EXISTS (
               SELECT FROM rating r
               WHERE r.person_id = b.person_id AND r.village_id = :village_id
                 AND r.rated_on >= :month AND r.rated_on < :end)) AS raters
    FROM {bound_to(":village_id")} AS b LEFT {join_region("g", "b.group_id")}
    GROUP BY g.id, g.name ORDER BY g.name NULLS LAST
    """
)


@dataclass(frozen=True)
class Coverage:
    """A group of a village (None: no group given); counts are None where people are too few."""

    group: str | None
    bound: int
    raters: int | None


def coverage_of(village_id: int, month: date) -> tuple[Coverage, list[Coverage]]:
    """The whole village, and its groups: so that those who are not heard are seen."""
    asked = {"village_id": village_id, "month": month, "end": clock.next_month(month)}
    rows = list(db.session.execute(COVERAGE, asked))
    groups = [
        Coverage(row.name, row.bound, row.raters if row.bound >= FEWEST else None) for row in rows
    ]
    whole = Coverage(None, sum(row.bound for row in rows), sum(row.raters for row in rows))
    return whole, _suppressed(groups) if len(groups) > 1 else []


def _suppressed(groups: list[Coverage]) -> list[Coverage]:
    """A single hidden count is what the whole leaves of the others: then one more is hidden."""
    shown = [group for group in groups if group.raters is not None]
    if len(groups) - len(shown) != 1:
        return groups
    smallest = min(shown, key=lambda one: one.bound)
    return [replace(one, raters=None) if one is smallest else one for one in groups]
