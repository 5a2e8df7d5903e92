"""Opens a file of unknown origin in a process of its own, with little memory and little time.

A file of a few kilobytes can unpack into gigabytes, or keep a reader busy for minutes. Whatever it
does, it does to a child that knows no setting and no secret: the parent gets bytes or a refusal.
"""

import os
import resource
import subprocess
import sys
import threading
from dataclasses import dataclass
from importlib import import_module

import orjson
import structlog

from backend.app.core.errors import InvalidInput, Unavailable
from backend.app.core.settings import REPOSITORY

log = structlog.get_logger()
# At once in one process of ours; the others wait for a place.
AT_ONCE, WAIT_SECONDS = 2, 30.0
REFUSED = 3
MEGABYTE = 1024 * 1024
_places = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Bounds:
    """Megabytes of address space, seconds of processor, seconds on the clock."""

    megabytes: int
    processor_seconds: int
    seconds: int


class Unbounded(InvalidInput):
    """It took more than it was given, or broke its reader."""

    code = "file_unreadable"
    message = "这个文件打不开，请另存一份再试"


def open_apart(reader: str, content: bytes, bounds: Bounds, *names: str) -> bytes:
    """What `module:function` makes of the bytes; raises InvalidInput as it does, or Unbounded."""
    if not _places.acquire(timeout=WAIT_SECONDS):
        raise Unavailable
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__, reader, *map(str, _numbers(bounds)), *names],
            input=content, capture_output=True, timeout=bounds.seconds, check=False,
            cwd=REPOSITORY, env={"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        log.warning("file_unbounded", reader=reader, bytes=len(content), status="timeout")
        raise Unbounded from None
    finally:
        _places.release()
    if done.returncode == REFUSED:
        raise InvalidInput(**orjson.loads(done.stdout))
    if done.returncode != 0:
        log.warning("file_unbounded", reader=reader, bytes=len(content), status=done.returncode)
        raise Unbounded
    return done.stdout


def _numbers(bounds: Bounds) -> tuple[int, int]:
    return bounds.megabytes, bounds.processor_seconds


def _child(reader: str, megabytes: str, seconds: str, *names: str) -> int:
    """Reads standard input, writes standard output; the limits stand before the first byte."""
    module, _, function = reader.partition(":")
    read = getattr(import_module(module), function)
    memory = int(megabytes) * MEGABYTE
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds), int(seconds)))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    content = sys.stdin.buffer.read()
    try:
        answer, status = read(content, *names), 0
    except InvalidInput as error:
        answer, status = orjson.dumps({"message": error.message, "errors": error.errors}), REFUSED
    sys.stdout.buffer.write(answer)
    return status


if __name__ == "__main__":
    sys.exit(_child(*sys.argv[1:]))
