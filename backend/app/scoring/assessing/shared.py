"""组团: one measurement of several units, of which each has a duty of its own."""

from collections.abc import Iterable
from fractions import Fraction

from backend.app.scoring.assessing.figures import ZERO, clip

# The shared result counts at least and at most so much: neither free riding nor pure liability.
LEAST_SHARE, MOST_SHARE = Fraction(3, 10), Fraction(7, 10)
LEAST_MEMBERS = 2


def shared_points(full: Fraction, share: Fraction, common: Fraction, own: Fraction) -> Fraction:
    """P (λ S + (1 - λ) o): what all achieved and what the own duty achieved, both of 1.

    Raises ValueError for a share outside 0.3 … 0.7.
    """
    if not LEAST_SHARE <= share <= MOST_SHARE:
        raise ValueError("a share between 0.3 and 0.7 expected")
    return full * (share * clip(common) + (1 - share) * clip(own))


def mean_of_members(pairs: Iterable[tuple[Fraction, Fraction]]) -> Fraction | None:
    """Of (weight, what the own duty achieved) over those that are known; None without any."""
    whole, reached = ZERO, ZERO
    for weight, own in pairs:
        whole += weight
        reached += weight * clip(own)
    return reached / whole if whole else None


def shared_losses(
    full: Fraction, share: Fraction, common: Fraction, own: Fraction
) -> tuple[Fraction, Fraction]:
    """What the common result cost, the same for every member, and what the own duty cost."""
    return full * share * (1 - clip(common)), full * (1 - share) * (1 - clip(own))
