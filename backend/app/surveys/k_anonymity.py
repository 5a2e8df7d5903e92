"""Whether people could hide in a month's units, and how small villages would be merged."""

from dataclasses import dataclass
from datetime import date

from backend.app.ballots.anonymity_units import LEAST, merge_neighbours, name_of, size_of
from backend.app.ballots.membership import count_villages, todays_villages
from backend.app.surveys.round_files import unit_name, units_of


@dataclass(frozen=True)
class SmallUnit:
    """A unit in which nobody could hide, or a proposal that is large enough."""

    name: str
    size: int
    villages: int = 1


def small_units(county_id: int, period: date) -> list[SmallUnit]:
    """The units too small to hide in: of the month's keys, or as they would be made now."""
    units = units_of(county_id, period)
    if not units:
        return [unit for unit in proposal(county_id) if unit.size < LEAST]
    everywhere = [village_id for unit in units for village_id in unit.ids]
    counted = {village.id: village for village in count_villages(everywhere)}
    sized = [
        SmallUnit(unit_name(unit), size_of([counted[one] for one in unit.ids])) for unit in units
    ]
    return [unit for unit in sized if unit.size < LEAST]


def proposal(county_id: int) -> list[SmallUnit]:
    """The units that would be made today: small villages with their neighbours."""
    return [
        SmallUnit(name_of(unit), size_of(unit), len(unit))
        for unit in merge_neighbours(todays_villages(county_id))
    ]


def merges(county_id: int) -> list[SmallUnit]:
    """Of the proposal, what is put together."""
    return [unit for unit in proposal(county_id) if unit.villages > 1]
