"""What moves a unit's total beside its elements: awards, deductions, cards, exemptions, vetoes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from backend.app.scoring.schemes import ADJUSTMENT_NAMES, AdjustmentKind
from backend.app.scoring.totals import CENT, AppliedAdjustment
from backend.app.scoring.totals import moved as moved_hundredths


class MoveKind(StrEnum):
    """The last two move no points: they bound the grade."""

    BONUS = AdjustmentKind.BONUS.value
    DEDUCTION = AdjustmentKind.DEDUCTION.value
    EXEMPTION = AdjustmentKind.EXEMPTION.value
    YELLOW = "yellow"
    RED = "red"
    VETO = "veto"
    NO_EXCELLENT = "no_excellent"


MOVE_NAMES: dict[str, str] = {
    **ADJUSTMENT_NAMES,
    MoveKind.YELLOW: "黄牌",
    MoveKind.RED: "红牌",
    MoveKind.VETO: "一票否决",
    MoveKind.NO_EXCELLENT: "一票否优",
}
CARDS = "cards"
CARD_KINDS = frozenset({MoveKind.YELLOW, MoveKind.RED})
# The rule of a card for what a check found 不属实: nothing of it comes back, no cap cuts it.
UNTRUE = "untrue"
BOUNDS = frozenset({MoveKind.VETO, MoveKind.NO_EXCELLENT})
# The most that each kind together moves a total; an exemption gives back no more than was lost.
CAPS: Mapping[str, Decimal] = {
    MoveKind.BONUS: Decimal(5),
    MoveKind.DEDUCTION: Decimal(10),
    CARDS: Decimal(5),
}


@dataclass(frozen=True)
class UnitMove:
    """Points by a rule and a case, proposed by one and confirmed by another; never negative.

    `returned` is what a card gave back already.
    """

    kind: str
    points: Decimal
    ref: str
    rule: str
    author: int
    approver: int
    returned: Decimal = Decimal(0)


class Moved(NamedTuple):
    """A signed line of a total."""

    kind: str
    ref: str
    points: Decimal


def moved_lines(
    moves: Sequence[UnitMove], caps: Mapping[str, Decimal], lost: Decimal
) -> tuple[Moved, ...]:
    """What each moves a total, in their order, each kind cut to its cap.

    Cards are deductions with a cap of their own, which spares no false figure. Raises ValueError
    as `totals.moved` does.
    """
    limits = {kind: caps[kind] for kind in AdjustmentKind if kind in caps}
    cards = {AdjustmentKind.DEDUCTION: caps[CARDS]} if CARDS in caps else {}
    hundredths = int(lost / CENT)
    points = [0] * len(moves)
    for are_cards, are_false, bounds in (
        (False, False, limits), (True, False, cards), (True, True, {}),
    ):  # fmt: skip
        places = [
            place
            for place, move in enumerate(moves)
            if move.kind not in BOUNDS and (move.kind in CARD_KINDS) is are_cards
            and (are_cards and move.rule == UNTRUE) is are_false
        ]  # fmt: skip
        applied = [_applied(moves[place], are_cards) for place in places]
        for place, signed in zip(
            places, moved_hundredths(applied, bounds, hundredths), strict=True
        ):
            points[place] = signed
    return tuple(
        Moved(move.kind, move.ref, signed * CENT)
        for move, signed in zip(moves, points, strict=True)
    )


def _applied(move: UnitMove, is_card: bool) -> AppliedAdjustment:
    kind = AdjustmentKind.DEDUCTION if is_card else AdjustmentKind(move.kind)
    return AppliedAdjustment(
        kind, move.points - move.returned, move.ref, move.rule, move.author, move.approver
    )
