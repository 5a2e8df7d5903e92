"""Who differs by more than chance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.scoring.funnel import funnel


def test_a_unit_far_from_the_rest_is_marked_and_the_rest_are_not() -> None:
    found = funnel([80, 79, 82, 81, 40], [100] * 5)
    assert found.marks[4] == "far_low"
    assert set(funnel([80, 79, 82, 81], [100] * 4).marks) == {""}


def test_the_same_share_of_few_is_no_outlier() -> None:
    many = funnel([800, 40], [1000, 100])
    few = funnel([800, 1], [1000, 3])
    assert many.marks[1] == "far_low"
    assert few.marks[1] == ""


def test_limits_narrow_as_numbers_grow() -> None:
    curve = funnel([900, 80], [1200, 100]).curve
    widths = [one.high - one.low for one in curve if one.n > 20]
    assert widths == sorted(widths, reverse=True)
    assert all(one.far_low <= one.low <= one.high <= one.far_high for one in curve)


def test_dispersion_is_one_or_less_where_only_chance_is_at_work() -> None:
    """Binomial quantiles of 40 trials at one half: no more spread than the binomial's own."""
    found = funnel([16, 17, 18, 19, 20, 20, 21, 22, 23, 24], [40] * 10)
    assert found.dispersion < 1
    assert funnel([5, 35, 6, 34], [40] * 4).dispersion > 10


def test_nobody_counted_is_no_funnel_and_nobody_asked_no_mark() -> None:
    assert funnel([0, 0], [0, 0]) is None
    assert funnel([5, 0], [9, 0]).marks[1] is None
    with pytest.raises(ValueError, match="expected"):
        funnel([3], [2])


@given(
    st.lists(
        st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_any_counts_can_be_drawn(pairs) -> None:
    found = funnel([s for s, _ in pairs], [n for _, n in pairs])
    if found is not None:
        assert len(found.marks) == len(pairs)
        assert all(0 <= one.far_low <= one.far_high <= 1 for one in found.curve)
