"""Ports that a county keeps for itself from the moment it chose them."""

import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from backend.local.errors import LocalError
from backend.local.folder import locked

FIRST_PORT = 8000
PORTS_TO_TRY = 100
LAST_PORT = 65535


@contextmanager
def held_port(first: int = FIRST_PORT) -> Iterator[int]:
    """The first port from this one that nobody listens on and no other county has chosen.

    A county listens long after it chose its ports, and its web server would share one without a
    word (SO_REUSEPORT). So a lock stands for the port until the county has ended, however it ends.
    """
    folder = Path(tempfile.gettempdir()) / f"village-voice-ports-{os.geteuid()}"
    for port in range(first, min(first + PORTS_TO_TRY, LAST_PORT + 1)):
        with ExitStack() as stack:
            try:
                stack.enter_context(locked(folder, str(port)))
            except LocalError:
                continue
            if not _is_free(port):
                continue
            yield port
            return
    raise LocalError(
        f"从 {first} 起没有空着的端口。请停掉别的程序，或用 PORT 指定另一个。",
        f"No free port from {first} on. Stop another program or set PORT.",
    )


def _is_free(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
