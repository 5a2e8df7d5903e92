"""How far raters agree, and how many of them a mean needs."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from math import ceil

from backend.app.scoring.assessing.figures import ZERO, Figure, exact

# Below this not even tentative conclusions are drawn (Krippendorff, Content Analysis, 2nd edition,
# 2004, p. 241).
LEAST_AGREEMENT = 0.667
# How alike two raters of a kind judge (Conway and Huffcutt, Human Performance 10 (1997) 331-360;
# of subordinates for the public).
SINGLE_RATER = {
    "superior": Fraction(50, 100), "peer": Fraction(37, 100), "public": Fraction(30, 100),
}  # fmt: skip


def alpha(table: Sequence[Sequence[float | None]]) -> float | None:
    """Krippendorff's α for ordered levels, of raters (rows) by units (columns); None: not rated.

    None where it cannot be worked out: nobody to compare with, or everybody gave the same.
    Source: K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section E.
    """
    units = [
        [level for level in column if level is not None] for column in zip(*table, strict=True)
    ]
    pairable = [Counter(levels) for levels in units if len(levels) > 1]
    totals: Counter[float] = sum(pairable, Counter())
    pairs = list(combinations(sorted(totals), 2))
    if not pairs:
        return None
    far = {pair: _distance(totals, *pair) for pair in pairs}
    seen = sum((_coincidences(pairable, *pair) * far[pair] for pair in pairs), ZERO)
    by_chance = sum(totals[low] * totals[high] * far[low, high] for low, high in pairs)
    return float(1 - (totals.total() - 1) * seen / by_chance)


def _coincidences(units: Sequence[Counter[float]], low: float, high: float) -> Fraction:
    """How often the two levels meet in a unit; a unit counts as often as it was rated."""
    pairs = (Fraction(unit[low] * unit[high], unit.total() - 1) for unit in units)
    return sum(pairs, ZERO)


def _distance(totals: Counter[float], low: float, high: float) -> Fraction:
    """Squared: how many of all ratings lie between two levels, half of the levels' own counted."""
    between = sum(count for level, count in totals.items() if low <= level <= high)
    return (between - Fraction(totals[low] + totals[high], 2)) ** 2


def reading(value: float | None) -> str:
    """What is said beside a round's result; nothing where raters agree."""
    if value is None:
        return "一致到无法计算"
    return "评价人看法差别大，只作参考" if value < LEAST_AGREEMENT else ""


def raters_needed(single: Figure, wanted: Figure = Fraction(4, 5)) -> int:
    """How many raters' mean is as reliable as wanted, by Spearman and Brown.

    Raises ValueError for a reliability outside 0 … 1.
    """
    alike, aim = exact(single), exact(wanted)
    if not 0 < alike < 1 or not 0 < aim < 1:
        raise ValueError("reliabilities between 0 and 1 expected")
    return ceil(aim * (1 - alike) / (alike * (1 - aim)))
