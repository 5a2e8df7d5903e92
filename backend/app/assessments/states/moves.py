"""A move that a permission allows: the form of the tables of programmes and grades."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Generic, TypeVar

from backend.app.access import Permission
from backend.app.core.states import NamedState

S = TypeVar("S", bound=NamedState)


@dataclass(frozen=True)
class PermittedMove(Generic[S]):
    """From where a move starts, where it leads, and who may make it."""

    starts: Collection[S]
    to: S
    by: Permission
