"""How often one caller may do a thing: counted in Redis, told in the answer's headers."""

from dataclasses import dataclass

from flask import g

from backend.app.core import clock
from backend.app.core.errors import TooMany
from backend.app.core.queue import redis_client


@dataclass(frozen=True)
class RateLimit:
    """At most so many times in so many seconds."""

    name: str
    most: int
    seconds: int


def check(limit: RateLimit, caller: str) -> None:
    """Raises TooMany when the caller has used up this window; counts nothing."""
    _judge(limit, int(redis_client().get(_key(limit, caller)) or 0) + 1)


def count(limit: RateLimit, caller: str) -> None:
    """Counts one more; raises TooMany when it is one too many."""
    key = _key(limit, caller)
    pipeline = redis_client().pipeline()
    pipeline.incr(key)
    pipeline.expire(key, limit.seconds)
    _judge(limit, pipeline.execute()[0])


def tell(limit: RateLimit, used: int) -> int:
    """Puts the limit into the answer's headers; returns the seconds until the window ends."""
    left = limit.seconds - int(clock.now().timestamp()) % limit.seconds
    g.rate_limit = {
        "RateLimit-Limit": str(limit.most),
        "RateLimit-Remaining": str(max(0, limit.most - used)),
        "RateLimit-Reset": str(left),
    }
    return left


def _judge(limit: RateLimit, used: int) -> None:
    left = tell(limit, used)
    if used > limit.most:
        raise TooMany(retry_after=left)


def _key(limit: RateLimit, caller: str) -> str:
    window = int(clock.now().timestamp()) // limit.seconds
    return f"limit:{limit.name}:{caller}:{window}"
