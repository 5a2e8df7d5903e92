"""Units large enough to hide in: pure."""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 30
# A unit's name lists so many villages and townships; of more it says how many there are.
MOST_VILLAGES, MOST_TOWNSHIPS = 3, 2


@dataclass(frozen=True)
class UnitVillage:
    """A village in the order of its neighbours.

    `acted`: bindings that have settled and whose phone has done something. `residents`: 常住人口,
    None where nobody has said.
    """

    id: int
    township_id: int
    acted: int
    residents: int | None = None
    name: str = ""
    township: str = ""

    @property
    def size(self) -> int:
        """How many there are to hide among: bindings beyond the residents hide nobody."""
        return self.acted if self.residents is None else min(self.acted, self.residents)


def merge_neighbours(
    villages: Sequence[UnitVillage], least: int = LEAST
) -> list[tuple[UnitVillage, ...]]:
    """Every village in one unit, each unit with at least `least` people where there are any.

    Villages come in the order of their codes, in which neighbours stand beside each other. What is
    left over of a township joins its last unit; a township too small for a unit of its own goes
    together with the next. Only where a whole county has fewer people is a unit too small.
    """
    units: list[list[UnitVillage]] = []
    waiting: list[UnitVillage] = []
    for township in _townships(villages):
        grown: list[list[UnitVillage]] = []
        for village in township:
            waiting.append(village)
            if size_of(waiting) >= least:
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
    return [tuple(unit) for unit in units]


def size_of(villages: Sequence[UnitVillage]) -> int:
    return sum(village.size for village in villages)


def name_of(villages: Sequence[UnitVillage]) -> str:
    """What a unit is called, on the console and on the phone."""
    townships = list(dict.fromkeys(village.township for village in villages))
    return (
        f"{_listed(townships, MOST_TOWNSHIPS, '个乡镇')} "
        f"{_listed([village.name for village in villages], MOST_VILLAGES, '个村')}"
    )


def _listed(names: Sequence[str], most: int, counter: str) -> str:
    listed = "、".join(names[:most])
    return listed if len(names) <= most else f"{listed}等 {len(names)} {counter}"


def _townships(villages: Sequence[UnitVillage]) -> list[list[UnitVillage]]:
    """In the order in which each is first met."""
    found: dict[int, list[UnitVillage]] = {}
    for village in villages:
        found.setdefault(village.township_id, []).append(village)
    return list(found.values())
