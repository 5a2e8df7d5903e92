"""Units are large enough to hide in, and every village is in exactly one."""

from hypothesis import given
from hypothesis import strategies as st

from backend.app.surveys.units import LEAST, Village, merge_neighbours

villages = st.lists(st.tuples(st.integers(1, 5), st.integers(0, 60)), max_size=40).map(
    lambda rows: [Village(n, township, bound) for n, (township, bound) in enumerate(rows, 1)]
)


def sizes(units: list[tuple[int, ...]], known: list[Village]) -> list[int]:
    bound = {village.id: village.bound for village in known}
    return [sum(bound[i] for i in unit) for unit in units]


@given(villages)
def test_every_village_is_in_exactly_one_unit(known: list[Village]) -> None:
    units = merge_neighbours(known)
    assert sorted(i for unit in units for i in unit) == sorted(village.id for village in known)


@given(villages)
def test_no_unit_is_too_small_unless_the_county_is(known: list[Village]) -> None:
    units = merge_neighbours(known)
    everybody = sum(village.bound for village in known)
    if everybody >= LEAST:
        assert min(sizes(units, known)) >= LEAST
    else:
        assert len(units) <= 1


def test_a_large_village_stands_alone() -> None:
    known = [Village(1, 1, 30), Village(2, 1, 80), Village(3, 1, 31)]
    assert merge_neighbours(known) == [(1,), (2,), (3,)]


def test_small_neighbours_go_together_and_the_last_joins_the_one_before() -> None:
    known = [Village(1, 1, 12), Village(2, 1, 20), Village(3, 1, 40), Village(4, 1, 5)]
    assert merge_neighbours(known) == [(1, 2), (3, 4)]


def test_a_township_that_is_too_small_goes_with_the_next() -> None:
    known = [Village(1, 1, 9), Village(2, 2, 40), Village(3, 2, 40)]
    assert merge_neighbours(known) == [(1, 2), (3,)]
