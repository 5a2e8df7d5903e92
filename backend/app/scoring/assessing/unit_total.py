"""A unit's total with its reasons: task, social appraisal, ordinary work, and what moves it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import fsum, sqrt
from typing import NamedTuple

from backend.app.scoring.assessing.figures import ZERO, Figure, clip, exact
from backend.app.scoring.assessing.moves import CAPS, Moved, MoveKind, UnitMove, moved_lines
from backend.app.scoring.totals import displayed

# Whoever changes what the same facts give raises it; a locked year names its own.
RULES_VERSION = 2
HUNDRED = 100
SOCIAL, ORDINARY = "social", "ordinary"
# Who is behind a rule's own penalty or surplus: nobody proposes or confirms a formula.
BY_RULE = (0, -1)


class Part(NamedTuple):
    """An element of a unit: points are None where nothing was measured."""

    code: str
    points: Fraction | None
    full: Fraction


class Loss(NamedTuple):
    """What an element (or the social appraisal, or ordinary work) cost of the total."""

    code: str
    points: Decimal


@dataclass(frozen=True)
class UnitTotal:
    """`total` is None where nothing was measured.

    Losses and what the total was before it was moved are 100 to the cent; `total` is that plus
    `moved`. `task` is exact, of 100.
    """

    total: Decimal | None
    losses: tuple[Loss, ...] = ()
    moved: tuple[Moved, ...] = ()
    task: Fraction | None = None


class _Measured(NamedTuple):
    """An element with a result: its points, and these cut to 0 … full."""

    code: str
    points: Fraction
    within: Fraction
    full: Fraction


def task_score(parts: Iterable[Part]) -> Fraction | None:
    """100 x sum of points / sum of full points, over what was measured; None without any.

    What a rule gives above full points or takes below 0 is left out: it moves the total.
    """
    return _task(_measured(parts))


def _measured(parts: Iterable[Part]) -> list[_Measured]:
    exactly = ((code, exact(s), exact(p)) for code, s, p in parts if s is not None)
    return [_Measured(code, s, clip(s, ZERO, p), p) for code, s, p in exactly]


def _task(measured: Sequence[_Measured]) -> Fraction | None:
    whole = sum((part.full for part in measured), ZERO)
    return HUNDRED * sum((part.within for part in measured), ZERO) / whole if whole else None


def unit_total(
    parts: Sequence[Part],
    social: Fraction | None,
    adjustments: Sequence[UnitMove],
    weights: Sequence[Figure],
    caps: Mapping[str, Decimal] = CAPS,
    ordinary: Fraction | None = None,
) -> UnitTotal:
    """W_t task + W_s social (+ W_o ordinary) of what is there, then what moves it.

    Weights are (task, social) or (task, social, ordinary); a part without a result leaves its
    weight to the others.
    """
    measured = _measured(parts)
    task = _task(measured)
    names = ("task", SOCIAL, ORDINARY)
    present = {
        name: (exact(weight), exact(score))
        for name, weight, score in zip(names, weights, (task, social, ordinary), strict=False)
        if score is not None and weight
    }
    whole = sum((weight for weight, _ in present.values()), ZERO)
    if not whole:
        return UnitTotal(None, task=task)
    before = sum((weight * score for weight, score in present.values()), ZERO) / whole
    (base,) = displayed([before])
    costs = _costs(measured, present["task"][0] / whole) if "task" in present else []
    for name in names[1:]:
        if name in present:
            weight, score = present[name]
            costs.append((name, weight / whole * (HUNDRED - score)))
    shown = displayed([cost for _, cost in costs], whole=HUNDRED - base)
    losses = tuple(Loss(code, points) for (code, _), points in zip(costs, shown, strict=True))
    moved = moved_lines([*adjustments, *_moved_by_rule(measured)], caps, HUNDRED - base)
    return UnitTotal(base + sum(line.points for line in moved), losses, moved, task)


def _costs(measured: Sequence[_Measured], share: Fraction) -> list[tuple[str, Fraction]]:
    """What each element costs of the total, of which the task has this share; exact."""
    of_point = share * HUNDRED / sum((part.full for part in measured), ZERO)
    return [(part.code, of_point * (part.full - part.within)) for part in measured]


def _moved_by_rule(measured: Sequence[_Measured]) -> list[UnitMove]:
    """A rule's penalty below 0 and its surplus above full points, each naming its element."""
    moves = []
    for code, points, within, _ in measured:
        if points != within:
            kind = MoveKind.DEDUCTION if points < within else MoveKind.BONUS
            (beyond,) = displayed([abs(points - within)])
            moves.append(UnitMove(kind, beyond, code, code, *BY_RULE))
    return moves


def standard_error(parts: Iterable[tuple[Figure, float]]) -> float:
    """Of a total made of independent parts: (share of the total, its standard error)."""
    return sqrt(fsum((float(share) * error) ** 2 for share, error in parts))
