"""Opaque tokens: 256 random bits for the holder, their SHA-256 in Redis.

Losing Redis only means that people log in again; no token can be made from what Redis stores.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

import orjson
import redis

from backend.app.core.queue import redis_client


class SessionKind(StrEnum):
    APP = "app"
    CONSOLE = "console"


LIFETIME = {SessionKind.APP: timedelta(days=30), SessionKind.CONSOLE: timedelta(minutes=60)}
LIFETIME_SECONDS = {kind: int(life.total_seconds()) for kind, life in LIFETIME.items()}
ABSOLUTE = {SessionKind.APP: timedelta(days=365), SessionKind.CONSOLE: timedelta(hours=8)}
REQUESTS_A_MINUTE = 240

# One round trip: the session, its life prolonged, and the person's request count this minute.
READ_AND_COUNT = """
local session = redis.call('GET', KEYS[1])
if not session then return {false, 0} end
redis.call('EXPIRE', KEYS[1], ARGV[1])
local person = string.match(session, '"person_id":(%d+)')
local counter = 'requests:' .. person .. ':' .. ARGV[2]
local count = redis.call('INCR', counter)
if count == 1 then redis.call('EXPIRE', counter, 120) end
return {session, count}
"""
READ_AND_COUNT_SHA = hashlib.sha1(READ_AND_COUNT.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True)
class Session:
    """What Redis knows about one log-in."""

    person_id: int
    kind: SessionKind
    opened_at: float
    data: dict[str, Any]
    requests_this_minute: int = 0


def _key(kind: SessionKind, token: str) -> str:
    return f"session:{kind.value}:{hashlib.sha256(token.encode()).hexdigest()}"


def open_session(
    kind: SessionKind, person_id: int, opened_at: float, data: dict[str, Any] | None = None
) -> str:
    """Opens a session and returns the token; only its hash is stored."""
    token = secrets.token_urlsafe(32)
    record = {"person_id": person_id, "opened_at": opened_at, "data": data or {}}
    client = redis_client()
    pipeline = client.pipeline(transaction=True)
    key = _key(kind, token)
    pipeline.set(key, orjson.dumps(record), ex=LIFETIME[kind])
    index = f"sessions_of:{person_id}"
    pipeline.sadd(index, key)
    pipeline.expire(index, ABSOLUTE[SessionKind.APP])
    pipeline.execute()
    return token


def read_session(kind: SessionKind, token: str, at: float) -> Session | None:
    """The session behind a token, or None; also counts the person's request."""
    arguments = (1, _key(kind, token), LIFETIME_SECONDS[kind], int(at // 60))
    try:
        found, count = redis_client().evalsha(READ_AND_COUNT_SHA, *arguments)
    except redis.exceptions.NoScriptError:
        found, count = redis_client().eval(READ_AND_COUNT, *arguments)
    if not found:
        return None
    record = orjson.loads(found)
    if at - record["opened_at"] > ABSOLUTE[kind].total_seconds():
        close_session(kind, token)
        return None
    return Session(
        record["person_id"], kind, record["opened_at"], record["data"], requests_this_minute=count
    )


def close_session(kind: SessionKind, token: str) -> None:
    redis_client().delete(_key(kind, token))


def close_all_sessions(person_id: int, client: redis.Redis | None = None) -> None:
    """Logs a person out everywhere, as when a password or a role changes."""
    client = client or redis_client()
    index = f"sessions_of:{person_id}"
    keys = client.smembers(index)
    if keys:
        client.delete(*keys)
    client.delete(index)
