"""Kaplan and Meier's estimate against the trial everybody learns it from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.scoring.response_time import kaplan_meier_quantile, survival_curve

# Freireich et al., Blood 21 (1963) 699-716: weeks of remission; + is written as False.
TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [
    True, True, True, False, True, False, True, False, False, True, True, False, False, False,
    True, True, False, False, False, False, False,
]  # fmt: skip
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
# The curve as printed by Cox and Oakes, Analysis of Survival Data (1984), table 1.1 and section 4.
PRINTED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


def test_the_curve_equals_the_printed_one() -> None:
    curve = {step.duration: round(step.waiting, 3) for step in survival_curve(TREATED, RELAPSED)}
    assert curve == PRINTED


def test_the_median_equals_the_published_ones() -> None:
    assert kaplan_meier_quantile(TREATED, RELAPSED) == 23
    assert kaplan_meier_quantile(PLACEBO, [True] * 21) == 8


def test_a_quarter_and_three_quarters() -> None:
    assert kaplan_meier_quantile(TREATED, RELAPSED, 0.25) == 13
    assert kaplan_meier_quantile(TREATED, RELAPSED, 0.75) is None
    assert kaplan_meier_quantile(PLACEBO, [True] * 21, 0.25) == 4
    assert kaplan_meier_quantile(PLACEBO, [True] * 21, 0.75) == 12


def test_nobody_answered_is_undefined_and_so_is_nobody_at_all() -> None:
    assert kaplan_meier_quantile([1, 2, 3], [False] * 3) is None
    assert kaplan_meier_quantile([], []) is None


def test_exactly_half_is_reached() -> None:
    assert kaplan_meier_quantile([1, 2, 3, 4], [True] * 4) == 2


waits = st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=30)


@given(waits)
def test_without_open_tickets_it_is_the_plain_quantile(found: list[tuple[int, bool]]) -> None:
    durations = sorted(duration for duration, _ in found)
    median = kaplan_meier_quantile(durations, [True] * len(durations))
    assert median == (durations[(len(durations) - 1) // 2] if durations else None)


@given(waits, st.integers(1, 50))
def test_leaving_a_ticket_open_longer_never_looks_faster(found, later: int) -> None:
    durations = [duration for duration, _ in found]
    marks = [mark for _, mark in found]
    before = kaplan_meier_quantile(durations, marks)
    longer = [d if mark else d + later for d, mark in found]
    after = kaplan_meier_quantile(longer, marks)
    assert after is None or (before is not None and after >= before)


@pytest.mark.parametrize(
    ("durations", "observed", "q"), [([1], [], 0.5), ([-1], [True], 0.5), ([1], [True], 1.0)]
)
def test_impossible_input_is_refused(durations, observed, q: float) -> None:
    with pytest.raises(ValueError, match=r"expected|negative"):
        kaplan_meier_quantile(durations, observed, q)
