"""Confidence intervals for proportions and means."""

from collections.abc import Iterable
from functools import lru_cache
from math import exp, fsum, lgamma, log, log1p, sqrt
from statistics import NormalDist
from typing import NamedTuple


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


def mean_t(values: Iterable[float], level: float = 0.95) -> Interval:
    """Mean with Student's t interval, in the unit of the values.

    One value alone has no spread: its limits are infinite. Raises ValueError for none.
    Source: Student, Biometrika 6 (1908) 1-25.
    """
    points = list(values)
    if not points:
        raise ValueError("at least one value expected")
    n = len(points)
    mean = fsum(points) / n
    return _around(mean, fsum((point - mean) ** 2 for point in points), n, level)


def mean_t_from_counts(
    counts: Iterable[int], points: Iterable[float], level: float = 0.95
) -> Interval:
    """As mean_t, where points[i] occurs counts[i] times."""
    pairs = [(count, point) for count, point in zip(counts, points, strict=True) if count]
    n = sum(count for count, _ in pairs)
    if n == 0:
        raise ValueError("at least one value expected")
    mean = fsum(count * point for count, point in pairs) / n
    squares = fsum(count * (point - mean) ** 2 for count, point in pairs)
    return _around(mean, squares, n, level)


def _around(mean: float, squares: float, n: int, level: float) -> Interval:
    if n == 1:
        return Interval(mean, float("-inf"), float("inf"))
    half = student_quantile(1 - (1 - level) / 2, n - 1) * sqrt(squares / (n - 1) / n)
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


def binomial_cdf(r: int, n: int, p: float) -> float:
    """P(R <= r) = I_{1-p}(n - r, r + 1) (Abramowitz and Stegun 26.5.24)."""
    if r < 0:
        return 0.0
    if r >= n:
        return 1.0
    return regularised_beta(1 - p, n - r, r + 1)


def _binomial_point(probability: float, n: int, p: float) -> float:
    """The share below which this probability lies: the smallest count that reaches it, less what
    it reaches too much."""
    low, high = -1, n
    while high - low > 1:
        middle = (low + high) // 2
        if binomial_cdf(middle, n, p) >= probability:
            high = middle
        else:
            low = middle
    reached, before = binomial_cdf(high, n, p), binomial_cdf(high - 1, n, p)
    over = (reached - probability) / (reached - before) if reached > before else 0.0
    return max(0.0, (high - over) / n)


@lru_cache(maxsize=16)
def normal_quantile(level: float) -> float:
    """How many standard deviations to either side hold this share of a normal distribution."""
    if not 0 < level < 1:
        raise ValueError(f"a level between 0 and 1 expected, got {level}")
    return NormalDist().inv_cdf(1 - (1 - level) / 2)


@lru_cache(maxsize=8192)
def student_quantile(probability: float, degrees: int) -> float:
    """The value Student's t stays below with this probability (0.5 < p < 1), by bisection."""
    if not 0.5 < probability < 1 or degrees < 1:
        raise ValueError("0.5 < probability < 1 and degrees >= 1 expected")
    low, high = 0.0, 1.0
    while _student_cdf(high, degrees) < probability:
        low, high = high, high * 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if _student_cdf(middle, degrees) < probability:
            low = middle
        else:
            high = middle
        if middle in (low, high) and high - low <= 2e-16 * high:
            break
    return (low + high) / 2


def _student_cdf(t: float, degrees: int) -> float:
    """For t >= 0: 1 - I_x(v/2, 1/2)/2 with x = v/(v + t^2) (Abramowitz and Stegun 26.7.1)."""
    return 1 - regularised_beta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2


def regularised_beta(x: float, a: float, b: float) -> float:
    """I_x(a, b) by its continued fraction (Abramowitz and Stegun 26.5.8, modified Lentz)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1 - regularised_beta(1 - x, b, a)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    tiny = 1e-300
    c, d = 1.0, 1 / _away_from_zero(1 - (a + b) * x / (a + 1), tiny)
    fraction = d
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _away_from_zero(1 + term * d, tiny)
            c = _away_from_zero(1 + term / c, tiny)
            fraction *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return front * fraction


def _away_from_zero(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny
