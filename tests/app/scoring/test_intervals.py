"""Intervals against published figures."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.scoring.intervals import (
    mean_t_from_counts,
    poisson_limits,
    wilson,
)

counts = st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_equals_newcombes_table(successes: int, n: int, low: float, high: float) -> None:
    interval = wilson(successes, n)
    assert interval.low == pytest.approx(low, abs=5e-5)
    assert interval.high == pytest.approx(high, abs=5e-5)


@pytest.mark.parametrize(
    ("degrees", "value"),
    # Fisher and Yates, Statistical Tables, table III (also NIST/SEMATECH e-Handbook 1.3.6.7.2).
    [(1, 12.706), (2, 4.303), (5, 2.571), (10, 2.228), (30, 2.042), (100, 1.984)],
)
def test_the_limits_of_a_mean_take_student_from_the_printed_table(
    degrees: int, value: float
) -> None:
    """A spread of one standard error: the half width is the table's figure."""
    n = degrees + 1
    interval = mean_t_from_counts([n - 1, 1], [0.0, float(n)])
    assert (interval.high - interval.value) / interval.value == pytest.approx(value, abs=5e-4)


def test_mean_t_equals_the_worked_example_of_student_1908() -> None:
    # Differences in hours of sleep, Biometrika 6, p. 20: mean 1.58, s (n-1) 1.2300.
    hours = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    interval = mean_t_from_counts([1] * len(hours), hours)
    assert interval.value == pytest.approx(1.58)
    assert interval.low == pytest.approx(0.7001, abs=5e-5)
    assert interval.high == pytest.approx(2.4599, abs=5e-5)


def test_one_value_alone_has_no_limits() -> None:
    assert mean_t_from_counts([1], [80.0]) == (80.0, -math.inf, math.inf)


@pytest.mark.parametrize("bad", [(3, 2), (-1, 5), (0, 0)])
def test_wilson_refuses_impossible_counts(bad: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="successes"):
        wilson(*bad)


def test_an_empty_mean_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        mean_t_from_counts([0, 0], [1, 2])


@given(counts)
def test_wilson_holds_its_share_and_stays_inside(pair: tuple[int, int]) -> None:
    successes, n = pair
    interval = wilson(successes, n)
    assert 0 <= interval.low <= interval.value <= interval.high <= 1


@given(counts)
def test_wilson_is_symmetric(pair: tuple[int, int]) -> None:
    successes, n = pair
    one, other = wilson(successes, n), wilson(n - successes, n)
    assert one.low == pytest.approx(1 - other.high, abs=1e-12)


@given(st.lists(st.integers(0, 40), min_size=5, max_size=5).filter(lambda c: sum(c) > 1))
def test_counts_give_the_same_as_the_values_written_out(numbers: list[int]) -> None:
    points = (100.0, 80.0, 60.0, 30.0, 0.0)
    values = [p for p, c in zip(points, numbers, strict=True) for _ in range(c)]
    written_out = mean_t_from_counts([1] * len(values), values)
    assert mean_t_from_counts(numbers, points) == pytest.approx(written_out, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    # Exact limits of F. Garwood, Biometrika 28 (1936) 437-442; Byar's come within a fiftieth.
    [(1, 0.03, 5.57), (5, 1.62, 11.67), (10, 4.80, 18.39), (20, 12.22, 30.89),
     (100, 81.36, 121.63)],
)  # fmt: skip
def test_limits_of_a_count_are_those_of_the_exact_table(
    count: int, low: float, high: float
) -> None:
    found = poisson_limits(count)
    assert found.value == count
    assert found.low == pytest.approx(low, abs=0.03)
    assert found.high == pytest.approx(high, abs=0.03)


def test_no_events_have_a_lower_limit_of_nothing() -> None:
    assert poisson_limits(0).low == 0
    assert poisson_limits(0).high == pytest.approx(3.69, abs=0.1)
    with pytest.raises(ValueError, match="not negative"):
        poisson_limits(-1)
