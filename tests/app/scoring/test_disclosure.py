"""T11 and T12: nothing hidden can be solved from what is published."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.app.scoring.disclosure import (
    FEWEST,
    Published,
    Shown,
    Tally,
    Total,
    publish,
    publish_several,
    total,
)

tallies = st.lists(st.integers(0, 40), min_size=2, max_size=5).map(
    lambda counts: Tally(1, tuple(counts))
)

three = st.tuples(*[st.integers(0, 40)] * 3).map(lambda counts: Tally(1, counts))


def tables(n: int, options: int) -> Iterator[tuple[int, ...]]:
    """Every way in which n people may have answered."""
    if options == 1:
        yield (n,)
        return
    for first in range(n + 1):
        for rest in tables(n - first, options - 1):
            yield (first, *rest)


def solve(seen: list[Published], overall: Total, options: int, most: int) -> list[set[int]]:
    """A brute-force attacker: every true table that would have been published just so.

    Returns, for each unit and option in order, the values the cell may have.
    """
    candidates = []
    for row in seen:
        sizes = range(most + 1) if row.n is None else [row.n]
        candidates.append(
            [
                counts
                for n in sizes
                for counts in tables(n, options)
                if publish(Tally(row.unit, counts)) == row
            ]
        )
    cells: list[set[int]] = [set() for _ in range(len(seen) * options)]
    for guess in product(*candidates):
        rows = [publish(Tally(row.unit, counts)) for row, counts in zip(seen, guess, strict=True)]
        if total(rows, options) != overall:
            continue
        for place, value in enumerate(value for counts in guess for value in counts):
            cells[place].add(value)
    return cells


@pytest.mark.parametrize(
    "truth",
    [
        [(12, 0, 0), (10, 1, 0)],  # one unanimous, one nearly
        [(12, 0, 0), (5, 4, 3)],  # a band beside an exact row
        [(2, 1, 0), (6, 4, 2)],  # a hidden row beside an exact one
        [(0, 11, 1), (0, 10, 2)],
        [(9, 0, 0), (0, 0, 12)],
    ],
)
def test_t11_a_solver_that_tries_everything_recovers_no_hidden_cell(
    truth: list[tuple[int, ...]],
) -> None:
    seen = [publish(Tally(unit, counts)) for unit, counts in enumerate(truth)]
    cells = solve(seen, total(seen, 3), 3, FEWEST - 1)
    for place, values in enumerate(cells):
        row = seen[place // 3]
        if row.shown is Shown.EXACT:
            assert values == {truth[place // 3][place % 3]}
        else:
            assert len(values) >= 3, (row, values)


@given(tallies)
def test_fewer_than_ten_answers_say_nothing(tally: Tally) -> None:
    row = publish(tally)
    assert (row.shown is Shown.HIDDEN) == (tally.n < FEWEST)
    if row.shown is Shown.HIDDEN:
        assert row == Published(tally.unit, Shown.HIDDEN)


@given(tallies)
def test_t12_a_minority_below_three_is_said_as_a_band_that_is_true(tally: Tally) -> None:
    row = publish(tally)
    minority = tally.n - max(tally.counts)
    if tally.n < FEWEST:
        return
    assert (row.shown is Shown.BANDED) == (minority < 3)
    if row.shown is Shown.BANDED and row.at_least is not None and row.majority is not None:
        assert tally.counts[row.majority] * 100 >= row.at_least * tally.n
        assert row.at_least == (90 if tally.n >= 20 else 80)


@given(st.integers(10, 60), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2))
def test_all_rows_of_one_band_look_alike(n: int, first: int, second: int, majority: int) -> None:
    """Whether none, one or two differed, and how, leaves no trace."""

    def with_minority(count: int, at: int) -> Published:
        counts = [0, 0, 0]
        counts[majority] = n - count
        counts[(majority + 1 + at % 2) % 3] += count
        return publish(Tally(7, tuple(counts)))

    assert with_minority(first, first) == with_minority(second, second)


@given(st.lists(three, max_size=8))
def test_a_total_is_the_sum_of_what_was_published(units: list[Tally]) -> None:
    rows = [publish(tally) for tally in units]
    overall = total(rows, 3)
    said = [row.counts for row in rows if row.counts is not None]
    assert overall.counts == tuple(sum(column) for column in zip(*said, strict=True)) or not said
    assert overall.units == len(units)
    assert overall.n == sum(tally.n for tally in units if tally.n >= FEWEST)
    # A banded unit is off by one person at most, either way.
    true = sum(tally.counts[0] for tally in units if tally.n >= FEWEST)
    assert abs(overall.counts[0] - true) <= 2 * overall.banded


@pytest.mark.parametrize("counts", [(), (-1, 12)])
def test_impossible_counts_are_refused(counts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="counts"):
        publish(Tally(1, counts))


several = st.integers(0, 60).flatmap(
    lambda people: st.tuples(
        st.just(people), st.lists(st.integers(0, people), min_size=2, max_size=5).map(tuple)
    )
)


@given(several)
def test_t12_where_several_may_be_chosen_each_option_has_its_own_band(given_counts) -> None:
    people, counts = given_counts
    row = publish_several(7, people, counts)
    if people < FEWEST:
        assert row == Published(7, Shown.HIDDEN)
        return
    assert row.counts is not None
    share = 10 if people >= 20 else 20
    for said, true in zip(row.counts, counts, strict=True):
        if 3 <= true <= people - 3:
            assert said == true
        elif true < 3:
            assert said == 1
            assert true * 100 <= share * people
        else:
            assert said == people - 1
            assert true * 100 >= (100 - share) * people
    banded = any(count < 3 or count > people - 3 for count in counts)
    assert (row.shown is Shown.BANDED) is banded
    assert row.majority is None
    assert (row.at_least is None) is not banded


@pytest.mark.parametrize("counts", [(0, 11), (1, 12), (2, 10), (5, 1), (12, 12)])
def test_t11_no_count_of_a_banded_option_can_be_solved(counts: tuple[int, int]) -> None:
    """Options are independent: whatever is known of one says nothing of another."""
    row = publish_several(7, 12, counts)
    fits = [guess for guess in product(range(13), repeat=2) if publish_several(7, 12, guess) == row]
    for option, count in enumerate(counts):
        values = {guess[option] for guess in fits}
        if 3 <= count <= 9:
            assert values == {count}
        else:
            assert len(values) == 3


def test_a_total_of_several_counts_people_and_not_ticks() -> None:
    rows = [publish_several(1, 20, (15, 9)), publish_several(2, 12, (6, 6))]
    overall = total(rows, 2)
    assert (overall.n, overall.counts) == (32, (21, 15))


@pytest.mark.parametrize("counts", [(), (-1, 2), (13, 1)])
def test_more_ticks_than_people_are_refused(counts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="counts"):
        publish_several(1, 12, counts)
