"""Measurements of many units at once: values, limits and numbers, in columns.

Figures are whole ten-thousandths of a point (785714 is 78.5714), so that sums are exact and two
computers agree; limits are rounded half up to the same step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from backend.app.scoring.catalog import ALL_MEASURES, GRADES, Family
from backend.app.scoring.intervals import normal_quantile
from backend.app.scoring.levels import LEVEL_POINTS, bad_of, no_counts, positive_of
from backend.app.scoring.response_time import quantiles_of_waits

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
STEP = 10_000
QUARTILES = (0.25, 0.5, 0.75)
MINUTES = 60
# What one answer alone may err by, and how far single answers lie apart at the least, in points.
ERROR_OF_ONE, LEAST_SPREAD = 40.0, 20.0
# For a normal distribution the median errs by this much more than the mean does, and its quartiles
# lie this many standard deviations apart (M. Kendall, The Advanced Theory of Statistics, vol. 1).
MEDIAN_ERROR, QUARTILE_RANGE = 1.2533, 1.349


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
class MeasuredColumn:
    """One measurement of every unit; where n is 0 nothing was measured, -1 is 未定义.

    `n` is the evidence: cases, of a survey people. top / bottom is the value as an exact fraction
    of 100 points, or of 100 hours. `error` is one standard error
    in the unit of the value.
    """

    n: Ints
    value: Ints
    low: Ints
    high: Ints
    top: Ints
    bottom: Ints
    error: Floats


UNDEFINED = -1


def measure(
    code: str, facts: Sequence[UnitFacts], level_points: Sequence[int] = LEVEL_POINTS
) -> MeasuredColumn:
    """One measurement of all units (shape: one entry a unit, in their order).

    Means have Student's t limits, rates Wilson's, both 95% and cut to 0 … 100; a waiting time is
    the Kaplan–Meier median with the quartiles as its limits, in hours. Raises KeyError for an
    unknown code.
    """
    family, source = ALL_MEASURES[code].family, ALL_MEASURES[code].source
    if family is Family.TIME:
        return _times(facts)
    points = points_of(code, level_points)
    counts = _counts(source, facts, len(points))
    if family is Family.RATE:
        return _rates(counts)
    people = [answered_by(fact) for fact in facts] if source == "survey" else counts.sum(1)
    return _means(counts, points, np.array(people, dtype=np.int64))


def points_of(code: str, level_points: Sequence[int] = LEVEL_POINTS) -> tuple[int, ...]:
    """What each counted grade is worth, 0 to 100."""
    source = ALL_MEASURES[code].source
    if source in ("levels", "survey"):
        return tuple(level_points)
    return GRADES if ALL_MEASURES[code].family is Family.MEAN else (100, 0)


def levels_in(counts: Mapping[str, Sequence[int]]) -> Sequence[int]:
    """How many ratings stand at each level, by a unit's counts."""
    return counts.get("levels") or no_counts()


def counts_of(source: str, facts: UnitFacts) -> Sequence[int]:
    """The counts behind a source."""
    if source == "positive":
        levels = levels_in(facts.counts)
        return (positive_of(levels), bad_of(levels))
    return facts.counts.get(source, ())


def answered_by(facts: UnitFacts) -> int:
    """How many people answered the survey; every answer is somebody's where nobody counted."""
    counted = facts.counts.get("survey_people")
    return counted[0] if counted else sum(facts.counts.get("survey", ()))


def people_of(facts: UnitFacts) -> int:
    """How many people rated or answered; every rating is somebody's where nobody counted."""
    counted = facts.counts.get("raters")
    rated = counted[0] if counted else sum(facts.counts.get("levels", ()))
    return rated + answered_by(facts)


def _counts(source: str, facts: Sequence[UnitFacts], width: int) -> Ints:
    nothing = (0,) * width
    rows = [counts_of(source, fact) or nothing for fact in facts]
    return np.array(rows, dtype=np.int64).reshape(len(facts), width)


def _means(counts: Ints, points: Sequence[int], people: Ints) -> MeasuredColumn:
    """Of answers by so many people: each person's answers are averaged first.

    Answers of one person are not told apart, so the people's averages are given the spread of
    single answers, which is never less than their own.
    """
    worth = np.array(points, dtype=np.int64)
    n, sums, squares = counts.sum(1), counts @ worth, counts @ (worth * worth)
    least, asked = np.maximum(n, 1), np.maximum(people, 1)
    spread = np.maximum(n * squares - sums * sums, 0) / (least * np.maximum(n - 1, 1))
    half = _student(people) * np.sqrt(spread / asked)
    mean = sums / least
    low, high = np.maximum(mean - half, 0.0), np.minimum(mean + half, 100.0)
    alone = people == 1
    low, high = np.where(alone, 0.0, low), np.where(alone, 100.0, high)
    error = np.where(alone, ERROR_OF_ONE, np.maximum(np.sqrt(spread), LEAST_SPREAD) / asked**0.5)
    return MeasuredColumn(
        people, _share(sums, least), _ticks(low), _ticks(high), sums, 100 * least, error
    )


def _rates(counts: Ints) -> MeasuredColumn:
    yes, n = counts[:, 0], counts.sum(1)
    least = np.maximum(n, 1)
    z = normal_quantile(0.95)
    share, spread = yes / least, z * z / least
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * np.sqrt(share * (1 - share) / least + spread / (4 * least))
    low = np.where(yes == 0, 0.0, np.maximum(centre - half, 0.0)) * 100
    high = np.where(yes == n, 1.0, np.minimum(centre + half, 1.0)) * 100
    error = np.where(n > 0, (high - low) / (2 * z), 0.0)
    return MeasuredColumn(n, _share(yes * 100, least), _ticks(low), _ticks(high), yes, least, error)


def _times(facts: Sequence[UnitFacts]) -> MeasuredColumn:
    n = np.array([len(one.waits) + len(one.open_waits) for one in facts], dtype=np.int64)
    found = [quantiles_of_waits(fact.waits, fact.open_waits, QUARTILES) for fact in facts]
    minutes = np.array(
        [[UNDEFINED if q is None else q for q in quartiles] for quartiles in found],
        dtype=np.int64,
    ).reshape(len(facts), len(QUARTILES))
    hours = np.where(minutes < 0, UNDEFINED, (minutes * 2 * STEP + MINUTES) // (2 * MINUTES))
    value, low, high = hours[:, 1], hours[:, 0], hours[:, 2]
    return MeasuredColumn(
        n, value, low, high, value, np.full_like(n, 100 * STEP), _median_error(n, value, low, high)
    )


def _median_error(n: Ints, value: Ints, low: Ints, high: Ints) -> Floats:
    """From the quartiles, in hours; where the upper one is 未定义, from twice the lower half."""
    spread = np.where(high < 0, 2 * (value - low), high - low) / STEP
    error = MEDIAN_ERROR * spread / QUARTILE_RANGE / np.sqrt(np.maximum(n, 1))
    return np.where(value < 0, 0.0, np.maximum(error, 0.0))


def _student(n: Ints) -> Floats:
    """Student's quantile for each number of values; 0 where there is no spread to speak of."""
    return np.where(n > 1, stdtrit(np.maximum(n - 1, 1), 0.975), 0.0)


def _share(sums: Ints, n: Ints) -> Ints:
    """sums / n, half up, exact."""
    return (2 * STEP * sums + n) // (2 * n)


def _ticks(values: Floats) -> Ints:
    return np.floor(values * STEP + 0.5).astype(np.int64)
