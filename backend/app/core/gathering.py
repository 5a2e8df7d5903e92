"""What arrives while the database is busy goes there together: one statement, one commit."""

from collections.abc import Callable, Sequence
from threading import Lock, local
from typing import Generic, TypeVar, cast

Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
MOST_AT_ONCE = 64
# Whoever leads waits so long, and no longer, for those who have announced themselves: seconds.
PATIENCE = 0.004


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

    Whoever finds nobody under way goes at once, so a lonely item never waits; but it takes along
    those who are only a moment behind, when they have said so: `with gatherer:` around whatever
    leads to `submit`. `carry` gives one outcome for each item; an exception among them is raised
    for that caller alone, and one that `carry` raises is raised for all whom it carried.
    """

    def __init__(self, carry: Callable[[Sequence[Item]], Sequence[Outcome | Exception]]) -> None:
        self._carry = carry
        self._lock = Lock()
        self._waiting: list[_Entry[Item]] = []
        self._under_way = False
        self._mine = local()
        self._coming = self._arrived = 0
        # How many must have arrived before the leader leaves, and what it waits at until then.
        self._awaited: int | None = None
        self._gate = Lock()
        self._gate.acquire()

    def __enter__(self) -> None:
        self._mine.coming = True
        with self._lock:
            self._coming += 1

    def __exit__(self, *_: object) -> None:
        if self._mine.coming:
            with self._lock:
                self._arrive()

    def _arrive(self) -> None:
        """One who had announced itself submits, or never will; the lock is held."""
        self._mine.coming = False
        self._coming -= 1
        self._arrived += 1
        if self._awaited is not None and self._arrived >= self._awaited:
            self._awaited = None
            self._gate.release()

    def submit(self, item: Item) -> Outcome:
        """Returns when the item's own outcome is known."""
        entry = _Entry(item)
        with self._lock:
            leads = not self._under_way
            if leads:
                self._under_way = True
            else:
                self._waiting.append(entry)
            if getattr(self._mine, "coming", False):
                self._arrive()
        if not leads:
            entry.turn.acquire()
        if not entry.done:
            self._lead(entry)
        if isinstance(entry.outcome, BaseException):
            raise entry.outcome
        return cast("Outcome", entry.outcome)

    def _lead(self, leader: _Entry[Item]) -> None:
        self._wait_for_the_announced()
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

    def _wait_for_the_announced(self) -> None:
        """Those who were on their way by now; who comes later goes with the next."""
        with self._lock:
            if not self._coming or len(self._waiting) >= MOST_AT_ONCE - 1:
                return
            self._awaited = self._arrived + self._coming
        if self._gate.acquire(timeout=PATIENCE):
            return
        with self._lock:
            if self._awaited is None:
                self._gate.acquire()
            self._awaited = None

    def _hand_over(self) -> None:
        """The lead goes to whoever has waited longest, so that nobody carries for ever."""
        with self._lock:
            if self._waiting:
                self._waiting.pop(0).turn.release()
            else:
                self._under_way = False
