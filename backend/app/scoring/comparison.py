"""What units of one kind have in common, and how far each is drawn toward it.

A fit is made once a month for each kind of unit and measurement, and kept: a later correction of
one unit is scored against the same fit, so that nobody else moves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backend.app.scoring.catalog import MEASURES, Family
from backend.app.scoring.measuring import STEP, Column, Floats, Ints
from backend.app.scoring.shrinkage import beta_binomial, credibility_from_sums

# For a normal distribution the median errs by this much more than the mean does, and its quartiles
# lie this many standard deviations apart (M. Kendall, The Advanced Theory of Statistics, vol. 1).
MEDIAN_ERROR, QUARTILE_RANGE = 1.2533, 1.349


@dataclass(frozen=True)
class Fit:
    """`centre` is what units are drawn to (points); a unit keeps n / (n + strength) of its own.

    `strength` is the within over the between variance of means, alpha + beta of rates; None where
    units differ no more than chance makes them, so that all get the centre. `within` is the
    variance inside units, for means.
    """

    centre: float
    strength: float | None
    within: float = 0.0


@dataclass(frozen=True)
class Shrunk:
    """`value` in ten-thousandths, `z` the share of its own a unit keeps, `error` one standard
    error of the shrunk value in points."""

    value: Ints
    z: Floats
    error: Floats


def fit(code: str, column: Column) -> Fit | None:
    """What the units of a column have in common; None where nobody was measured, or for times."""
    family, n = MEASURES[code].family, column.n
    if family is Family.TIME or not n.any():
        return None
    if family is Family.RATE:
        found = beta_binomial((column.sums // 100).tolist(), n.tolist())
        size = found.alpha + found.beta
        centre = float(column.sums.sum()) / float(n.sum())
        return Fit(centre, None if np.isinf(size) else float(size))
    inside = column.squares - column.sums**2 / np.maximum(n, 1)
    means = credibility_from_sums(n.tolist(), column.sums.tolist(), float(inside.sum()))
    strength = means.within / means.between if means.between > 0 else None
    return Fit(means.mean, strength, means.within)


def shrink(code: str, column: Column, found: Fit | None) -> Shrunk:
    """Each unit's value drawn toward the centre; a waiting time stays as it was measured."""
    n = column.n
    if found is None:
        nothing = np.zeros(len(n))
        return Shrunk(column.value, np.ones(len(n)), _median_error(column) if n.any() else nothing)
    z = np.zeros(len(n)) if found.strength is None else n / np.maximum(n + found.strength, 1e-9)
    own = column.sums / np.maximum(n, 1)
    value = z * own + (1 - z) * found.centre
    if MEASURES[code].family is Family.RATE:
        size = n + (found.strength or 0.0)
        spread = np.maximum(value * (100 - value), 0.0) / (size + 1)
    else:
        spread = z * found.within / np.maximum(n, 1)
    if found.strength is None:
        spread = np.zeros(len(n))
    return Shrunk(np.floor(value * STEP + 0.5).astype(np.int64), z, np.sqrt(spread))


def _median_error(column: Column) -> Floats:
    """From the quartiles; where the upper one is 未定义, from twice the lower half."""
    lower = (column.value - column.low) / STEP
    spread = np.where(column.high < 0, 2 * lower, (column.high - column.low) / STEP)
    error = MEDIAN_ERROR * spread / QUARTILE_RANGE / np.sqrt(np.maximum(column.n, 1))
    return np.where(column.value < 0, 0.0, np.maximum(error, 0.0))


def groups(kinds: Sequence[str | None]) -> Mapping[str | None, Ints]:
    """The places of the units of each kind."""
    found: dict[str | None, list[int]] = {}
    for place, kind in enumerate(kinds):
        found.setdefault(kind, []).append(place)
    return {kind: np.array(places, dtype=np.int64) for kind, places in found.items()}
