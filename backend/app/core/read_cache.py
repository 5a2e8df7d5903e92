"""Reads that one batch of many rows asks again and again, answered once.

Outside of `remembering()` nothing is remembered. Inside, what the block itself writes must not
change what it reads by these functions; what others change meanwhile counts from the next block on.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_memory: ContextVar[dict[Any, Any] | None] = ContextVar("memory", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """For a batch of many rows."""
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


def remembered(read: Callable[P, T]) -> Callable[P, T]:
    """Marks a read whose arguments can be keys."""

    @wraps(read)
    def asked(*args: P.args, **kwargs: P.kwargs) -> T:
        memory = _memory.get()
        if memory is None:
            return read(*args, **kwargs)
        key = (read, args, *sorted(kwargs.items()))
        if key not in memory:
            memory[key] = read(*args, **kwargs)
        answer: T = memory[key]
        return answer

    return asked
