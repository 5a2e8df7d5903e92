"""Whoever waits goes along with the next who leads; nobody pays for another's fault."""

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.app.core import gathering
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


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for somebody announced waits until that one has come or turned back."""
    monkeypatch.setattr(gathering, "PATIENCE", 60)


def lead_while_another_comes(comes: Callable[[Gatherer[int, int]], None]) -> list[list[int]]:
    """One submits while another has announced itself; gives the crossings."""
    crossings: list[list[int]] = []
    gatherer: Gatherer[int, int] = Gatherer(lambda n: crossings.append(sorted(n)) or list(n))
    leader = threading.Thread(target=gatherer.submit, args=(1,))
    with gatherer:
        leader.start()
        while gatherer._awaited is None:
            threading.Event().wait(0.001)
        comes(gatherer)
    leader.join(10)
    assert not leader.is_alive()
    return crossings


def test_one_who_has_announced_itself_is_taken_along(endless: None) -> None:
    assert lead_while_another_comes(lambda gatherer: gatherer.submit(2)) == [[1, 2]]


def test_one_who_turns_back_is_waited_for_no_longer(endless: None) -> None:
    assert lead_while_another_comes(lambda gatherer: None) == [[1]]


def test_a_lonely_one_does_not_wait_for_itself(endless: None) -> None:
    gatherer: Gatherer[int, int] = Gatherer(list)
    with gatherer:
        assert gatherer.submit(1) == 1


def test_nobody_waits_for_ever_for_one_who_does_not_come() -> None:
    gatherer: Gatherer[int, int] = Gatherer(list)
    with gatherer:
        leader = threading.Thread(target=gatherer.submit, args=(1,))
        leader.start()
        leader.join(10)
        assert not leader.is_alive()
    assert gatherer._awaited is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.parametrize("threads", [2, 8])
@given(st.lists(st.integers(0, 99), min_size=1, max_size=40))
def test_whatever_comes_everybody_gets_the_own_outcome(threads: int, numbers: list[int]) -> None:
    gatherer: Gatherer[int, int] = Gatherer(lambda carried: [n * n for n in carried])
    wrong: list[int] = []

    def work(mine: list[int]) -> None:
        for n in mine:
            # Some say that they are coming, and some of those turn back.
            with gatherer if n % 3 else nullcontext():
                if n % 5 and gatherer.submit(n) != n * n:
                    wrong.append(n)

    workers = [threading.Thread(target=work, args=(numbers[i::threads],)) for i in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(10)
    assert not wrong
    assert gatherer._under_way is False
    assert (gatherer._coming, gatherer._awaited) == (0, None)
    assert not gatherer._gate.acquire(blocking=False)
