"""A total, and where every point of it went: lost points add up to what is missing, exactly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from backend.app.scoring.schemes import Kind

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Case:
    """One ticket or bad rating that cost points, with its share of the cost; `ref` names it."""

    ref: str
    share: Fraction = Fraction(1)


@dataclass(frozen=True)
class Part:
    """One indicator's achievement (0 … 100, exact) and the cases that kept it from more.

    Without cases it is explained by counts only, as what was said anonymously is.
    """

    code: str
    weight: Decimal
    achievement: Fraction
    cases: tuple[Case, ...] = ()


@dataclass(frozen=True)
class Adjustment:
    """Points by a rule and a case, by somebody and approved by somebody else; never negative."""

    kind: Kind
    points: Decimal
    ref: str
    rule: str
    author: int
    approver: int


@dataclass(frozen=True)
class Loss:
    """What one indicator cost, and of that what each case cost; exact."""

    code: str
    points: Fraction
    cases: tuple[tuple[str, Fraction], ...]


@dataclass(frozen=True)
class Explained:
    """`total` is 100 less all losses, plus all adjustments; nothing is rounded."""

    total: Fraction
    losses: tuple[Loss, ...]
    adjustments: tuple[tuple[Adjustment, Fraction], ...]


def explain(
    parts: Sequence[Part],
    adjustments: Sequence[Adjustment] = (),
    caps: Mapping[Kind, Decimal] | None = None,
) -> Explained:
    """The total of a unit with its reasons.

    Sum of weight x achievement / sum of weights, plus adjustments; those of one kind together
    move it by no more than their cap, each by its part of it. An exemption gives back what cases
    cost and is capped by the losses. Raises ValueError without weight, for an achievement outside
    0 … 100, or for an adjustment that its author approved.
    """
    weights = sum((Fraction(part.weight) for part in parts), Fraction(0))
    if weights <= 0:
        raise ValueError("weights of more than 0 expected")
    if any(not 0 <= part.achievement <= 100 for part in parts):
        raise ValueError("achievements between 0 and 100 expected")
    if any(one.author == one.approver or one.points < 0 for one in adjustments):
        raise ValueError("an approver who is not the author, and points not below 0, expected")
    losses = tuple(_loss(part, weights) for part in parts)
    lost = sum((loss.points for loss in losses), Fraction(0))
    limits: dict[Kind, Fraction | Decimal] = {**(caps or {}), Kind.EXEMPTION: lost}
    moved = tuple(_adjusted(adjustments, kind, limits.get(kind)) for kind in Kind)
    given = tuple(one for of_kind in moved for one in of_kind)
    total = 100 - lost + sum((points for _, points in given), Fraction(0))
    return Explained(total, losses, given)


def _loss(part: Part, weights: Fraction) -> Loss:
    points = Fraction(part.weight) / weights * (100 - part.achievement)
    shares = sum((case.share for case in part.cases), Fraction(0))
    cases = tuple((case.ref, points * case.share / shares) for case in part.cases if shares)
    return Loss(part.code, points, cases)


def _adjusted(
    adjustments: Sequence[Adjustment], kind: Kind, cap: Fraction | Decimal | None
) -> tuple[tuple[Adjustment, Fraction], ...]:
    """Signed points of the adjustments of one kind, cut together to their cap."""
    chosen = [one for one in adjustments if one.kind is kind]
    asked = sum((Fraction(one.points) for one in chosen), Fraction(0))
    cut = Fraction(1) if cap is None or asked <= cap else Fraction(cap) / asked
    sign = -1 if kind is Kind.DEDUCTION else 1
    return tuple((one, sign * cut * Fraction(one.points)) for one in chosen)


def displayed(
    parts: Sequence[Fraction], unit: Decimal = CENT, whole: Decimal | None = None
) -> list[Decimal]:
    """Parts as they are shown: rounded so that they add up to their rounded sum, or to `whole`.

    By largest remainder: every part is cut, and what is missing goes to those cut the most.
    """
    step = Fraction(unit)
    floors = [part // step for part in parts]
    target = _half_up((sum(parts, Fraction(0)) if whole is None else Fraction(whole)) / step)
    remainders = [part / step - low for part, low in zip(parts, floors, strict=True)]
    order = sorted(range(len(parts)), key=lambda place: (-remainders[place], place))
    for turn in range(abs(missing := target - sum(floors)) if parts else 0):
        floors[order[turn % len(order)]] += 1 if missing > 0 else -1
    return [unit * low for low in floors]


def rounded(value: Fraction, unit: Decimal = CENT) -> Decimal:
    """Half up, at the edge only."""
    return unit * _half_up(value / Fraction(unit))


def _half_up(value: Fraction) -> int:
    return (value + Fraction(1, 2)) // 1
