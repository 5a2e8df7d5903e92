"""Ballots and anchors: from levels to the means of groups and their weighted mean."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import sqrt

from backend.app.scoring.assessing.figures import ZERO, Figure, exact
from backend.app.scoring.levels import LEVEL_POINTS

# Fewer ballots of a group are not used; of county leaders, who are few, shown only merged.
LEAST, LEAST_LEADERS = 5, 3
TRIMMED = Fraction(1, 20)


def social_score(
    groups: Iterable[tuple[Figure, Figure | None, int, int]],
) -> Fraction | None:
    """Weighted mean of (weight, mean, n, least) over groups with enough ballots; None without."""
    used = [
        (exact(weight), exact(mean))
        for weight, mean, n, least in groups
        if mean is not None and n >= least and weight
    ]
    whole = sum((weight for weight, _ in used), ZERO)
    return sum((weight * mean for weight, mean in used), ZERO) / whole if whole else None


def mean_points(
    counts: Sequence[int], points: Sequence[int] = LEVEL_POINTS, trim: Fraction = ZERO
) -> Fraction | None:
    """Mean of ballots, counts[i] of which gave points[i] (best first); None without any.

    `trim` leaves out this share of the highest and of the lowest, whole ballots, rounded down.
    """
    n = sum(counts)
    cut = int(trim * n)
    left = _without(_without(counts, cut)[::-1], cut)[::-1]
    rest = sum(left)
    if not rest:
        return None
    return Fraction(sum(count * worth for count, worth in zip(left, points, strict=True)), rest)


def _without(counts: Sequence[int], cut: int) -> list[int]:
    """The first `cut` taken away."""
    left = []
    for count in counts:
        taken = min(count, cut)
        cut -= taken
        left.append(count - taken)
    return left


def ballot_error(counts: Sequence[int], points: Sequence[int] = LEVEL_POINTS) -> float | None:
    """s / √n; None where a single ballot says nothing of how they differ."""
    n, mean = sum(counts), mean_points(counts, points)
    if n < 2 or mean is None:
        return None
    squares = sum(
        (count * (worth - mean) ** 2 for count, worth in zip(counts, points, strict=True)), ZERO
    )
    return sqrt(squares / (n - 1) / n)


def mean_level(levels: Sequence[int]) -> Fraction | None:
    """Mean of the anchors that judges chose, the value of rule `judged`; None without any."""
    return Fraction(sum(levels), len(levels)) if levels else None


def straight_lined(ballots: Iterable[Sequence[int | None]]) -> int:
    """How many ballots give everybody the same: reported, not removed."""
    answers = ([answer for answer in ballot if answer is not None] for ballot in ballots)
    return sum(len(given) > 1 and len(set(given)) == 1 for given in answers)
