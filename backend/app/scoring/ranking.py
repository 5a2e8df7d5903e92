"""Ranks, how sure they are, and which units cannot be told apart."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from backend.app.scoring.measuring import Floats

DRAWS = 1000


class RankInterval(NamedTuple):
    """A unit's rank and the limits between which it lies; 1 is the highest total."""

    rank: int
    low: int
    high: int


def competition_ranks(totals: Sequence[float]) -> list[int]:
    """Equal totals share a rank and the next ones are left out: 1, 2, 2, 4."""
    ordered = sorted(totals)
    return [len(ordered) - bisect_right(ordered, total) + 1 for total in totals]


def rank_intervals(
    totals: Sequence[float],
    standard_errors: Sequence[float],
    seed: int,
    draws: int = DRAWS,
    level: float = 0.95,
) -> list[RankInterval]:
    """Between which ranks each unit lies, by drawing every total from its normal distribution.

    The same seed gives the same intervals: numpy keeps this generator as it is for ever. Raises
    ValueError for negative errors, no draw or unequal lengths.
    Source: H. Goldstein and D. J. Spiegelhalter, Journal of the Royal Statistical Society A 159
    (1996) 385-443, section 3.3.
    """
    if draws < 1 or any(error < 0 for error in standard_errors):
        raise ValueError("at least one draw and no negative error expected")
    if len(totals) != len(standard_errors):
        raise ValueError("as many errors as totals expected")
    if not totals:
        return []
    dice = np.random.RandomState(seed % 2**32)
    drawn = dice.standard_normal((draws, len(totals)))
    drawn *= np.asarray(standard_errors)
    drawn += np.asarray(totals)
    tail = int((1 - level) / 2 * draws)
    ranks = np.partition(_ranks_of_rows(drawn), (tail, draws - 1 - tail), axis=0)
    return [
        RankInterval(rank, low, high)
        for rank, low, high in zip(
            competition_ranks(totals), ranks[tail].tolist(), ranks[-1 - tail].tolist(), strict=True
        )
    ]


def _ranks_of_rows(drawn: Floats) -> NDArray[np.int32]:
    """Competition ranks inside each row."""
    draws, units = drawn.shape
    order = np.argsort(-drawn, axis=1)
    places = np.broadcast_to(np.arange(1, units + 1, dtype=np.int32), drawn.shape)
    ordered = np.take_along_axis(drawn, order, axis=1)
    ties = ordered[:, 1:] == ordered[:, :-1]
    if ties.any():
        # Who shares a value shares the first place of those who do.
        places = places.copy()
        places[:, 1:][ties] = 0
        places = np.maximum.accumulate(places, axis=1)
    ranks = np.empty((draws, units), dtype=np.int32)
    ranks[np.arange(draws)[:, None], order] = places
    return ranks


def bands(intervals: Sequence[RankInterval]) -> list[int]:
    """Which band each unit is shown in, from 1: who cannot be told from its first is in a band.

    A band ends before the first unit whose interval lies below that of the band's best. Chaining
    neighbours instead would put a whole county into one band (docs/adr/0015).
    """
    order = sorted(range(len(intervals)), key=lambda unit: (intervals[unit].rank, unit))
    found = [0] * len(intervals)
    band, worst = 0, 0
    for unit in order:
        if intervals[unit].low > worst:
            band += 1
            worst = intervals[unit].high
        found[unit] = band
    return found


def normal_scores(totals: Sequence[float], mean: float, deviation: float) -> list[float]:
    """正态校准: each total replaced by the normal score of its rank, cut to 0 … 100.

    Equal totals share the mean of their ranks.
    Source: G. Blom, Statistical Estimates and Transformed Beta-Variables (1958): (r - 3/8) /
    (n + 1/4).
    """
    ordered = sorted(totals)
    n, normal = len(ordered), NormalDist(mean, deviation)
    found = []
    for total in totals:
        first, last = bisect_left(ordered, total) + 1, bisect_right(ordered, total)
        share = ((first + last) / 2 - 0.375) / (n + 0.25)
        found.append(min(100.0, max(0.0, normal.inv_cdf(share))))
    return found
