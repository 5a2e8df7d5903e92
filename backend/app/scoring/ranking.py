"""Ranks, how sure they are, and which units cannot be told apart."""

import random
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple


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
    draws: int = 1000,
    level: float = 0.95,
) -> list[RankInterval]:
    """Between which ranks each unit lies, by drawing every total from its normal distribution.

    The same seed gives the same intervals. Raises ValueError for negative errors or no draw.
    Source: H. Goldstein and D. J. Spiegelhalter, Journal of the Royal Statistical Society A 159
    (1996) 385-443, section 3.3.
    """
    if draws < 1 or any(error < 0 for error in standard_errors):
        raise ValueError("at least one draw and no negative error expected")
    pairs = list(zip(totals, standard_errors, strict=True))
    dice = random.Random(seed)  # noqa: S311  repeatable on purpose: anybody can draw again
    drawn: list[list[int]] = [[] for _ in pairs]
    for _ in range(draws):
        values = [total + error * dice.gauss(0, 1) if error else total for total, error in pairs]
        ordered = sorted(values)
        for ranks, value in zip(drawn, values, strict=True):
            ranks.append(len(ordered) - bisect_right(ordered, value) + 1)
    tail = int((1 - level) / 2 * draws)
    found = []
    for rank, ranks in zip(competition_ranks(totals), drawn, strict=True):
        ranks.sort()
        found.append(RankInterval(rank, ranks[tail], ranks[-1 - tail]))
    return found


def bands(intervals: Sequence[RankInterval]) -> list[int]:
    """Which band each unit is shown in, from 1: who overlaps the neighbour stands in one band."""
    order = sorted(range(len(intervals)), key=lambda unit: (intervals[unit].rank, unit))
    found = [0] * len(intervals)
    band, worst = 0, 0
    for unit in order:
        if intervals[unit].low > worst:
            band += 1
        worst = max(worst, intervals[unit].high)
        found[unit] = band
    return found
