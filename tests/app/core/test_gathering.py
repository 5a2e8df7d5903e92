"""Whoever waits goes along with the next who leads; nobody pays for another's fault."""

import threading
from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.app.core.gathering import MOST_AT_ONCE, Gatherer


class Ferry:
    """Carries numbers and doubles them; its first crossing lasts until it is let go."""

    def __init__(self, answer: Callable[[int], object] = lambda number: 2 * number) -> None:
        self.crossings: list[list[int]] = []
        self.answer = answer
        self.left, self.may_arrive = threading.Event(), threading.Event()

    def carry(self, numbers: Sequence[int]) -> list:
        self.crossings.append(list(numbers))
        if len(self.crossings) == 1:
            self.left.set()
            assert self.may_arrive.wait(10)
        return [self.answer(number) for number in numbers]


def cross(ferry: Ferry, numbers: Sequence[int]) -> dict[int, object]:
    """The first number leads, the others come while it is under way; gives all outcomes."""
    gatherer: Gatherer[int, object] = Gatherer(ferry.carry)
    outcomes: dict[int, object] = {}

    def submit(number: int) -> None:
        try:
            outcomes[number] = gatherer.submit(number)
        except Exception as error:  # noqa: BLE001
            outcomes[number] = error

    threads = [threading.Thread(target=submit, args=(number,)) for number in numbers]
    threads[0].start()
    assert ferry.left.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(gatherer._waiting) < len(numbers) - 1:
        threading.Event().wait(0.001)
    ferry.may_arrive.set()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()
    assert gatherer._under_way is False
    return outcomes


def test_a_lonely_item_goes_at_once() -> None:
    gatherer: Gatherer[int, int] = Gatherer(lambda numbers: [n + 1 for n in numbers])
    assert [gatherer.submit(n) for n in (1, 2)] == [2, 3]


def test_those_who_arrive_meanwhile_go_together_and_each_gets_the_own_outcome() -> None:
    ferry = Ferry()
    assert cross(ferry, range(6)) == {n: 2 * n for n in range(6)}
    assert ferry.crossings[0] == [0]
    assert sorted(ferry.crossings[1]) == [1, 2, 3, 4, 5]
    assert len(ferry.crossings) == 2


def test_an_exception_among_the_outcomes_is_raised_for_its_own_caller_alone() -> None:
    ferry = Ferry(lambda number: ValueError(number) if number == 3 else number)
    outcomes = cross(ferry, range(5))
    assert isinstance(outcomes.pop(3), ValueError)
    assert outcomes == {0: 0, 1: 1, 2: 2, 4: 4}


def test_when_the_crossing_itself_fails_all_on_board_are_told_and_the_next_goes_on() -> None:
    def sink(number: int) -> int:
        if number:
            raise ConnectionError
        return 0

    gatherer_outcomes = cross(Ferry(sink), range(4))
    assert gatherer_outcomes.pop(0) == 0
    assert {type(outcome) for outcome in gatherer_outcomes.values()} == {ConnectionError}


def test_a_crowd_goes_in_several_crossings() -> None:
    ferry = Ferry()
    crowd = range(MOST_AT_ONCE + 8)
    assert cross(ferry, crowd) == {n: 2 * n for n in crowd}
    assert max(map(len, ferry.crossings)) == MOST_AT_ONCE


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.parametrize("threads", [2, 8])
@given(st.lists(st.integers(0, 99), min_size=1, max_size=40))
def test_whatever_comes_everybody_gets_the_own_outcome(threads: int, numbers: list[int]) -> None:
    gatherer: Gatherer[int, int] = Gatherer(lambda carried: [n * n for n in carried])
    wrong: list[int] = []

    def work(mine: list[int]) -> None:
        wrong.extend(n for n in mine if gatherer.submit(n) != n * n)

    workers = [threading.Thread(target=work, args=(numbers[i::threads],)) for i in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(10)
    assert not wrong
    assert gatherer._under_way is False
