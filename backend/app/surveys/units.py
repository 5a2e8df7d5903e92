"""Units large enough to hide in: pure."""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 30


@dataclass(frozen=True)
class Village:
    """A village with how many people have bound it, in the order of its neighbours."""

    id: int
    township_id: int
    bound: int


def merge_neighbours(villages: Sequence[Village], least: int = LEAST) -> list[tuple[int, ...]]:
    """Every village in one unit, each unit with at least `least` bound people where there are any.

    Villages come in the order of their codes, in which neighbours stand beside each other. What is
    left over of a township joins its last unit; a township too small for a unit of its own goes
    together with the next. Only where a whole county has fewer people is a unit too small.
    """
    units: list[list[Village]] = []
    waiting: list[Village] = []
    for township in _townships(villages):
        grown: list[list[Village]] = []
        for village in township:
            waiting.append(village)
            if _size(waiting) >= least:
                grown.append(waiting)
                waiting = []
        if waiting and grown:
            grown[-1].extend(waiting)
            waiting = []
        units.extend(grown)
    if waiting and units:
        units[-1].extend(waiting)
    elif waiting:
        units.append(waiting)
    return [tuple(village.id for village in unit) for unit in units]


def _size(villages: Sequence[Village]) -> int:
    return sum(village.bound for village in villages)


def _townships(villages: Sequence[Village]) -> list[list[Village]]:
    """In the order in which each is first met."""
    found: dict[int, list[Village]] = {}
    for village in villages:
        found.setdefault(village.township_id, []).append(village)
    return list(found.values())
