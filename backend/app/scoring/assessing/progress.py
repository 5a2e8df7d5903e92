"""How far a target is, how far it should be, and the colour that follows."""

from collections.abc import Iterable, Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction

from backend.app.scoring.assessing.figures import WHOLE, ZERO, Figure, clip, exact
from backend.app.scoring.assessing.lights import FUPING, Light, Standing
from backend.app.scoring.schemes import achievement

HUNDRED = 100


class ProgressKind(StrEnum):
    """How the progress of a target is counted."""

    CUMULATIVE = "cumulative"
    MILESTONE = "milestone"
    LEVEL = "level"
    JUDGED = "judged"
    NEGATIVE = "negative"


PROGRESS_NAMES = {
    ProgressKind.CUMULATIVE: "累计",
    ProgressKind.MILESTONE: "节点",
    ProgressKind.LEVEL: "水平",
    ProgressKind.JUDGED: "定性",
    ProgressKind.NEGATIVE: "负面清单",
}
# Work that is begun at some time; the others have a value from the first day on.
BEGUN = frozenset({ProgressKind.CUMULATIVE, ProgressKind.MILESTONE})


def actual_share(kind: str, baseline: Figure, target: Figure, value: Figure) -> Fraction:
    """How much of the target is reached, not below 0; ValueError where there is no way to go.

    cumulative, milestone: (value - baseline) / (target - baseline), above 1 where it is passed.
    level: the achievement between floor (baseline) and target. judged: value is the level and
    target the number of levels. negative: value is what cases cost and target the points they
    cost it from; the baseline of these two is not looked at.
    """
    if kind == ProgressKind.LEVEL:
        return achievement(exact(value), exact(baseline), exact(target)) / HUNDRED
    start = ZERO if kind == ProgressKind.NEGATIVE else exact(baseline)
    if kind == ProgressKind.JUDGED:
        start = WHOLE
    span = exact(target) - start
    if not span:
        raise ValueError("a target that differs from where it starts expected")
    share = (exact(value) - start) / span
    if kind in BEGUN:
        return max(share, ZERO)
    return WHOLE - clip(share) if kind == ProgressKind.NEGATIVE else clip(share)


def planned_share(points: Sequence[tuple[date, Fraction]], day: date) -> Fraction:
    """The share planned by a day: that of the last point not after it, 0 before the first."""
    return max((point for point in points if point[0] <= day), default=(day, ZERO))[1]


def time_share(days_worked: int, days: int) -> Fraction:
    """序时进度: working days gone by of all working days; ValueError where there are none."""
    if days <= 0:
        raise ValueError("at least one working day expected")
    return clip(Fraction(days_worked, days))


def colour(
    actual: Fraction,
    planned: Fraction,
    *,
    finished: bool = False,
    stopped: bool = False,
    misses: int = 0,
    lights: Sequence[Light] = FUPING,
    kind: str = ProgressKind.CUMULATIVE,
    idle: int = 1,
) -> Light | None:
    """The first light that fits; None (未到时间) where nothing is planned and nothing done.

    `finished` is that owner and office accepted the end, `misses` how many periods running no
    report came, `idle` for how many, this one included, nothing was begun that should have been.
    """
    complete = finished and actual >= 1
    if not complete and not planned and not actual:
        return None
    waiting = stopped or (kind in BEGUN and planned > 0 and not actual)
    not_started = max(idle, misses, 1) if waiting else 0
    standing = Standing(actual, planned, complete, not_started, misses)
    return next((light for light in lights if light.fits(standing)), None)


def unit_index(targets: Iterable[tuple[Figure, Fraction, Fraction]]) -> Fraction | None:
    """100 x sum of P min(1, a/p) / sum of P, of (P, a, p) where p > 0; None without any."""
    due = [(exact(points), actual, planned) for points, actual, planned in targets if planned > 0]
    whole = sum((points for points, _, _ in due), ZERO)
    if not whole:
        return None
    reached = (points * min(WHOLE, actual / planned) for points, actual, planned in due)
    return HUNDRED * sum(reached, ZERO) / whole
