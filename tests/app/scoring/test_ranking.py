"""Ranks as bands: who cannot be told apart is not ordered."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from backend.app.scoring.intervals import exact_binomial_limits
from backend.app.scoring.ranking import RankInterval, bands, competition_ranks, rank_intervals


def test_equal_totals_share_a_rank() -> None:
    assert competition_ranks([90, 80, 80, 70]) == [1, 2, 2, 4]


def test_without_uncertainty_the_interval_is_the_rank() -> None:
    found = rank_intervals([3, 1, 2], [0, 0, 0], seed=1)
    assert found == [RankInterval(1, 1, 1), RankInterval(3, 3, 3), RankInterval(2, 2, 2)]


def test_the_same_seed_gives_the_same_intervals() -> None:
    totals, errors = [80, 79, 60, 59], [3, 3, 3, 3]
    assert rank_intervals(totals, errors, 7) == rank_intervals(totals, errors, 7)


def test_two_far_apart_pairs_are_two_bands() -> None:
    found = rank_intervals([80, 79, 40, 39], [3, 3, 3, 3], seed=7)
    assert [one.low for one in found] == [1, 1, 3, 3]
    assert [one.high for one in found] == [2, 2, 4, 4]
    assert bands(found) == [1, 1, 2, 2]


def test_neighbours_that_overlap_do_not_chain_a_whole_field_into_one_band() -> None:
    """Each overlaps the next, the first and the last are far apart: they are not one band."""
    chain = [RankInterval(n, max(1, n - 3), min(30, n + 3)) for n in range(1, 31)]
    found = bands(chain)
    assert found[0] == found[6] == 1
    assert found[7] == 2
    assert max(found) == 5


def test_equal_units_may_stand_anywhere() -> None:
    """Of 20 alike each rank is as likely as any: the 95% interval is 1 to 20."""
    found = rank_intervals([50] * 20, [5] * 20, seed=3, draws=2000)
    assert {(one.rank, one.low, one.high) for one in found} == {(1, 1, 20)}
    assert set(bands(found)) == {1}


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 10)), min_size=1, max_size=12))
def test_the_interval_is_within_the_field_and_bands_follow_the_rank(pairs) -> None:
    found = rank_intervals([t for t, _ in pairs], [e for _, e in pairs], seed=5, draws=60)
    assert all(1 <= one.low <= one.high <= len(pairs) for one in found)
    order = sorted(zip(found, bands(found), strict=True), key=lambda pair: pair[0].rank)
    assert [band for _, band in order] == sorted(band for _, band in order)


@pytest.mark.parametrize(("errors", "draws"), [([-1.0], 10), ([1.0], 0)])
def test_impossible_input_is_refused(errors: list[float], draws: int) -> None:
    with pytest.raises(ValueError, match="expected"):
        rank_intervals([1.0], errors, 1, draws)


def test_limits_of_the_funnel_hold_their_level_as_nearly_as_counts_can() -> None:
    for n in (40, 400, 5000):
        for p in (0.05, 0.5, 0.83):
            low, high = exact_binomial_limits(p, n, 0.95)
            assert 0 <= low < p < high <= 1
            inside = binom.cdf(int(high * n), n, p) - binom.cdf(int(low * n) - 1, n, p)
            assert 0.9 <= inside <= 0.975
            assert binom.cdf(ceil(low * n) - 1, n, p) <= 0.025


def test_limits_narrow_toward_the_rate_and_widen_with_the_level() -> None:
    narrow, wide = exact_binomial_limits(0.7, 1000), exact_binomial_limits(0.7, 50)
    assert wide[0] < narrow[0] < 0.7 < narrow[1] < wide[1]
    far = exact_binomial_limits(0.7, 50, 0.998)
    assert far[0] < wide[0]
    assert far[1] > wide[1]


def test_large_samples_agree_with_the_normal_limits() -> None:
    low, high = exact_binomial_limits(0.5, 100_000)
    assert abs(low - (0.5 - 1.959964 * (0.25 / 100_000) ** 0.5)) < 1e-5
    assert abs(high - (0.5 + 1.959964 * (0.25 / 100_000) ** 0.5)) < 1e-5


@pytest.mark.parametrize(("p", "n", "level"), [(1.1, 5, 0.95), (0.5, 0, 0.95), (0.5, 5, 1.0)])
def test_impossible_limits_are_refused(p: float, n: int, level: float) -> None:
    with pytest.raises(ValueError, match="expected"):
        exact_binomial_limits(p, n, level)
