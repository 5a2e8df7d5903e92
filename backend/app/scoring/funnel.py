"""Funnel plot: which units' rates differ from the common one by more than their numbers explain."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import fsum

from backend.app.scoring.intervals import exact_binomial_limits

WARNING, ALARM = 0.95, 0.998
CURVE_POINTS = 24


@dataclass(frozen=True)
class Limits:
    """Between which rates (0 … 1) a unit of this size lies by chance alone."""

    n: int
    low: float
    high: float
    far_low: float
    far_high: float


@dataclass(frozen=True)
class Funnel:
    """`rate` is the common one, `dispersion` how much more units vary than chance makes them (1:
    no more). `marks` by place: "" inside, "low"/"high" beyond 95%, "far_low"/"far_high" beyond
    99.8%; None without any answer.
    """

    rate: float
    dispersion: float
    curve: tuple[Limits, ...]
    marks: tuple[str | None, ...]


def funnel(successes: Sequence[int], trials: Sequence[int]) -> Funnel | None:
    """None where nobody was counted. Raises ValueError for impossible counts.

    Dispersion is the mean squared z-score about the common rate, the outermost tenth on either side
    drawn in to the next ones.
    Source: D. J. Spiegelhalter, Statistics in Medicine 24 (2005) 1185-1202, sections 2 and 3.2.
    """
    pairs = list(zip(successes, trials, strict=True))
    if any(not 0 <= s <= n for s, n in pairs):
        raise ValueError("0 <= successes <= trials expected")
    total = sum(trials)
    if not total:
        return None
    rate = sum(successes) / total
    sizes = [n for n in trials if n]
    return Funnel(
        rate,
        _dispersion([(s, n) for s, n in pairs if n], rate),
        tuple(limits(rate, n) for n in _grid(max(sizes))),
        tuple(_mark(s, n, rate) for s, n in pairs),
    )


@lru_cache(maxsize=4096)
def limits(rate: float, n: int) -> Limits:
    """Exact binomial limits, 95% and 99.8%."""
    return Limits(
        n, *exact_binomial_limits(rate, n, WARNING), *exact_binomial_limits(rate, n, ALARM)
    )


def _mark(successes: int, n: int, rate: float) -> str | None:
    if not n:
        return None
    share, found = successes / n, limits(rate, n)
    for name, beyond in (
        ("far_low", share < found.far_low), ("far_high", share > found.far_high),
        ("low", share < found.low), ("high", share > found.high),
    ):  # fmt: skip
        if beyond:
            return name
    return ""


def _dispersion(pairs: Sequence[tuple[int, int]], rate: float) -> float:
    if not 0 < rate < 1:
        return 1.0
    scores = sorted((s / n - rate) / (rate * (1 - rate) / n) ** 0.5 for s, n in pairs)
    cut = len(scores) // 10
    inner = scores[cut : len(scores) - cut]
    drawn = [min(max(z, inner[0]), inner[-1]) for z in scores]
    return fsum(z * z for z in drawn) / len(drawn)


def _grid(largest: int) -> list[int]:
    """Sizes at which the limits are drawn, closer together where they bend."""
    points = {
        max(1, round(largest * (place / CURVE_POINTS) ** 2)) for place in range(1, CURVE_POINTS + 1)
    }
    return sorted(points)
