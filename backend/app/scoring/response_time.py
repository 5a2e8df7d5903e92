"""How long until somebody answers, when some have not been answered yet."""

from collections.abc import Sequence
from typing import NamedTuple

# A product of many fractions may miss the share it stands for by its last digits.
TOLERANCE = 1e-12


class Step(NamedTuple):
    """After this duration this share is still waiting."""

    duration: float
    waiting: float


def survival_curve(durations: Sequence[float], observed: Sequence[bool]) -> list[Step]:
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
    answered: dict[float, int] = {}
    leaving: dict[float, int] = {}
    for duration, was_answered in zip(durations, observed, strict=True):
        leaving[duration] = leaving.get(duration, 0) + 1
        if was_answered:
            answered[duration] = answered.get(duration, 0) + 1
    curve, share, at_risk = [], 1.0, len(durations)
    for duration in sorted(leaving):
        if events := answered.get(duration, 0):
            share *= (at_risk - events) / at_risk
            curve.append(Step(duration, share))
        at_risk -= leaving[duration]
    return curve


def kaplan_meier_quantile(
    durations: Sequence[float], observed: Sequence[bool], q: float = 0.5
) -> float | None:
    """After how long a share q has been answered; None where so many never were (未定义).

    The smallest duration after which at most 1 - q are waiting. Raises ValueError unless 0 < q < 1.
    """
    if not 0 < q < 1:
        raise ValueError(f"0 < q < 1 expected, got {q}")
    for step in survival_curve(durations, observed):
        if step.waiting <= 1 - q + TOLERANCE:
            return step.duration
    return None
