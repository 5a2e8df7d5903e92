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


def task_score(parts: Iterable[Part]) -> Fraction | None:
    """100 x sum of points / sum of full points, over what was measured; None without any.

    What a rule gives above full points or takes below 0 is left out: it moves the total.
    """
    measured = [(points, full) for _, points, full in parts if points is not None]
    whole = sum((exact(full) for _, full in measured), ZERO)
    if not whole:
        return None
    return HUNDRED * sum((clip(exact(s), ZERO, exact(p)) for s, p in measured), ZERO) / whole


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
    parts = [Part(*part) for part in parts]
    task = task_score(parts)
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
    costs = _costs(parts, {name: weight / whole for name, (weight, _) in present.items()})
    for name in names[1:]:
        if name in present:
            weight, score = present[name]
            costs.append((name, weight / whole * (HUNDRED - score)))
    shown = displayed([cost for _, cost in costs], whole=HUNDRED - base)
    losses = tuple(Loss(code, points) for (code, _), points in zip(costs, shown, strict=True))
    moved = moved_lines([*adjustments, *_moved_by_rule(parts)], caps, HUNDRED - base)
    return UnitTotal(base + sum(line.points for line in moved), losses, moved, task)


def _costs(parts: Sequence[Part], shares: Mapping[str, Fraction]) -> list[tuple[str, Fraction]]:
    """What each measured element costs of the total, exact."""
    measured = [(code, s, exact(p)) for code, s, p in parts if s is not None]
    whole = sum((full for _, _, full in measured), ZERO)
    if "task" not in shares:
        return []
    of_point = shares["task"] * HUNDRED / whole
    return [(code, of_point * (full - clip(exact(s), ZERO, full))) for code, s, full in measured]


def _moved_by_rule(parts: Sequence[Part]) -> list[UnitMove]:
    """A rule's penalty below 0 and its surplus above full points, each naming its element."""
    moves = []
    for code, points, full in parts:
        if points is None or 0 <= points <= full:
            continue
        kind, beyond = (
            (MoveKind.DEDUCTION, -exact(points))
            if points < 0
            else (MoveKind.BONUS, exact(points) - exact(full))
        )
        (figure,) = displayed([beyond])
        moves.append(UnitMove(kind, figure, code, code, *BY_RULE))
    return moves


def standard_error(parts: Iterable[tuple[Figure, float]]) -> float:
    """Of a total made of independent parts: (share of the total, its standard error)."""
    return sqrt(fsum((float(share) * error) ** 2 for share, error in parts))
