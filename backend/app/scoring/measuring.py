"""Measurements of many units at once: values, limits and numbers, in columns.

Figures are whole ten-thousandths of a point (785714 is 78.5714), so that sums are exact and two
computers agree; limits are rounded half up to the same step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from backend.app.scoring.catalog import GRADES, MEASURES, Family
from backend.app.scoring.intervals import normal_quantile, student_quantile
from backend.app.scoring.measurements import LEVEL_POINTS, POSITIVE_LEVELS
from backend.app.scoring.response_time import quantiles_of_waits

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
STEP = 10_000
QUARTILES = (0.25, 0.5, 0.75)
MINUTES = 60


@dataclass(frozen=True)
class UnitFacts:
    """A unit's month, as counted: nothing about persons.

    `counts` by source (catalog.py); `waits` and `open_waits` are minutes of working time until
    somebody answered, and until the month ended without an answer.
    """

    unit: int
    kind: str | None = None
    counts: Mapping[str, Sequence[int]] = field(default_factory=dict)
    waits: Sequence[int] = ()
    open_waits: Sequence[int] = ()


@dataclass(frozen=True)
class Column:
    """One measurement of every unit; where n is 0 nothing was measured, -1 is 未定义.

    `sums` and `squares` are the sum of the single values and of their squares (points, hundreds
    for rates), from which groups are compared.
    """

    n: Ints
    value: Ints
    low: Ints
    high: Ints
    sums: Ints
    squares: Ints


UNDEFINED = -1


def measure(
    code: str, facts: Sequence[UnitFacts], level_points: Sequence[int] = LEVEL_POINTS
) -> Column:
    """One measurement of all units (shape: one entry a unit, in their order).

    Means have Student's t limits, rates Wilson's, both 95% and cut to 0 … 100; a waiting time is
    the Kaplan–Meier median with the quartiles as its limits, in hours. Raises KeyError for an
    unknown code.
    """
    family, source = MEASURES[code].family, MEASURES[code].source
    if family is Family.TIME:
        return _times(facts)
    points = points_of(code, level_points)
    counts = _counts(source, facts, len(points))
    return _means(counts, points) if family is Family.MEAN else _rates(counts)


def points_of(code: str, level_points: Sequence[int] = LEVEL_POINTS) -> tuple[int, ...]:
    """What each counted grade is worth, 0 to 100."""
    source = MEASURES[code].source
    if source in ("levels", "survey"):
        return tuple(level_points)
    return GRADES if MEASURES[code].family is Family.MEAN else (100, 0)


def counts_of(source: str, facts: UnitFacts) -> Sequence[int]:
    """The counts behind a source; 好评 are the first three levels."""
    if source == "positive":
        levels = facts.counts.get("levels", (0,) * len(LEVEL_POINTS))
        return (sum(levels[:POSITIVE_LEVELS]), sum(levels[POSITIVE_LEVELS:]))
    return facts.counts.get(source, ())


def _counts(source: str, facts: Sequence[UnitFacts], width: int) -> Ints:
    nothing = (0,) * width
    rows = [counts_of(source, one) or nothing for one in facts]
    return np.array(rows, dtype=np.int64).reshape(len(facts), width)


def _means(counts: Ints, points: Sequence[int]) -> Column:
    worth = np.array(points, dtype=np.int64)
    n, sums, squares = counts.sum(1), counts @ worth, counts @ (worth * worth)
    least = np.maximum(n, 1)
    spread = np.maximum(n * squares - sums * sums, 0) / (least * np.maximum(n - 1, 1))
    half = _student(n) * np.sqrt(spread / least)
    mean = sums / least
    low, high = np.maximum(mean - half, 0.0), np.minimum(mean + half, 100.0)
    alone = n == 1
    low, high = np.where(alone, 0.0, low), np.where(alone, 100.0, high)
    return Column(n, _share(sums, least), _ticks(low), _ticks(high), sums, squares)


def _rates(counts: Ints) -> Column:
    yes, n = counts[:, 0], counts.sum(1)
    least = np.maximum(n, 1)
    z = normal_quantile(0.95)
    share, spread = yes / least, z * z / least
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * np.sqrt(share * (1 - share) / least + spread / (4 * least))
    low = np.where(yes == 0, 0.0, np.maximum(centre - half, 0.0)) * 100
    high = np.where(yes == n, 1.0, np.minimum(centre + half, 1.0)) * 100
    return Column(n, _share(yes * 100, least), _ticks(low), _ticks(high), yes * 100, yes * 10_000)


def _times(facts: Sequence[UnitFacts]) -> Column:
    n = np.array([len(one.waits) + len(one.open_waits) for one in facts], dtype=np.int64)
    found = [quantiles_of_waits(one.waits, one.open_waits, QUARTILES) for one in facts]
    minutes = np.array(
        [[UNDEFINED if q is None else q for q in quartiles] for quartiles in found],
        dtype=np.int64,
    ).reshape(len(facts), len(QUARTILES))
    hours = np.where(minutes < 0, UNDEFINED, (minutes * 2 * STEP + MINUTES) // (2 * MINUTES))
    nothing = np.zeros(len(facts), dtype=np.int64)
    return Column(n, hours[:, 1], hours[:, 0], hours[:, 2], nothing, nothing)


def _student(n: Ints) -> Floats:
    """Student's quantile for each number of values; 0 where there is no spread to speak of."""
    sizes, places = np.unique(n, return_inverse=True)
    table = [student_quantile(0.975, int(size) - 1) if size > 1 else 0.0 for size in sizes]
    return np.array(table, dtype=np.float64)[places]


def _share(sums: Ints, n: Ints) -> Ints:
    """sums / n, half up, exact."""
    return (2 * STEP * sums + n) // (2 * n)


def _ticks(values: Floats) -> Ints:
    return np.floor(values * STEP + 0.5).astype(np.int64)
