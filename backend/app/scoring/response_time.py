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


def survival_curve(durations: Sequence[float], observed: Sequence[bool]) -> list[CurveStep]:
    """The product-limit estimate: one step for each duration at which somebody was answered.

    `observed[i]` is False where the i-th was still waiting after `durations[i]`: it counts as
    waiting until then and says nothing about later. Raises ValueError for unequal lengths or a
    negative duration.
    Source: E. L. Kaplan and P. Meier, JASA 53 (1958) 457-481.
    """
    if len(durations) != len(observed):
        raise ValueError("as many durations as marks expected")
    if any(duration < 0 for duration in durations):
        raise ValueError("durations are not negative")
    answered = sorted(
        d for d, was_answered in zip(durations, observed, strict=True) if was_answered
    )
    left = sorted(
        d for d, was_answered in zip(durations, observed, strict=True) if not was_answered
    )
    return _curve(answered, left)


def _curve(answered: Sequence[float], left: Sequence[float]) -> list[CurveStep]:
    """Of sorted durations: who was answered when, and who left waiting when."""
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


def kaplan_meier_quantile(
    durations: Sequence[float], observed: Sequence[bool], q: float = 0.5
) -> float | None:
    """After how long a share q has been answered; None where so many never were (未定义).

    The smallest duration after which at most 1 - q are waiting. Raises ValueError unless 0 < q < 1.
    """
    if not 0 < q < 1:
        raise ValueError(f"0 < q < 1 expected, got {q}")
    return _reached(survival_curve(durations, observed), q)


def _reached(curve: Sequence[CurveStep], share: float) -> float | None:
    return next((step.duration for step in curve if step.waiting <= 1 - share + TOLERANCE), None)


def quantiles_of_waits(
    waits: Sequence[int], open_waits: Sequence[int], shares: Sequence[float]
) -> list[int | None]:
    """Several quantiles of one unit: as kaplan_meier_quantile of answered and open waits.

    While nobody has left unanswered yet, the curve falls by one n-th an answer and a quantile is
    simply the answer that reaches it: the curve is only drawn where that does not do.
    """
    answered, left = sorted(waits), sorted(open_waits)
    n = len(answered) + len(left)
    sure = bisect_right(answered, left[0]) if left else len(answered)
    places = [ceil(share * n - TOLERANCE) - 1 for share in shares]
    if all(0 <= place < sure for place in places):
        return [answered[place] for place in places]
    curve = _curve(answered, left)
    found = [_reached(curve, share) for share in shares]
    return [None if value is None else int(value) for value in found]
