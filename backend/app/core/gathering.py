"""What arrives while the database is busy goes there together: one statement, one commit."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Generic, TypeVar, cast

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
MOST_AT_ONCE = 64


class _Entry(Generic[Item]):
    """One caller's item; its turn comes with an outcome, or with the lead."""

    __slots__ = ("done", "item", "outcome", "turn")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.turn = Lock()
        self.turn.acquire()
        self.done = False
        self.outcome: object = None


class Gatherer(Generic[Item, Outcome]):
    """Lets one caller at a time carry the items of all who wait.

    Whoever finds nobody under way goes at once, so a lonely item never waits. `carry` gives one
    outcome for each item; an exception among them is raised for that caller alone, and one that
    `carry` raises is raised for all whom it carried.
    """

    def __init__(self, carry: Callable[[Sequence[Item]], Sequence[Outcome | Exception]]) -> None:
        self._carry = carry
        self._lock = Lock()
        self._waiting: list[_Entry[Item]] = []
        self._under_way = False

    def submit(self, item: Item) -> Outcome:
        """Returns when the item's own outcome is known."""
        entry = _Entry(item)
        with self._lock:
            leads = not self._under_way
            if leads:
                self._under_way = True
            else:
                self._waiting.append(entry)
        if not leads:
            entry.turn.acquire()
        if not entry.done:
            self._lead(entry)
        if isinstance(entry.outcome, BaseException):
            raise entry.outcome
        return cast("Outcome", entry.outcome)

    def _lead(self, leader: _Entry[Item]) -> None:
        with self._lock:
            carried = [leader, *self._waiting[: MOST_AT_ONCE - 1]]
            del self._waiting[: MOST_AT_ONCE - 1]
        outcomes: Sequence[object] = ()
        try:
            outcomes = self._carry([entry.item for entry in carried])
        except BaseException as error:
            outcomes = [error] * len(carried)
            raise
        finally:
            self._hand_over()
            for entry, outcome in zip(carried, outcomes, strict=True):
                entry.outcome, entry.done = outcome, True
                if entry is not leader:
                    entry.turn.release()

    def _hand_over(self) -> None:
        """The lead goes to whoever has waited longest, so that nobody carries for ever."""
        with self._lock:
            if self._waiting:
                self._waiting.pop(0).turn.release()
            else:
                self._under_way = False
