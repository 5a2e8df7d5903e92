"""Satisfaction of a unit from its counts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.scoring.satisfaction import Status, satisfaction

five = st.tuples(*[st.integers(0, 300)] * 5)


def test_the_mean_weighs_the_five_levels() -> None:
    figures = satisfaction((3, 2, 1, 1, 0))
    assert figures.satisfaction_mean.value == Decimal("78.5714")
    assert figures.positive_rate.value == Decimal("85.7143")
    assert figures.satisfaction_mean.n == 7


def test_no_ratings_are_no_measurement() -> None:
    figures = satisfaction((0, 0, 0, 0, 0))
    assert figures == figures.__class__(0, Status.NONE, None, None)


@pytest.mark.parametrize(("n", "status"), [(1, "too_few"), (9, "too_few"), (10, "ok")])
def test_fewer_than_ten_ratings_are_said_to_be_too_few(n: int, status: str) -> None:
    assert satisfaction((n, 0, 0, 0, 0)).status == status


def test_half_of_the_last_place_is_rounded_up() -> None:
    # 80 x 1 + 30 x 31 over 32 = 31.5625; (1 of 32) = 3.125 percent.
    figures = satisfaction((0, 1, 0, 31, 0))
    assert figures.satisfaction_mean.value == Decimal("31.5625")
    assert figures.positive_rate.value == Decimal("3.1250")


@pytest.mark.parametrize("bad", [(1, 2, 3), (1, 2, 3, 4, -1)])
def test_impossible_counts_are_refused(bad: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one count a level"):
        satisfaction(bad)


@given(five.filter(any))
def test_limits_hold_the_value_and_stay_within_the_scale(counts: tuple[int, ...]) -> None:
    figures = satisfaction(counts)
    for measurement in (figures.satisfaction_mean, figures.positive_rate):
        assert 0 <= measurement.low <= measurement.value <= measurement.high <= 100
        assert measurement.n == sum(counts)


@given(five.filter(lambda c: c[4] > 0))
def test_a_better_level_never_lowers_the_mean(counts: tuple[int, ...]) -> None:
    better = (*counts[:3], counts[3] + 1, counts[4] - 1)
    before, after = satisfaction(counts), satisfaction(better)
    assert after.satisfaction_mean.value > before.satisfaction_mean.value
