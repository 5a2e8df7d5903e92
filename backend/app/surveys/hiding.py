"""Whether people could hide in a month's units, and how small villages would be merged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text

from backend.app.core.db import db
from backend.app.surveys.keys import BOUND
from backend.app.surveys.published import unit_name, units_of
from backend.app.surveys.units import LEAST, Village, merge_neighbours

BOUND_OF_UNITS = text(
    """
    SELECT u.unit_id, count(b.person_id) AS bound
    FROM ballot_unit_village u JOIN ballot_unit p ON p.id = u.unit_id
    LEFT JOIN binding b ON b.village_id = u.village_id AND b.ended_at IS NULL
    WHERE p.county_id = :county_id AND p.period = :period GROUP BY u.unit_id
    """
)
NAMES_OF_VILLAGES = text(
    "SELECT v.id, v.name, t.name AS township FROM region v JOIN region t ON t.id = v.township_id"
    " WHERE v.id = ANY(:ids)"
)


@dataclass(frozen=True)
class SmallUnit:
    """A unit in which nobody could hide, or a proposal that is large enough."""

    name: str
    bound: int
    villages: int = 1


def small_units(county_id: int, period: date) -> list[SmallUnit]:
    """The units too small to hide in: of the month's keys, or as they would be made now."""
    units = units_of(county_id, period)
    if not units:
        return [unit for unit in proposal(county_id) if unit.bound < LEAST]
    asked = {"county_id": county_id, "period": period}
    bound = {row.unit_id: row.bound for row in db.session.execute(BOUND_OF_UNITS, asked)}
    return [
        SmallUnit(unit_name(unit), bound.get(unit.unit_id, 0))
        for unit in units
        if bound.get(unit.unit_id, 0) < LEAST
    ]


def proposal(county_id: int) -> list[SmallUnit]:
    """The units that would be made of today's bindings: small villages with their neighbours."""
    villages = [Village(*row) for row in db.session.execute(BOUND, {"county_id": county_id})]
    size = {village.id: village.bound for village in villages}
    rows = db.session.execute(NAMES_OF_VILLAGES, {"ids": list(size)})
    named = {row.id: row for row in rows}
    return [
        SmallUnit(_name([named[one] for one in unit]), sum(size[one] for one in unit), len(unit))
        for unit in merge_neighbours(villages)
    ]


def _name(villages: Sequence[Any]) -> str:
    townships = dict.fromkeys(village.township for village in villages)
    return f"{'、'.join(townships)} {'、'.join(village.name for village in villages)}"


def merges(county_id: int) -> list[SmallUnit]:
    """Of the proposal, what is put together."""
    return [unit for unit in proposal(county_id) if unit.villages > 1]
