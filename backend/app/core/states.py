"""States as a table: each with the words people read; SQL about them comes from here."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Self


class NamedState(StrEnum):
    """A state of one kind of thing: its value in the database and its words."""

    words: str

    def __new__(cls, value: str, words: str) -> "NamedState":
        member = str.__new__(cls, value)
        member._value_ = value
        member.words = words
        return member

    @classmethod
    def of(cls, value: str) -> Self:
        """The state that stands in the database as this."""
        return next(state for state in cls if state == value)

    @classmethod
    def names(cls) -> dict[str, str]:
        """The words of each state, in order."""
        return {state.value: state.words for state in cls}


def one_of(column: str, values: Iterable[str]) -> str:
    """The condition in SQL that a column has one of the values."""
    return f"{column} IN ({_listed(values)})"


def none_of(column: str, values: Iterable[str]) -> str:
    return f"{column} NOT IN ({_listed(values)})"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))
