"""Kaplan and Meier's estimate against the trial everybody learns it from."""

from hypothesis import given
from hypothesis import strategies as st

from backend.app.scoring.response_time import CurveStep, reached, survival_curve

# Freireich et al., Blood 21 (1963) 699-716: weeks of remission; + is written as False.
TREATED = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [
    True, True, True, False, True, False, True, False, False, True, True, False, False, False,
    True, True, False, False, False, False, False,
]  # fmt: skip
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
# The curve as printed by Cox and Oakes, Analysis of Survival Data (1984), table 1.1 and section 4.
PRINTED = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}


def curve_of(durations: list[int], observed: list[bool]) -> list[CurveStep]:
    """As trials are printed: a mark says whether a duration was observed to its end."""
    sides: dict[bool, list[int]] = {True: [], False: []}
    for duration, mark in sorted(zip(durations, observed, strict=True)):
        sides[mark].append(duration)
    return survival_curve(sides[True], sides[False])


def quantile(durations: list[int], observed: list[bool], share: float = 0.5) -> float | None:
    return reached(curve_of(durations, observed), share)


def test_the_curve_equals_the_printed_one() -> None:
    curve = {step.duration: round(step.waiting, 3) for step in curve_of(TREATED, RELAPSED)}
    assert curve == PRINTED


def test_the_median_equals_the_published_ones() -> None:
    assert quantile(TREATED, RELAPSED) == 23
    assert quantile(PLACEBO, [True] * 21) == 8


def test_a_quarter_and_three_quarters() -> None:
    assert quantile(TREATED, RELAPSED, 0.25) == 13
    assert quantile(TREATED, RELAPSED, 0.75) is None
    assert quantile(PLACEBO, [True] * 21, 0.25) == 4
    assert quantile(PLACEBO, [True] * 21, 0.75) == 12


def test_nobody_answered_is_undefined_and_so_is_nobody_at_all() -> None:
    assert quantile([1, 2, 3], [False] * 3) is None
    assert quantile([], []) is None


def test_exactly_half_is_reached() -> None:
    assert quantile([1, 2, 3, 4], [True] * 4) == 2


waits = st.lists(st.tuples(st.integers(0, 50), st.booleans()), max_size=30)


@given(waits)
def test_without_open_tickets_it_is_the_plain_quantile(found: list[tuple[int, bool]]) -> None:
    durations = sorted(duration for duration, _ in found)
    median = quantile(durations, [True] * len(durations))
    assert median == (durations[(len(durations) - 1) // 2] if durations else None)


@given(waits, st.integers(1, 50))
def test_leaving_a_ticket_open_longer_never_looks_faster(found, later: int) -> None:
    durations = [duration for duration, _ in found]
    marks = [mark for _, mark in found]
    before = quantile(durations, marks)
    longer = [d if mark else d + later for d, mark in found]
    after = quantile(longer, marks)
    assert after is None or (before is not None and after >= before)
