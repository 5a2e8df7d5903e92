"""Intervals against published figures."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.scoring.intervals import (
    mean_t,
    mean_t_from_counts,
    poisson_limits,
    regularised_beta,
    student_quantile,
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
    ("degrees", "probability", "value"),
    [
        # Fisher and Yates, Statistical Tables, table III (also NIST/SEMATECH e-Handbook 1.3.6.7.2).
        (1, 0.975, 12.706),
        (2, 0.975, 4.303),
        (5, 0.975, 2.571),
        (10, 0.975, 2.228),
        (30, 0.975, 2.042),
        (100, 0.975, 1.984),
        (5, 0.995, 4.032),
        (10, 0.999, 4.144),
        (60, 0.95, 1.671),
    ],
)
def test_student_equals_the_printed_table(degrees: int, probability: float, value: float) -> None:
    assert student_quantile(probability, degrees) == pytest.approx(value, abs=5e-4)


def test_student_with_two_degrees_equals_its_closed_form() -> None:
    p = 0.975
    exact = (2 * p - 1) / math.sqrt(2 * p * (1 - p))
    assert student_quantile(p, 2) == pytest.approx(exact, rel=1e-11)


def test_mean_t_equals_the_worked_example_of_student_1908() -> None:
    # Differences in hours of sleep, Biometrika 6, p. 20: mean 1.58, s (n-1) 1.2300.
    hours = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    interval = mean_t(hours)
    assert interval.value == pytest.approx(1.58)
    assert interval.low == pytest.approx(0.7001, abs=5e-5)
    assert interval.high == pytest.approx(2.4599, abs=5e-5)


def test_one_value_alone_has_no_limits() -> None:
    assert mean_t([80.0]) == (80.0, -math.inf, math.inf)


@pytest.mark.parametrize("bad", [(3, 2), (-1, 5), (0, 0)])
def test_wilson_refuses_impossible_counts(bad: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="successes"):
        wilson(*bad)


def test_an_empty_mean_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        mean_t([])
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
    assert mean_t_from_counts(numbers, points) == pytest.approx(mean_t(values), rel=1e-9, abs=1e-9)


@given(st.floats(0.001, 0.999), st.floats(0.2, 50), st.floats(0.2, 50))
def test_the_beta_function_mirrors_itself(x: float, a: float, b: float) -> None:
    assert regularised_beta(x, a, b) == pytest.approx(1 - regularised_beta(1 - x, b, a), abs=1e-10)


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
