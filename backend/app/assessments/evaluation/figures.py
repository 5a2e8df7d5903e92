"""Counts of colours and indexes of units, for the page and the month's notice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from backend.app.assessments.evaluation.queries import ColouredUnit
from backend.app.scoring.assessing.lights import Light
from backend.app.scoring.assessing.progress import unit_index

NO_COLOUR = ""
Counted = tuple[int, Decimal, Fraction | Decimal | None, Fraction | Decimal | None, str | None]


@dataclass
class UnitColours:
    """A unit with how many targets have each colour, and its index."""

    unit: ColouredUnit
    counts: dict[str, int] = field(default_factory=dict)
    index: Decimal | None = None

    @property
    def total(self) -> int:
        return sum(count for colour, count in self.counts.items() if colour)


def unit_colours(units: Sequence[ColouredUnit], rows: Iterable[Counted]) -> list[UnitColours]:
    """Of (unit, points, actual, planned, colour): each unit's counts and index, in their order."""
    by_unit: dict[int, list[Counted]] = {unit.id: [] for unit in units}
    for row in rows:
        by_unit[_unit(row)].append(row)
    return [UnitColours(unit, _counts(by_unit[unit.id]), _index(by_unit[unit.id]))
            for unit in units]  # fmt: skip


def _unit(row: Counted) -> int:
    unit_id, *_ = row
    return unit_id


def _counts(rows: Sequence[Counted]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for *_, colour in rows:
        counts[colour or NO_COLOUR] = counts.get(colour or NO_COLOUR, 0) + 1
    return counts


def _index(rows: Sequence[Counted]) -> Decimal | None:
    """With one decimal, half up; None where nothing is due."""
    shares = [
        (points, Fraction(actual), Fraction(planned))
        for _, points, actual, planned, _ in rows
        if actual is not None and planned is not None
    ]
    exact = unit_index(shares)
    if exact is None:
        return None
    return (Decimal(exact.numerator) / exact.denominator).quantize(Decimal("0.1"), ROUND_HALF_UP)


def distinct_lights(lights: Sequence[Light]) -> list[Light]:
    """One light for each colour, in the order of the rules."""
    return list({light.code: light for light in reversed(lights)}.values())[::-1]
