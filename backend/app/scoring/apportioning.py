"""Shares, losses and a total in whole hundredths that agree with each other. Pure.

Exact figures of a unit are a table of two rows, what each indicator lost and what it earned, with
the indicator's share below and 100 in the corner. It is rounded as a whole (controlled rounding:
L. H. Cox, Journal of the American Statistical Association 82 (1987) 520-524), so that every figure
is one of the two hundredths next to it, shares add up to 100, losses to 100 less the total, and no
loss exceeds its share. The total is rounded half up by itself, so that an exact total that grows
never falls when it is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from backend.app.scoring.measuring import Ints

Booleans = npt.NDArray[np.bool_]

FULL = 10_000


@dataclass(frozen=True)
class Rounded:
    """Hundredths: a share and a loss for each unit and indicator, a total for each unit."""

    shares: Ints
    lost: Ints
    totals: Ints


def rounded(shares: Ints, lost: Ints, divisor: Ints) -> Rounded:
    """Exact hundredths are shares / divisor and lost / divisor, a row of Python integers a unit.

    Each row of shares adds up to FULL x divisor. Shares are rounded by largest remainder; only
    where no losses fit them, the next best shares are taken.
    """
    below = divisor[:, None]
    earned = shares - lost
    totals = (2 * earned.sum(axis=1) + divisor) // (2 * divisor)
    whole = shares // below
    rest = shares - whole * below
    up = _largest(rest, rest > 0, FULL - whole.sum(axis=1))
    sure = lost // below
    lost_rest = lost - sure * below
    earned_rest = earned % below
    # So many hundredths of a share are left once what it lost and earned were both cut.
    left = (whole - sure - earned // below).astype(np.int64)
    wanted = (FULL - totals - sure.sum(axis=1)).astype(np.int64)
    forced, free = _choices(left + up, lost_rest > 0, earned_rest > 0)
    least = forced.sum(axis=1)
    misfits = (wanted < least) | (wanted > least + free.sum(axis=1))
    for row in np.nonzero(misfits)[0].tolist():
        up[row] = _next_best(
            rest[row].tolist(), int(up[row].sum()), left[row], lost_rest[row] > 0,
            earned_rest[row] > 0, int(wanted[row]),
        )  # fmt: skip
    forced, free = _choices(left + up, lost_rest > 0, earned_rest > 0)
    more = _largest(lost_rest, free, wanted - forced.sum(axis=1))
    return Rounded(
        (whole + up).astype(np.int64), (sure + forced + more).astype(np.int64),
        totals.astype(np.int64),
    )  # fmt: skip


def _choices(left: Ints, may_lose: Booleans, may_earn: Booleans) -> tuple[Ints, Booleans]:
    """Which losses must be the upper hundredth, and which may be."""
    forced = (left == 2) | ((left == 1) & ~may_earn)
    free = (left == 1) & may_lose & may_earn
    return forced.astype(np.int64), free


def _largest(rest: Ints, among: Booleans, count: Ints) -> Ints:
    """1 for so many of a row's largest remainders, the first of equal ones, 0 for the others."""
    order = np.argsort(np.where(among, -rest, 1), axis=1, kind="stable")
    places = np.empty(order.shape, dtype=np.int64)
    np.put_along_axis(places, order, np.broadcast_to(np.arange(order.shape[1]), order.shape), 1)
    found: Ints = (among & (places < count[:, None])).astype(np.int64)
    return found


def _next_best(
    rest: Sequence[int],
    count: int,
    left: Ints,
    may_lose: Booleans,
    may_earn: Booleans,
    wanted: int,
) -> Ints:
    """Of the shares of one unit those to be rounded up: the largest remainders that losses fit."""
    places = [place for place, one in enumerate(rest) if one]
    choices = sorted(combinations(places, count), key=lambda one: -sum(rest[i] for i in one))
    for chosen in choices:
        up = np.zeros(len(rest), dtype=np.int64)
        up[list(chosen)] = 1
        forced, free = _choices(left + up, may_lose, may_earn)
        if forced.sum() <= wanted <= forced.sum() + free.sum():
            return up
    raise ValueError("shares that add up to a whole, and losses within them, expected")
