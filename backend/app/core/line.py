"""A thread's own line to Redis, for the one command that every request sends.

The client's pool, retries and events around a command cost more than the command. Whatever goes
wrong on the line, the client tries again in its own careful way.
"""

import socket
import struct
import threading
from typing import Any

import hiredis
import redis

from backend.app.core.queue import redis_client

# Five seconds, as the client would wait. The kernel counts them: a timeout of Python's own is
# another poll, and another wait for the interpreter's lock, at every send and every answer.
PATIENCE = struct.pack("ll", 5, 0)
_lines = threading.local()


class Line:
    """One connection, made by the client's pool but never given back to it."""

    def __init__(self, client: redis.Redis) -> None:
        self.client = client
        self.connection: Any = client.connection_pool.make_connection()
        self.connection.register_connect_callback(self.let_the_kernel_wait)

    def let_the_kernel_wait(self, connection: Any) -> None:
        """Called whenever the line is open, again too."""
        line: socket.socket = connection._sock  # noqa: SLF001  there is no other way to it
        line.settimeout(None)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            line.setsockopt(socket.SOL_SOCKET, option, PATIENCE)


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
    held: Line | None = getattr(_lines, "held", None)
    if held is None or held.client is not client:
        held = _lines.held = Line(client)
    return held.connection
