"""Two counts of the same ballots beside each other, and slips counted up. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from backend.app.scoring.levels import BEST, LEVEL_NAMES, level_name, no_counts

# Of a unit, how many ballots gave each level; of a slip, the level of each unit it named.
Counts = Mapping[int, list[int]]
Slips = Mapping[str, Mapping[int, int]]


class CountDifference(NamedTuple):
    """A cell in which two people read the paper differently."""

    unit_id: int
    where: str
    first: str
    second: str


def counted(slips: Slips) -> dict[int, list[int]]:
    """Counts of each unit."""
    counts: dict[int, list[int]] = defaultdict(no_counts)
    for levels in slips.values():
        for unit_id, level in levels.items():
            counts[unit_id][level - BEST] += 1
    return dict(counts)


def differences_of_counts(first: Counts, second: Counts) -> list[CountDifference]:
    """By unit and level."""
    return [
        CountDifference(unit_id, name, str(one), str(other))
        for unit_id in sorted({*first, *second})
        for name, one, other in zip(
            LEVEL_NAMES, first.get(unit_id, no_counts()), second.get(unit_id, no_counts()),
            strict=True,
        )
        if one != other
    ]  # fmt: skip


def differences_of_slips(first: Slips, second: Slips) -> list[CountDifference]:
    """By slip and unit."""
    return [
        CountDifference(unit_id, f"{slip} 号票", _word(before), _word(after))
        for slip in sorted({*first, *second})
        for unit_id in sorted({*first.get(slip, {}), *second.get(slip, {})})
        if (before := first.get(slip, {}).get(unit_id))
        != (after := second.get(slip, {}).get(unit_id))
    ]


def _word(level: int | None) -> str:
    return "空" if level is None else level_name(level)
