"""Wrong passwords: who waits, and for how long.

Counted by name and address together, so that a stranger who guesses keeps nobody else out. Guesses
from many addresses are counted by name as well, and stop every browser but those that have logged
in under this name before.
"""

import hashlib
import struct
from datetime import timedelta

from backend.app.core import clock
from backend.app.core.queue import redis_client
from backend.app.core.signed_tokens import BadSignature, sign, verify

FREE, FREE_OF_STRANGERS = 5, 30
FIRST_WAIT, LONGEST_WAIT = 60, 3600
REMEMBERED = int(timedelta(days=1).total_seconds())
PURPOSE = "login_device"
DEVICE_FOR = timedelta(days=180)
DEVICE = struct.Struct(">QQ")


def device_token(person_id: int) -> str:
    """What a browser keeps that has finished a log-in; it opens nothing by itself."""
    return sign(PURPOSE, DEVICE.pack(person_id, int(clock.now().timestamp())))


def is_known(token: str, person_id: int) -> bool:
    try:
        owner, at = DEVICE.unpack(verify(PURPOSE, token))
    except (BadSignature, struct.error):
        return False
    age = clock.now().timestamp() - at
    return bool(owner == person_id and age < DEVICE_FOR.total_seconds())


class Throttle:
    """One attempt: a name, and where it comes from."""

    def __init__(self, name: str, caller: str, known: bool) -> None:
        here = _key(name, f"known:{caller}" if known else caller)
        self.buckets = [(here, FREE)]
        if not known:
            self.buckets.append((_key(name, "strangers"), FREE_OF_STRANGERS))

    def waits(self) -> bool:
        return any(redis_client().exists(f"{bucket}:wait") for bucket, _ in self.buckets)

    def failed(self) -> None:
        """From the last free attempt on, each failure doubles the wait."""
        client = redis_client()
        for bucket, free in self.buckets:
            pipeline = client.pipeline()
            pipeline.incr(bucket)
            pipeline.expire(bucket, REMEMBERED)
            over = int(pipeline.execute()[0]) - free
            if over >= 0:
                client.set(f"{bucket}:wait", 1, ex=min(LONGEST_WAIT, FIRST_WAIT << min(over, 10)))

    def forgive(self) -> None:
        """The right password: what this caller did wrong before is forgotten."""
        here, _ = self.buckets[0]
        redis_client().delete(here, f"{here}:wait")


def forgive_all(name: str) -> None:
    client = redis_client()
    keys = list(client.scan_iter(f"{_key(name, '')}*"))
    if keys:
        client.delete(*keys)


def _key(name: str, where: str) -> str:
    digest = hashlib.sha256(name.strip().lower().encode()).hexdigest()[:16]
    return f"login_failures:{digest}:{where}"
