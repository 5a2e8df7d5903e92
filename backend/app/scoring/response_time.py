"""How long until somebody answers, when some have not been answered yet."""

from bisect import bisect_right
from collections.abc import Sequence
from math import ceil
from typing import NamedTuple

# A product of many fractions may miss the share it stands for by its last digits.
TOLERANCE = 1e-12


class CurveStep(NamedTuple):
    """After this duration this share is still waiting."""

    duration: float
    waiting: float


def survival_curve(answered: Sequence[float], left: Sequence[float]) -> list[CurveStep]:
    """The product-limit estimate: one step for each wait after which somebody was answered.

    Both are sorted. Who is left was still waiting after so long: counts as waiting until then and
    says nothing about later. Source: E. L. Kaplan and P. Meier, JASA 53 (1958) 457-481.
    """
    curve, share, n = [], 1.0, len(answered) + len(left)
    place = gone = 0
    while place < len(answered):
        duration, first = answered[place], place
        while place < len(answered) and answered[place] == duration:
            place += 1
        while gone < len(left) and left[gone] < duration:
            gone += 1
        at_risk = n - first - gone
        share *= (at_risk - (place - first)) / at_risk
        curve.append(CurveStep(duration, share))
    return curve


def reached(curve: Sequence[CurveStep], share: float) -> float | None:
    """After how long a share has been answered; None where so many never were (未定义)."""
    return next((step.duration for step in curve if step.waiting <= 1 - share + TOLERANCE), None)


def quantiles_of_waits(
    waits: Sequence[int], open_waits: Sequence[int], shares: Sequence[float]
) -> list[int | None]:
    """Several quantiles of one unit's answered and open waits.

    While nobody has left unanswered yet, the curve falls by one n-th an answer and a quantile is
    simply the answer that reaches it: the curve is only drawn where that does not do.
    """
    answered, left = sorted(waits), sorted(open_waits)
    n = len(answered) + len(left)
    sure = bisect_right(answered, left[0]) if left else len(answered)
    places = [ceil(share * n - TOLERANCE) - 1 for share in shares]
    if all(0 <= place < sure for place in places):
        return [answered[place] for place in places]
    curve = survival_curve(answered, left)
    found = [reached(curve, share) for share in shares]
    return [None if value is None else int(value) for value in found]
