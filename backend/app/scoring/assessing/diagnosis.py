"""诊断: where a unit is weakest, what a group is weak in, and what a training changed. Pure."""

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import sqrt
from statistics import median
from typing import NamedTuple

from backend.app.scoring.assessing.figures import Figure, exact

# What each unit reached of each element, of 100.
Reached = Mapping[str, Figure]
BOUND, LEAST_UNITS, WEAKEST, YEARS_RUNNING = 60, 3, 3, 2


class WeakPoint(NamedTuple):
    """An element in which a unit is below its group and its own last year, None if unknown."""

    code: str
    reached: Fraction
    mean: Fraction
    z: float
    last: Fraction | None


class CommonProblem(NamedTuple):
    """An element in which several units of a group are below the bound."""

    code: str
    units: tuple[int, ...]


class TrainingEffect(NamedTuple):
    """By how much a unit changed, the middle of its group meanwhile, and the difference."""

    change: Fraction
    group_change: Fraction

    @property
    def more(self) -> Fraction:
        return self.change - self.group_change


def weak_points(
    own: Reached, group: Collection[Reached], last: Reached, most: int = WEAKEST
) -> list[WeakPoint]:
    """The furthest below the group first; `group` holds the unit itself, too.

    An element that fewer than three units have, or in which all are alike, tells nobody apart.
    """
    points = []
    for code, reached in own.items():
        values = [exact(unit[code]) for unit in group if code in unit]
        z = _z(exact(reached), values)
        before = exact(last[code]) if code in last else None
        if z is not None and z < 0 and (before is None or exact(reached) < before):
            mean = sum(values, Fraction(0)) / len(values)
            points.append(WeakPoint(code, exact(reached), mean, z, before))
    return sorted(points, key=lambda point: (point.z, point.code))[:most]


def _z(value: Fraction, values: Sequence[Fraction]) -> float | None:
    """How many standard deviations from the group's mean."""
    if len(values) < LEAST_UNITS:
        return None
    mean = sum(values, Fraction(0)) / len(values)
    variance = sum(((each - mean) ** 2 for each in values), Fraction(0)) / len(values)
    return float(value - mean) / sqrt(variance) if variance else None


def common_problems(
    group: Mapping[int, Reached], bound: Figure = BOUND, least: int = LEAST_UNITS
) -> list[CommonProblem]:
    """What most units are weak in first."""
    below: dict[str, list[int]] = {}
    for unit, reached in group.items():
        for code, value in reached.items():
            if exact(value) < exact(bound):
                below.setdefault(code, []).append(unit)
    problems = [
        CommonProblem(code, tuple(sorted(units)))
        for code, units in below.items()
        if len(units) >= least
    ]
    return sorted(problems, key=lambda problem: (-len(problem.units), problem.code))


def lasting_problems(
    years: Sequence[Mapping[int, Reached]], running: int = YEARS_RUNNING
) -> list[str]:
    """Codes that were a common problem in so many years running, the last one included."""
    codes = [{problem.code for problem in common_problems(year)} for year in years]
    if len(codes) < running:
        return []
    return sorted(set.intersection(*codes[-running:]))


def effect(
    before: Figure, after: Figure, group_before: Sequence[Figure], group_after: Sequence[Figure]
) -> TrainingEffect:
    """What grew for everybody is no effect of a training."""
    middle = median([exact(value) for value in group_after]) - median(
        [exact(value) for value in group_before]
    )
    return TrainingEffect(exact(after) - exact(before), Fraction(middle))


def trend_words(values: Sequence[Figure | None]) -> str:
    """Of the years that have a figure: rising, falling, or neither."""
    known = [exact(value) for value in values if value is not None]
    if len(known) < YEARS_RUNNING:
        return "只有一年，看不出走势" if known else "没有数"
    steps = [later - earlier for earlier, later in pairwise(known)]
    if all(step > 0 for step in steps):
        return "逐年上升"
    if all(step < 0 for step in steps):
        return "逐年下降"
    return "没有变化" if not any(steps) else "有升有降"
