"""Shrinkage against worked examples, and what must hold for any data."""

from math import fsum, isclose, isinf

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.app.scoring.shrinkage import beta_binomial, credibility, credibility_from_sums


def test_credibility_equals_a_worked_example_of_loss_models() -> None:
    """Two policyholders, three years: means 5 and 9, v = 6.5, a = 5.8333, Z = 0.7292."""
    found = credibility([[3, 5, 7], [6, 12, 9]])
    assert isclose(found.mean, 7)
    assert found.within == 6.5
    assert round(found.between, 4) == 5.8333
    assert [round(z, 4) for z in found.z] == [0.7292, 0.7292]
    assert [round(value, 2) for value in found.shrunk] == [5.54, 8.46]


def test_unequal_groups_by_hand() -> None:
    """n 2 and 4: within 4 / 4, between (6 squares of 2 about 4, less 1) / (6 - 20/6)."""
    found = credibility([[1, 3], [4, 5, 5, 6]])
    # Means 2 and 5, overall 4; squares inside 2 + 2 = 4, degrees 4; squares between 8 + 4 = 12.
    assert found.within == 1
    assert isclose(found.between, (12 - 1) / (6 - 20 / 6))
    k = found.within / found.between
    assert isclose(found.z[0], 2 / (2 + k))
    assert isclose(found.z[1], 4 / (4 + k))
    weight = found.z[0] + found.z[1]
    assert isclose(found.mean, (found.z[0] * 2 + found.z[1] * 5) / weight)


def test_groups_that_differ_by_chance_only_all_get_the_mean() -> None:
    found = credibility([[0, 10], [1, 9], [2, 8]])
    assert found.between == 0
    assert found.z == (0.0, 0.0, 0.0)
    assert found.shrunk == (5.0, 5.0, 5.0)


def test_an_empty_group_gets_the_mean_and_one_value_alone_is_possible() -> None:
    found = credibility([[1, 2], [9, 8], []])
    assert found.z[2] == 0
    assert found.shrunk[2] == found.mean
    assert credibility([[4]]).shrunk == (4.0,)


groups = st.lists(st.lists(st.sampled_from([0, 30, 60, 80, 100]), max_size=12), max_size=8)


@given(groups)
def test_shrunk_means_lie_between_their_own_and_the_common_mean(found) -> None:
    assume(any(found))
    result = credibility(found)
    for group, z, shrunk in zip(found, result.z, result.shrunk, strict=True):
        assert 0 <= z <= 1
        if group:
            own = fsum(group) / len(group)
            low, high = min(own, result.mean), max(own, result.mean)
            assert low - 1e-9 <= shrunk <= high + 1e-9


@given(groups, st.randoms(use_true_random=False))
def test_the_order_of_values_and_groups_changes_nothing(found, dice) -> None:
    assume(any(found))
    before = credibility(found)
    order = list(range(len(found)))
    dice.shuffle(order)
    mixed = [dice.sample(found[place], len(found[place])) for place in order]
    after = credibility(mixed)
    for new, old in enumerate(order):
        assert isclose(after.shrunk[new], before.shrunk[old], abs_tol=1e-9)


@given(groups)
def test_sums_give_what_values_give(found) -> None:
    assume(any(found))
    squares = fsum(
        fsum((x - fsum(group) / len(group)) ** 2 for x in group) for group in found if group
    )
    counts, totals = [len(group) for group in found], [fsum(group) for group in found]
    assert credibility_from_sums(counts, totals, squares) == credibility(found)


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one value"):
        credibility([[], []])


def test_beta_binomial_by_hand_after_kleinman() -> None:
    """Rates 0.2 and 0.8 of ten each: p 0.5, S 1.8, spread 10, correlation 1.55 / 2.25."""
    found = beta_binomial([2, 8], [10, 10])
    size = 2.25 / 1.55 - 1
    assert isclose(found.alpha, 0.5 * size)
    assert isclose(found.beta, 0.5 * size)
    assert isclose(found.shrunk[0], (2 + 0.5 * size) / (10 + size))


def test_rates_that_differ_by_chance_only_all_get_the_mean() -> None:
    found = beta_binomial([5, 5, 6], [10, 10, 12])
    assert isinf(found.alpha)
    assert found.shrunk == (0.5, 0.5, 0.5)


def test_no_trials_get_the_mean_and_all_alike_are_possible() -> None:
    assert beta_binomial([2, 8, 0], [10, 10, 0]).shrunk[2] == 0.5
    assert beta_binomial([3, 3], [3, 3]).shrunk == (1.0, 1.0)


@given(
    st.lists(
        st.integers(0, 30).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), max_size=8
    )
)
def test_shrunk_rates_lie_between_their_own_and_the_common_rate(pairs) -> None:
    assume(any(n for _, n in pairs))
    successes, trials = [s for s, _ in pairs], [n for _, n in pairs]
    found = beta_binomial(successes, trials)
    common = sum(successes) / sum(trials)
    for s, n, shrunk in zip(successes, trials, found.shrunk, strict=True):
        own = s / n if n else common
        assert min(own, common) - 1e-9 <= shrunk <= max(own, common) + 1e-9


@pytest.mark.parametrize(("s", "n"), [([3], [2]), ([-1], [2]), ([0], [0])])
def test_impossible_counts_are_refused(s: list[int], n: list[int]) -> None:
    with pytest.raises(ValueError, match="expected"):
        beta_binomial(s, n)
