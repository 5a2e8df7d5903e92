"""Confidence intervals for proportions and means."""

from collections.abc import Iterable
from functools import lru_cache
from math import ceil, fsum, sqrt
from statistics import NormalDist
from typing import NamedTuple

from scipy.special import bdtr, bdtrik, stdtrit


class Interval(NamedTuple):
    """An estimate with its lower and upper limit, in the unit of the input."""

    value: float
    low: float
    high: float


def wilson(successes: int, n: int, level: float = 0.95) -> Interval:
    """Wilson's score interval of a proportion, as fractions of 1.

    Raises ValueError unless 0 <= successes <= n and n > 0.
    Source: E. B. Wilson, JASA 22 (1927) 209-212, without continuity correction.
    """
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"0 <= successes <= n and n > 0 expected, got {successes} of {n}")
    z = normal_quantile(level)
    share = successes / n
    spread = z * z / n
    centre = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * sqrt(share * (1 - share) / n + spread / (4 * n))
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return Interval(share, low, high)


def poisson_limits(count: int, level: float = 0.95) -> Interval:
    """A count of independent events with its limits, by Byar's approximation.

    Raises ValueError for a negative count.
    Source: N. E. Breslow and N. E. Day, Statistical Methods in Cancer Research, vol. II (IARC
    1987), p. 69.
    """
    if count < 0:
        raise ValueError(f"a count is not negative, got {count}")
    z, above = normal_quantile(level), count + 1
    low = 0.0
    if count:
        low = count * (1 - 1 / (9 * count) - z / (3 * sqrt(count))) ** 3
    return Interval(float(count), low, above * (1 - 1 / (9 * above) + z / (3 * sqrt(above))) ** 3)


def mean_t_from_counts(
    counts: Iterable[int], points: Iterable[float], level: float = 0.95
) -> Interval:
    """Mean with Student's t interval, where points[i] occurs counts[i] times.

    One value alone has no spread: its limits are infinite. Raises ValueError for none.
    Source: Student, Biometrika 6 (1908) 1-25.
    """
    pairs = [(count, point) for count, point in zip(counts, points, strict=True) if count]
    n = sum(count for count, _ in pairs)
    if n == 0:
        raise ValueError("at least one value expected")
    mean = fsum(count * point for count, point in pairs) / n
    squares = fsum(count * (point - mean) ** 2 for count, point in pairs)
    if n == 1:
        return Interval(mean, float("-inf"), float("inf"))
    half = float(stdtrit(n - 1, 1 - (1 - level) / 2)) * sqrt(squares / (n - 1) / n)
    return Interval(mean, mean - half, mean + half)


def exact_binomial_limits(p0: float, n: int, level: float = 0.95) -> tuple[float, float]:
    """Between which shares of n a unit lies whose true share is p0: limits of a funnel plot.

    The binomial's own quantiles, interpolated between neighbouring counts so that the lines are
    smooth. Raises ValueError unless 0 <= p0 <= 1 and n > 0.
    Source: D. J. Spiegelhalter, Statistics in Medicine 24 (2005) 1185-1202, appendix A.1.1.
    """
    if not 0 <= p0 <= 1 or n <= 0:
        raise ValueError(f"0 <= p0 <= 1 and n > 0 expected, got {p0} and {n}")
    if not 0 < level < 1:
        raise ValueError(f"a level between 0 and 1 expected, got {level}")
    tail = (1 - level) / 2
    return _binomial_point(tail, n, p0), _binomial_point(1 - tail, n, p0)


def _binomial_point(probability: float, n: int, p: float) -> float:
    """The share below which this probability lies: the smallest count that reaches it, less what
    it reaches too much."""
    if p == 0:
        return 0.0
    count = max(ceil(bdtrik(probability, n, p)), 0)
    if count and bdtr(count - 1, n, p) >= probability:
        count -= 1
    reached, before = bdtr(count, n, p), bdtr(count - 1, n, p) if count else 0.0
    over = (reached - probability) / (reached - before) if reached > before else 0.0
    return max(0.0, float(count - over) / n)


@lru_cache(maxsize=16)
def normal_quantile(level: float) -> float:
    """How many standard deviations to either side hold this share of a normal distribution."""
    if not 0 < level < 1:
        raise ValueError(f"a level between 0 and 1 expected, got {level}")
    return NormalDist().inv_cdf(1 - (1 - level) / 2)
