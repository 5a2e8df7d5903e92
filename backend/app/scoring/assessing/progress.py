"""How far a target is, how far it should be, and the colour that follows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from fractions import Fraction

from backend.app.scoring.assessing.figures import WHOLE, ZERO, Figure, added, clip
from backend.app.scoring.assessing.lights import FUPING, Light, Standing
from backend.app.scoring.schemes import achievement, way_gone

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
# The lowest level, and no case: where these two start whatever their baseline.
STARTS: Mapping[str, int] = {ProgressKind.JUDGED: 1, ProgressKind.NEGATIVE: 0}
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
        return achievement(value, baseline, target) / HUNDRED
    share = way_gone(value, STARTS.get(kind, baseline), target)
    if kind in BEGUN:
        return ZERO if share.numerator < 0 else share
    return WHOLE - clip(share) if kind == ProgressKind.NEGATIVE else clip(share)


def planned_share(points: Sequence[tuple[date, Fraction]], day: date) -> Fraction:
    """The share planned by a day: that of the last point not after it, 0 before the first."""
    reached, newest = ZERO, None
    for on, share in points:
        if on <= day and (newest is None or on >= newest):
            reached, newest = share, on
    return reached


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
    done, of_done = actual.as_integer_ratio()
    due, of_due = planned.as_integer_ratio()
    complete = finished and done >= of_done
    if not (complete or due or done):
        return None
    waiting = stopped or (not done and due > 0 and kind in BEGUN)
    standing = Standing(
        done * of_due, due * of_done, of_done * of_due, complete,
        max(idle, misses, 1) if waiting else 0, misses,
    )  # fmt: skip
    for light in lights:
        if light.fits(standing):
            return light
    return None


def unit_index(targets: Iterable[tuple[Figure, Fraction, Fraction]]) -> Fraction | None:
    """100 x sum of P min(1, a/p) / sum of P, of (P, a, p) where p > 0; None without any."""
    whole, reached = [], []
    for points, actual, planned in targets:
        done, of_done = actual.as_integer_ratio()
        due, of_due = planned.as_integer_ratio()
        if due > 0:
            full, of_full = points.as_integer_ratio()
            part, of_part = min(done * of_due, due * of_done), due * of_done
            whole.append((full, of_full))
            reached.append((full * part, of_full * of_part))
    total = added(whole)
    return HUNDRED * added(reached) / total if total else None
