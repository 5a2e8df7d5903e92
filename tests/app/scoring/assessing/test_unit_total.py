"""A unit's total, its losses and what moves it."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.app.scoring.assessing.appraisal import social_score
from backend.app.scoring.assessing.moves import CAPS, CARDS, MoveKind, UnitMove
from backend.app.scoring.assessing.unit_total import Part, standard_error, task_score, unit_total

D, F = Decimal, Fraction
# 单位民主测评 3 : 县级领导 2 : 镇部门互评 2 : 代表委员 3.
BALLOTS = [(3, 92, 120, 5), (2, 85, 9, 3), (2, 90, 40, 5), (3, 80, 30, 5)]
SOCIAL = F("86.60")
PARTS = [Part("A1", F("38.40"), F(40)), Part("B1", F(30), F(35)), Part("C1", F(20), F(25))]
TOWN, BUREAU, VERTICAL = (85, 15), (80, 20), (70, 30)


def move(kind: str, points: str, returned: str = "0") -> UnitMove:
    return UnitMove(kind, D(points), "案例", "条款", 1, 2, D(returned))


def test_the_golden_task_and_social_scores_of_fuping() -> None:
    assert task_score(PARTS) == F("88.40")
    assert social_score(BALLOTS) == SOCIAL


@pytest.mark.parametrize(
    ("weights", "total"), [(TOWN, "88.13"), (BUREAU, "88.04"), (VERTICAL, "87.86")]
)
def test_the_golden_totals_of_fuping(weights, total: str) -> None:
    assert unit_total(PARTS, SOCIAL, [], weights).total == D(total)


def test_the_golden_town_with_an_award_and_a_yellow_card_has_89_63() -> None:
    moves = [move(MoveKind.BONUS, "2.00"), move(MoveKind.YELLOW, "0.50")]
    result = unit_total(PARTS, SOCIAL, moves, TOWN)
    assert result.total == D("89.63")
    assert [line.points for line in result.moved] == [D("2.00"), D("-0.50")]


def test_losses_name_their_element_and_add_up() -> None:
    result = unit_total(PARTS, SOCIAL, [], TOWN)
    assert [(loss.code, loss.points) for loss in result.losses] == [
        ("A1", D("1.36")), ("B1", D("4.25")), ("C1", D("4.25")), ("social", D("2.01")),
    ]  # fmt: skip
    assert sum(loss.points for loss in result.losses) + D("88.13") == 100


def test_what_was_not_measured_leaves_its_weight_to_the_others() -> None:
    parts = [*PARTS, Part("D1", None, F(50))]
    assert unit_total(parts, SOCIAL, [], TOWN) == unit_total(PARTS, SOCIAL, [], TOWN)
    assert unit_total(PARTS, None, [], TOWN).total == D("88.40")
    assert unit_total([], SOCIAL, [], TOWN).total == D("86.60")
    assert unit_total([Part("A1", None, F(5))], None, [], TOWN).total is None


def test_ordinary_work_has_a_weight_of_its_own_where_a_programme_gives_it_one() -> None:
    result = unit_total(PARTS, SOCIAL, [], (60, 20, 20), ordinary=F(90))
    assert result.total == D("88.36")
    assert unit_total(PARTS, SOCIAL, [], (60, 20, 20)).total == D("87.95")


def test_each_kind_is_cut_to_its_cap() -> None:
    for kind, points, expected in (
        (MoveKind.BONUS, "7", "5"), (MoveKind.DEDUCTION, "12", "-10"), (MoveKind.RED, "6", "-5"),
    ):  # fmt: skip
        (line,) = unit_total(PARTS, SOCIAL, [move(kind, points)], TOWN).moved
        assert line.points == D(expected)


def test_cards_do_not_use_up_the_cap_of_deductions() -> None:
    moves = [move(MoveKind.DEDUCTION, "10"), move(MoveKind.YELLOW, "0.50"), move(MoveKind.RED, "1")]
    result = unit_total(PARTS, SOCIAL, moves, TOWN)
    assert sum(line.points for line in result.moved) == D("-11.50")


def test_a_card_that_gave_half_back_costs_half() -> None:
    (line,) = unit_total(PARTS, SOCIAL, [move(MoveKind.YELLOW, "0.50", "0.25")], TOWN).moved
    assert line.points == D("-0.25")


def test_an_exemption_gives_back_no_more_than_was_lost() -> None:
    result = unit_total(PARTS, SOCIAL, [move(MoveKind.EXEMPTION, "50")], TOWN)
    assert result.total == 100


def test_vetoes_move_no_points() -> None:
    moves = [move(MoveKind.VETO, "5"), move(MoveKind.NO_EXCELLENT, "5")]
    assert unit_total(PARTS, SOCIAL, moves, TOWN).total == D("88.13")


def test_nobody_confirms_what_he_proposed() -> None:
    same = UnitMove(MoveKind.BONUS, D(1), "案例", "条款", 3, 3)
    with pytest.raises(ValueError, match="approver"):
        unit_total(PARTS, SOCIAL, [same], TOWN)


def test_a_rules_penalty_is_a_deduction_and_its_surplus_a_bonus_that_name_their_element() -> None:
    parts = [Part("P1", F(-2), F(10)), Part("O1", F(5), F(3)), Part("A1", F(87), F(87))]
    result = unit_total(parts, None, [], (100, 0))
    assert [tuple(line) for line in result.moved] == [
        (MoveKind.DEDUCTION, "P1", D("-2.00")), (MoveKind.BONUS, "O1", D("2.00")),
    ]  # fmt: skip
    assert [tuple(loss) for loss in result.losses] == [("P1", D(10)), ("O1", D(0)), ("A1", D(0))]
    assert result.total == D("90.00")


def test_the_caps_are_those_of_the_design() -> None:
    assert CAPS == {MoveKind.BONUS: 5, MoveKind.DEDUCTION: 10, CARDS: 5}


cents = st.integers(0, 4000).map(lambda points: F(points, 100))
parts_of = st.lists(st.tuples(cents, cents), min_size=1, max_size=12).map(
    lambda pairs: [Part(f"E{at}", min(pair), max(pair)) for at, pair in enumerate(pairs)]
)


@settings(max_examples=60)
@given(parts_of, st.one_of(st.none(), st.integers(0, 997).map(lambda n: F(n * 100, 997))))
def test_losses_and_the_total_are_a_hundred_to_the_cent(parts, social) -> None:
    for weights in (TOWN, (100, 0)):
        result = unit_total(parts, social, [], weights)
        if result.total is not None:
            assert sum((loss.points for loss in result.losses), D(0)) + result.total == 100
            assert all(loss.points >= 0 for loss in result.losses)


@settings(max_examples=60)
@given(parts_of, st.data())
def test_the_order_of_the_elements_changes_no_total_and_more_points_never_lower_it(
    parts, data
) -> None:
    result = unit_total(parts, SOCIAL, [], TOWN)
    mixed = unit_total(data.draw(st.permutations(parts)), SOCIAL, [], TOWN)
    assert mixed.total == result.total
    at = data.draw(st.integers(0, len(parts) - 1))
    better = [*parts]
    better[at] = better[at]._replace(points=better[at].full)
    assert (unit_total(better, SOCIAL, [], TOWN).total or D(0)) >= (result.total or D(0))


def test_errors_of_independent_parts_add_up_in_squares() -> None:
    assert standard_error([(F(3, 10), 10.0), (F(4, 10), 10.0)]) == pytest.approx(5.0)
    assert standard_error([]) == 0
