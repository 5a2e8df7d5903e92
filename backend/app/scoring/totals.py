"""Adjustments of a total, and parts that are shown so that they add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from backend.app.scoring.schemes import AdjustmentKind

CENT = Decimal("0.01")


@dataclass(frozen=True)
class AppliedAdjustment:
    """Points by a rule and a case, by somebody and approved by somebody else; never negative."""

    kind: AdjustmentKind
    points: Decimal
    ref: str
    rule: str
    author: int
    approver: int


def moved(
    adjustments: Sequence[AppliedAdjustment], caps: Mapping[AdjustmentKind, Decimal], lost: int
) -> tuple[int, ...]:
    """What each adjustment moves a total, in signed hundredths, in their order.

    Those of one kind together move it by no more than their cap, each by its part of it. An
    exemption gives back what cases cost and is capped by all that was `lost` (hundredths). Raises
    ValueError for negative points or an adjustment that its author approved.
    """
    if any(one.author == one.approver or one.points < 0 for one in adjustments):
        raise ValueError("an approver who is not the author, and points not below 0, expected")
    limits = {**caps, AdjustmentKind.EXEMPTION: lost * CENT}
    found = [0] * len(adjustments)
    for kind in AdjustmentKind:
        places = [place for place, one in enumerate(adjustments) if one.kind is kind]
        asked = sum((Fraction(adjustments[place].points) for place in places), Fraction(0))
        if not asked:
            continue
        limit = min(asked, Fraction(limits.get(kind, asked)))
        parts = [Fraction(adjustments[place].points) * limit / asked for place in places]
        sign = -1 if kind is AdjustmentKind.DEDUCTION else 1
        for place, points in zip(places, displayed(parts), strict=True):
            found[place] = sign * int(points / CENT)
    return tuple(found)


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


def rounded(value: Fraction, places: int = 2) -> Decimal:
    """Half up, as `displayed` shows a single part."""
    top = 2 * 10**places * value.numerator + value.denominator
    return Decimal(top // (2 * value.denominator)).scaleb(-places)


def _half_up(value: Fraction) -> int:
    return (value + Fraction(1, 2)) // 1
