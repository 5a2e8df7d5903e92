"""The levels of a rating, best first: names, points, which are bad, and the counters' columns."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """`points` are what it is worth where a county's scheme gives no others; bad is 差评."""

    number: int
    name: str
    points: int
    bad: bool = False

    @property
    def column(self) -> str:
        """The counter of ratings at this level; of a bad one also the list of its cases."""
        return f"level_{self.number}"


LEVELS = (
    Level(1, "非常满意", 100),
    Level(2, "满意", 80),
    Level(3, "基本满意", 60),
    Level(4, "不满意", 30, bad=True),
    Level(5, "非常不满意", 0, bad=True),
)
NUMBERS = tuple(level.number for level in LEVELS)
BEST, WORST = NUMBERS[0], NUMBERS[-1]
LEVEL_NAMES = tuple(level.name for level in LEVELS)
LEVEL_POINTS = tuple(level.points for level in LEVELS)
COLUMNS = tuple(level.column for level in LEVELS)
BAD_LEVELS = tuple(level for level in LEVELS if level.bad)
# From this number on: good levels come first.
FIRST_BAD = BAD_LEVELS[0].number
POSITIVE_LEVELS = FIRST_BAD - BEST


def level_name(number: int) -> str:
    return LEVEL_NAMES[number - BEST]


def is_level(number: int) -> bool:
    return BEST <= number <= WORST


def no_counts() -> list[int]:
    """The counts of a unit that nobody rated."""
    return [0] * len(LEVELS)


def positive_of(counts: Sequence[int]) -> int:
    return sum(counts[:POSITIVE_LEVELS])


def bad_of(counts: Sequence[int]) -> int:
    return sum(counts[POSITIVE_LEVELS:])


def columns(alias: str, names: Sequence[str] = COLUMNS, joined_by: str = ", ") -> str:
    """The counters of a row in SQL: "c.level_1, c.level_2" and so on."""
    return joined_by.join(f"{alias}.{name}" for name in names)


def column_sums(alias: str) -> str:
    """The sums of the counters in SQL, 0 where there is no row."""
    return ", ".join(f"COALESCE(sum({alias}.{name}), 0)::int" for name in COLUMNS)
