"""A false figure always costs its unit more than having been late and said so."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.scoring.assessing.cards import Card, counted_cards
from backend.app.scoring.assessing.ladder import Evaluated, LadderPolicy, proposals_of_each
from backend.app.scoring.assessing.moves import CAPS, UNTRUE, MoveKind, UnitMove, moved_lines
from backend.app.scoring.assessing.points import points_of
from backend.app.scoring.assessing.rules import rule_of
from tests.app.scoring.assessing.test_points import EXAMPLES

COLOURS = st.sampled_from(["black", "red", "green", "blue"])
POLICY = LadderPolicy()


def cards_of(colours: Sequence[str]) -> Decimal:
    """What the cards of a year come to where everything that is proposed is confirmed."""
    cards, number, good = [], 1, 0
    for place, proposed in enumerate(proposals_of_each([Evaluated(one) for one in colours])):
        good = good + 1 if colours[place] in POLICY.good else 0
        number += good == 2
        cards += [
            Card(step.card, step.points, number, colours[place + 1 :])
            for step in proposed
            if step.card
        ]
    return sum((card.points - card.returned for card in counted_cards(cards)), Decimal(0))


@given(st.lists(COLOURS, min_size=12, max_size=12), st.integers(0, 11))
def test_whatever_the_months_a_lie_costs_more_cards_than_saying_so(colours, claimed) -> None:
    """Both were the same until the claim; from then on the one is late, the other finished."""
    lie = [*colours[:claimed], *["orange"] * (12 - claimed)]
    assert cards_of(lie) + POLICY.untrue > cards_of(colours)


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"rank", "ratio_to_best", "shared"}))
@given(value=st.integers(0, 2000))
def test_a_lie_earns_no_more_than_any_honest_value(name, value) -> None:
    data, points = EXAMPLES[name]
    honest = points_of(rule_of(data, points), Fraction(value))
    assert honest is None or rule_of(data, points).least <= honest


def test_a_penalty_for_nothing_done_is_not_escaped_by_a_lie() -> None:
    rule = rule_of({"rule": "all_or_nothing", "otherwise": "-2"}, 20)
    assert rule.least == points_of(rule, Fraction(0)) == -2


@given(st.integers(0, 12), st.integers(0, 20))
def test_no_cap_spares_a_lie(lies, late) -> None:
    def card(kind: str, points: Decimal, rule: str, place: int) -> UnitMove:
        return UnitMove(kind, points, str(place), rule, 1, 2)

    moves = [card(MoveKind.RED, POLICY.untrue, UNTRUE, place) for place in range(lies)]
    moves += [card(MoveKind.RED, POLICY.red, "ladder_4", 100 + n) for n in range(late)]
    lines = moved_lines(moves, CAPS, Decimal(0))
    assert -sum(line.points for line in lines) == 2 * lies + min(late, 5)
