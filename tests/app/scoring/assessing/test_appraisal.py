"""Ballots, anchors and agreement of raters."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.app.scoring.assessing.agreement import (
    LEAST_AGREEMENT,
    SINGLE_RATER,
    alpha,
    raters_needed,
    reading,
)
from backend.app.scoring.assessing.appraisal import (
    TRIMMED,
    ballot_error,
    mean_level,
    mean_points,
    social_score,
    straight_lined,
)

F = Fraction
__ = None
# Four observers and twelve units: K. Krippendorff, Computing Krippendorff's Alpha-Reliability
# (2011), section E; the ordinal α printed there is 0.815.
PUBLISHED = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, __, __, __],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, __, 3],
    [__, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, __],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, __],
]
# Two observers and two values, section A: α = 0.095; with two values every metric gives the same.
BINARY = [[0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]]


@pytest.mark.parametrize(("table", "printed"), [(PUBLISHED, 0.815), (BINARY, 0.095)])
def test_alpha_equals_the_published_results(table, printed: float) -> None:
    assert round(alpha(table), 3) == printed


@pytest.mark.parametrize(
    ("table", "of_the_library"),
    [
        (["211221", "124214", ".43534", "224423"], -0.01949317738791434),
        (["52.5.", "1.4.4", ".51.1", "22213", ".2115", "11.35", "22412"], -0.07785800240673901),
        (["3324", "5.4.", "13.2", "1.55", "1313", "11.1", "32..", ".11.", "1.2.", "3111"],
         -0.09207768529528337),
    ],
)  # fmt: skip
def test_alpha_equals_what_the_package_krippendorff_gives(table, of_the_library: float) -> None:
    levels = [[None if sign == "." else int(sign) for sign in row] for row in table]
    assert alpha(levels) == pytest.approx(of_the_library, abs=1e-14)


def test_alpha_of_raters_who_agree_is_one() -> None:
    assert alpha([[1, 2, 3], [1, 2, 3]]) == 1


@pytest.mark.parametrize(
    "table", [[], [[]], [[3, 3], [3, 3]], [[1, 2, 3]], [[1, None], [None, 2]], [[None], [None]]]
)
def test_alpha_that_cannot_be_worked_out_is_none(table) -> None:
    assert alpha(table) is None


levels = st.lists(st.lists(st.one_of(st.none(), st.integers(1, 5)), min_size=6, max_size=6),
                  min_size=2, max_size=5)  # fmt: skip


@settings(max_examples=60)
@given(levels, st.data())
def test_alpha_knows_no_order_of_raters_or_units_and_is_never_above_one(table, data) -> None:
    value = alpha(table)
    raters = data.draw(st.permutations(table))
    units = data.draw(st.permutations(range(6)))
    mixed = alpha([[row[unit] for unit in units] for row in raters])
    assert mixed == value
    assert value is None or value <= 1


def test_what_is_said_beside_the_agreement() -> None:
    assert reading(None) == "一致到无法计算"
    assert "只作参考" in reading(0.66)
    assert reading(LEAST_AGREEMENT) == ""


@pytest.mark.parametrize(("wanted", "counts"), [(F(7, 10), [3, 4, 6]), (F(8, 10), [4, 7, 10])])
def test_as_many_raters_as_the_reliability_asks_for(wanted, counts) -> None:
    assert [raters_needed(single, wanted) for single in SINGLE_RATER.values()] == counts
    with pytest.raises(ValueError, match="between 0 and 1"):
        raters_needed(0, wanted)


def test_a_group_with_too_few_ballots_leaves_its_weight_to_the_others() -> None:
    groups = [(40, 90, 4, 3), (20, 50, 4, 5), (40, 80, 10, 5)]
    assert social_score(groups) == 85
    assert social_score([(40, 90, 2, 3), (20, None, 9, 5)]) is None
    assert social_score([]) is None


def test_levels_are_worth_what_ratings_are() -> None:
    assert mean_points([1, 1, 1, 1, 1]) == 54
    assert mean_points([0, 0, 0, 0, 0]) is None
    assert mean_points([2, 1, 1], [10, 5, 0]) == F(25, 4)


def test_the_highest_and_lowest_twentieth_may_be_left_out() -> None:
    assert mean_points([1, 18, 0, 0, 1], trim=TRIMMED) == 80
    assert mean_points([1, 17, 0, 0, 1], trim=TRIMMED) == F(1460, 19)


def test_the_error_of_a_mean_of_ballots() -> None:
    assert ballot_error([2, 2], [100, 80]) == pytest.approx((400 / 3 / 4) ** 0.5)
    assert ballot_error([1, 0], [100, 80]) is None


def test_anchors_chosen_are_averaged_and_straight_lines_counted() -> None:
    assert mean_level([5, 4, 4]) == F(13, 3)
    assert mean_level([]) is None
    assert straight_lined([[1, 1, 1], [1, None, 1], [1, 2, 1], [1, None, None]]) == 2
