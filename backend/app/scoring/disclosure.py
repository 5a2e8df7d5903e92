"""Disclosure control of survey tallies: what may be said about whom. Pure.

Rules (anonymity.md, scoring.md section 3):
- A unit with fewer than ten answers to a question is hidden.
- Where all but fewer than three agree, the answers of single people could be told: only a band is
  said. It is 九成以上 from twenty answers on and 八成以上 below, because two of ten are 20%.
- Where several options may be chosen, each option is a yes or no of its own, and the rule above
  holds for each: what fewer than three chose, or did not choose, is said as a band.
- Totals are sums of what was published, a banded unit entering with the one count its band stands
  for. So a total is a function of published numbers, and no total, and no difference of totals,
  can say more than the rows do: there is nothing for complementary suppression to repair.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

FEWEST = 10
SMALLEST_MINORITY = 3
# From so many answers on, two who differ are at most a tenth.
ENOUGH_FOR_NINETY = 20


class Shown(StrEnum):
    """How much of a unit is said."""

    EXACT = "exact"
    BANDED = "banded"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Tally:
    """How many chose each option, in one unit (shape: one count an option)."""

    unit: int
    counts: tuple[int, ...]

    @property
    def n(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Published:
    """What is said about one unit.

    `counts` are the true ones where exact, those the band stands for where banded, None where
    hidden. `majority` is the banded option, `at_least` its share in percent; `n` is None where
    hidden. Where several options may be chosen `majority` is None: a count of 1 or n - 1 stands
    for the band, every other is true.
    """

    unit: int
    shown: Shown
    n: int | None = None
    counts: tuple[int, ...] | None = None
    majority: int | None = None
    at_least: int | None = None


def publish(tally: Tally) -> Published:
    """The row of one unit; a function of that unit alone. Raises ValueError for negative counts."""
    if not tally.counts or min(tally.counts) < 0:
        raise ValueError(f"counts of at least one option, none negative, got {tally.counts}")
    n = tally.n
    if n < FEWEST:
        return Published(tally.unit, Shown.HIDDEN)
    most = max(tally.counts)
    if n - most >= SMALLEST_MINORITY:
        return Published(tally.unit, Shown.EXACT, n, tally.counts)
    majority = tally.counts.index(most)
    at_least = 90 if n >= ENOUGH_FOR_NINETY else 80
    counts = _stands_for(n, majority, len(tally.counts))
    return Published(tally.unit, Shown.BANDED, n, counts, majority, at_least)


def publish_several(unit: int, people: int, counts: Sequence[int]) -> Published:
    """The row of a question of which each of so many people chose any number of options.

    Raises ValueError for a count that so many people cannot have given.
    """
    if not counts or min(counts) < 0 or max(counts) > people:
        raise ValueError(f"counts of at least one option, 0 to {people}, got {tuple(counts)}")
    if people < FEWEST:
        return Published(unit, Shown.HIDDEN)
    said = tuple(_of_option(people, count) for count in counts)
    if all(SMALLEST_MINORITY <= count <= people - SMALLEST_MINORITY for count in counts):
        return Published(unit, Shown.EXACT, people, said)
    at_least = 90 if people >= ENOUGH_FOR_NINETY else 80
    return Published(unit, Shown.BANDED, people, said, None, at_least)


def _of_option(people: int, count: int) -> int:
    if count < SMALLEST_MINORITY:
        return 1
    return people - 1 if count > people - SMALLEST_MINORITY else count


def _stands_for(n: int, majority: int, options: int) -> tuple[int, ...]:
    """The middle of a band: one person differs, and says what lies next to the majority."""
    if options == 1:
        return (n,)
    other = majority + 1 if majority + 1 < options else majority - 1
    return tuple(
        n - 1 if option == majority else 1 if option == other else 0 for option in range(options)
    )


@dataclass(frozen=True)
class Total:
    """The sum of published rows, with how many units it says and how many it does not."""

    counts: tuple[int, ...]
    n: int
    units: int
    banded: int
    hidden: int


def total(rows: Iterable[Published], options: int) -> Total:
    """Sums what was published; hidden units are counted and not summed."""
    listed: Sequence[Published] = list(rows)
    sums = [0] * options
    for row in listed:
        for option, count in enumerate(row.counts or ()):
            sums[option] += count
    return Total(
        tuple(sums),
        sum(row.n or 0 for row in listed),
        len(listed),
        sum(row.shown is Shown.BANDED for row in listed),
        sum(row.shown is Shown.HIDDEN for row in listed),
    )
