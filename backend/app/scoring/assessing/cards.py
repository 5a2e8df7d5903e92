"""What confirmed cards of a target count: a red one instead of its yellow, half given back."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from backend.app.scoring.assessing.ladder import USUAL, LadderPolicy
from backend.app.scoring.assessing.moves import MoveKind


class Card(NamedTuple):
    """A confirmed card of one target; `after` are the target's colours since, oldest first.

    `untrue`: given because a check found 不属实.
    """

    kind: str
    points: Decimal
    round: int
    after: Sequence[str | None] = ()
    untrue: bool = False


class CountedCard(NamedTuple):
    """What is taken from the unit, and what of it was given back."""

    points: Decimal
    returned: Decimal


def counted_cards(cards: Sequence[Card], policy: LadderPolicy | None = None) -> list[CountedCard]:
    """Each card's points and what came back, in their order; 0 for a yellow that red replaced."""
    rules = policy or USUAL
    red = {card.round for card in cards if card.kind == MoveKind.RED}
    nothing = Decimal(0)
    return [
        CountedCard(nothing, nothing)
        if card.kind == MoveKind.YELLOW and card.round in red
        else CountedCard(card.points, card.points / 2 if _recovered(card, rules) else nothing)
        for card in cards
    ]


def _recovered(card: Card, policy: LadderPolicy) -> bool:
    """Good at two evaluations running; what is in no count breaks no run."""
    if card.untrue:
        return False
    colours = [colour in policy.good for colour in card.after if colour is not None]
    return any(first and second for first, second in pairwise(colours))
