"""A whole county started as `make run` starts it, for tests that need every process."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from backend.app.core.settings import REPOSITORY
from backend.local.postgres import Postgres
from backend.local.redis import Redis

OPEN_WITHIN = 300
OPEN = re.compile(r"Village Voice is open\): (http://127\.0\.0\.1:[0-9]+)\n")


@dataclass(frozen=True)
class Running:
    """Where the county answers and where its data lies."""

    base: str
    folder: Path
    process: subprocess.Popen[bytes]
    output: Path


@contextmanager
def running_county(folder: Path, **environment: str) -> Iterator[Running]:
    """Opens a demo county with two months of data; stops it as Ctrl-C does."""
    output = folder / "run.txt"
    settings = {
        **{
            k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "APP_ENV")
        },
        "LOCAL_DIR": str(folder / "data"),
        "PORT": str(8100 + os.getpid() % 40 * 20),
        "DEMO_MONTHS": "2",
        **environment,
    }
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend.local.run"],
            cwd=REPOSITORY, env=settings, stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
    try:
        yield Running(address_of(process, output), folder / "data", process, output)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def address_of(process: subprocess.Popen[bytes], output: Path) -> str:
    """Where it says that it is open: it moves on where its port is taken."""
    deadline = time.monotonic() + OPEN_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        if found := OPEN.search(output.read_text("utf-8")):
            return found[1]
        time.sleep(0.1)
    raise AssertionError(output.read_text("utf-8"))


def environment_of(running: Running) -> dict[str, str]:
    """What a process of this county would be given, for work the timetable does by night."""
    return {
        **os.environ,
        "APP_ENV": "demo",
        "SECRET_KEY": (running.folder / "secret").read_text(),
        "DATABASE_URL": Postgres(running.folder).url,
        "REDIS_URL": Redis(running.folder).url,
        "STORAGE_DIR": str(running.folder / "files"),
        "TRACE_KEY_DIR": str(running.folder / "trace-keys"),
        "BALLOT_KEY_DIR": str(running.folder / "ballot-keys"),
        "PUBLIC_HOST": running.base,
        "PYTHONPATH": str(REPOSITORY),
    }


NIGHT = """
from backend.jobs.context import application
from backend.jobs import surveys, tickets
with application().app_context():
    for _ in range(3):
        surveys.merge_boxes()
        tickets.read_letters()
"""


def three_nights(running: Running) -> None:
    """Empties the inbox and reads every letter, as the timetable does at three."""
    subprocess.run(
        [sys.executable, "-c", NIGHT], cwd=REPOSITORY, env=environment_of(running), check=True
    )
