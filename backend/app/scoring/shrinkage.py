"""Small groups are drawn toward the mean of all: how far, the data say."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum


@dataclass(frozen=True)
class Credibility:
    """Bühlmann and Straub's estimates, all in the unit of the values (variances squared).

    `z` and `shrunk` have one value a group, 0 and the mean for an empty one; `mean` is what groups
    are drawn to, `within` and `between` the variances inside and between groups.
    """

    mean: float
    within: float
    between: float
    z: tuple[float, ...]
    shrunk: tuple[float, ...]


def credibility(groups: Sequence[Sequence[float]]) -> Credibility:
    """Z = n / (n + within/between) for each group of single values, each of weight one.

    Where the groups differ no more than chance makes them, Z is 0 for all; where nobody differs
    inside a group, 1. Raises ValueError without any value.
    Source: H. Bühlmann and E. Straub, Mitteilungen der Vereinigung schweizerischer
    Versicherungsmathematiker 70 (1970) 111-133; estimators as in S. A. Klugman, H. H. Panjer and
    G. E. Willmot, Loss Models, section on empirical Bayes estimation.
    """
    sums = [(len(group), fsum(group), fsum(x * x for x in group)) for group in groups]
    squares = [
        fsum((x - total / n) ** 2 for x in group)
        for group, (n, total, _) in zip(groups, sums, strict=True)
        if n
    ]
    return credibility_from_sums([n for n, *_ in sums], [s for _, s, _ in sums], fsum(squares))


def credibility_from_sums(
    counts: Sequence[int], totals: Sequence[float], squares_within: float
) -> Credibility:
    """As credibility, from each group's number and sum, and the squares about the groups' means."""
    filled = [(n, total / n) for n, total in zip(counts, totals, strict=True) if n]
    if not filled:
        raise ValueError("at least one value expected")
    all_n = sum(n for n, _ in filled)
    overall = fsum(n * mean for n, mean in filled) / all_n
    degrees = all_n - len(filled)
    within = squares_within / degrees if degrees else 0.0
    between = _between(filled, overall, within, all_n)
    z = tuple(_z(n, within, between) for n in counts)
    # Groups of more credibility say more about the mean; without any, all values say the same.
    weight = fsum(z)
    mean = (
        fsum(share * total / n for share, n, total in zip(z, counts, totals, strict=True) if n)
        / weight
        if weight
        else overall
    )
    shrunk = tuple(
        share * (total / n if n else 0.0) + (1 - share) * mean
        for share, n, total in zip(z, counts, totals, strict=True)
    )
    return Credibility(mean, within, between, z, shrunk)


def _between(
    filled: Sequence[tuple[int, float]], overall: float, within: float, all_n: int
) -> float:
    """By the method of moments; negative estimates mean that there is none."""
    spread = all_n - fsum(n * n for n, _ in filled) / all_n
    if spread <= 0:
        return 0.0
    squares = fsum(n * (mean - overall) ** 2 for n, mean in filled)
    return max(0.0, (squares - (len(filled) - 1) * within) / spread)


def _z(n: int, within: float, between: float) -> float:
    return n * between / (n * between + within) if n and between > 0 else 0.0


@dataclass(frozen=True)
class BetaBinomial:
    """Rates drawn from a beta distribution; infinite where they differ no more than by chance."""

    alpha: float
    beta: float
    shrunk: tuple[float, ...]


def beta_binomial(successes: Sequence[int], trials: Sequence[int]) -> BetaBinomial:
    """Moment estimates of alpha and beta, and each rate (s + alpha) / (n + alpha + beta).

    The overall rate is the mean, and the spread of the rates beyond the binomial's own gives
    alpha + beta; a group without trials gets the mean. Raises ValueError for impossible counts or
    no trial at all.
    Source: J. C. Kleinman, JASA 68 (1973) 46-54, with weights equal to the trials.
    """
    pairs = list(zip(successes, trials, strict=True))
    if any(not 0 <= s <= n for s, n in pairs):
        raise ValueError("0 <= successes <= trials expected")
    filled = [(s, n) for s, n in pairs if n]
    if not filled:
        raise ValueError("at least one trial expected")
    total = sum(n for _, n in filled)
    p = sum(s for s, _ in filled) / total
    size = _size(filled, p, total)
    if size is None:
        return BetaBinomial(float("inf"), float("inf"), tuple(p for _ in pairs))
    alpha, beta = p * size, (1 - p) * size
    return BetaBinomial(alpha, beta, tuple((s + alpha) / (n + size) for s, n in pairs))


def _size(filled: Sequence[tuple[int, int]], p: float, total: int) -> float | None:
    """alpha + beta, or None where the rates spread no more than chance makes them."""
    groups = len(filled)
    if groups < 2 or not 0 < p < 1:
        return None
    squares = fsum(n * (s / n - p) ** 2 for s, n in filled)
    spread = fsum(n * (1 - n / total) for _, n in filled)
    chance = p * (1 - p) * (groups - 1)
    correlation = (squares - chance) / (p * (1 - p) * (spread - (groups - 1)) or float("inf"))
    if correlation <= 0:
        return None
    return max(0.0, 1 / min(correlation, 1.0) - 1) or 1e-9
