"""A thread's own line to Redis, for the one command that every request sends.

The client's pool, retries and events around a command cost more than the command. Whatever goes
wrong on the line, the client tries again in its own careful way.
"""

import threading
from typing import Any

import hiredis
import redis

from backend.app.core.queue import redis_client

_lines = threading.local()


def ask(*command: str | int) -> Any:
    """Redis's answer; raises what the client would raise."""
    client = redis_client()
    connection = _line_of(client)
    packed = hiredis.pack_command(command)  # type: ignore[arg-type]
    try:
        connection.send_packed_command([packed], check_health=False)
        return connection.read_response()
    except (redis.ConnectionError, redis.TimeoutError, OSError):
        # A server that was restarted, or an answer that may still come: neither may be waited for.
        connection.disconnect()
        return client.execute_command(*command)


def _line_of(client: redis.Redis) -> Any:
    held = getattr(_lines, "held", None)
    if held is None or held[0] is not client:
        held = _lines.held = (client, client.connection_pool.make_connection())
    return held[1]
