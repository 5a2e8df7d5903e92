"""Weak points, common problems, effects of trainings and trends of years."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.scoring.assessing.diagnosis import (
    common_problems,
    effect,
    lasting_problems,
    trend_words,
    weak_points,
)

F = Fraction
shares = st.integers(0, 10_000).map(lambda cents: Decimal(cents) / 100)
units = st.dictionaries(
    st.sampled_from(["a", "b", "c", "d", "e"]), shares, min_size=1, max_size=5
)  # fmt: skip
groups = st.dictionaries(st.integers(1, 9), units, min_size=1, max_size=9)


def test_the_three_furthest_below_the_group_and_the_own_last_year_are_weak() -> None:
    group = [
        {"a": 90, "b": 90, "c": 90, "d": 90, "e": 50}, {"a": 80, "b": 80, "c": 80, "d": 80},
        {"a": 10, "b": 40, "c": 60, "d": 70, "e": 40}, {"e": 60},
    ]  # fmt: skip
    points = weak_points(group[2], group, {"b": 30, "c": 65})
    assert [point.code for point in points] == ["a", "c", "d"]
    assert points[0].mean == 60
    assert points[0].z == pytest.approx(-1.4049, abs=0.0001)
    assert (points[0].last, points[1].last) == (None, 65)


def test_nobody_is_weak_where_too_few_or_all_alike_are_measured() -> None:
    assert weak_points({"a": 1}, [{"a": 1}, {"a": 99}], {}) == []
    assert weak_points({"a": 50}, [{"a": 50}] * 5, {}) == []


def test_three_units_below_sixty_are_a_common_problem() -> None:
    group = {
        1: {"a": 59, "b": 10},
        2: {"a": F("59.99"), "b": 60},
        3: {"a": 0, "b": 20},
        4: {"a": 60},
    }
    assert [(problem.code, problem.units) for problem in common_problems(group)] == [
        ("a", (1, 2, 3))
    ]


def test_a_problem_lasts_where_it_was_common_in_the_last_two_years() -> None:
    weak = {unit: {"a": 10} for unit in (1, 2, 3)}
    fine = {unit: {"a": 90} for unit in (1, 2, 3)}
    assert lasting_problems([fine, weak, weak]) == ["a"]
    assert lasting_problems([weak, weak, fine]) == []
    assert lasting_problems([weak]) == []


def test_what_grew_for_everybody_is_no_effect() -> None:
    row = effect(20, 60, [20, 40, 50], [60, 70, 80])
    assert (row.change, row.group_change, row.more) == (40, 30, 10)


@pytest.mark.parametrize(
    ("values", "words"),
    [([1, 2, 3], "逐年上升"), ([3, None, 2], "逐年下降"), ([1, 3, 2], "有升有降"),
     ([2, 2], "没有变化"), ([None, 2], "只有一年，看不出走势"), ([None], "没有数")],
)  # fmt: skip
def test_the_years_are_said_in_words(values, words) -> None:
    assert trend_words(values) == words


@given(groups)
def test_weak_points_are_below_the_mean_at_most_three_and_in_order(group) -> None:
    for own in group.values():
        points = weak_points(own, list(group.values()), {})
        assert len(points) <= 3
        assert [point.z for point in points] == sorted(point.z for point in points)
        assert all(point.reached < point.mean for point in points)


@given(groups, st.randoms())
def test_the_order_of_units_changes_nothing(group, random) -> None:
    keys = list(group)
    random.shuffle(keys)
    shuffled = {key: group[key] for key in keys}
    assert common_problems(shuffled) == common_problems(group)
    own = group[keys[0]]
    assert weak_points(own, list(shuffled.values()), {}) == weak_points(
        own, list(group.values()), {}
    )


@given(units, groups)
def test_what_got_better_than_last_year_is_not_weak(own, group) -> None:
    better = {code: Decimal(-1) for code in own}
    assert weak_points(own, [own, *group.values()], better) == []


@given(shares, shares, st.lists(shares, min_size=1), st.lists(shares, min_size=1))
def test_a_unit_in_the_middle_of_its_group_has_no_more_effect(before, after, first, second) -> None:
    row = effect(before, after, first, second)
    assert row.more == row.change - row.group_change
    assert effect(before, after, [before], [after]).more == 0
