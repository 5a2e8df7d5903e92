"""`make run` as a whole: starts, recovers, refuses a second start in words, leaves nothing."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from backend.local.setup import ROOT

PATIENCE = 60


class County:
    """One `make run`, without the demo's data."""

    def __init__(self, folder: Path, port: int) -> None:
        taken_away = ("DATABASE_URL", "REDIS_URL", "WECHAT_APP_ID", "DEMO_SECONDS_AHEAD")
        kept = {name: value for name, value in os.environ.items() if name not in taken_away}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "backend.local.run"],
            cwd=ROOT,
            env={**kept, "LOCAL_DIR": str(folder), "PORT": str(port), "APP_ENV": "development"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.told = ""

    def read_until(self, words: str) -> str:
        """What it says up to these words, or to its end."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.told += line
            if words in line:
                break
        return self.told

    def stop(self) -> str:
        self.process.send_signal(signal.SIGTERM)
        self.read_until("nothing of the kind, so to the end")
        assert self.process.wait(PATIENCE) == 0
        return self.told


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Start = Callable[[Path, int], County]


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts counties under the folder; none of their processes outlives the test."""
    started: list[County] = []

    def begin(where: Path, port: int) -> County:
        started.append(County(where, port))
        return started[-1]

    yield begin
    for one in started:
        one.process.terminate()
    for one in started:
        with suppress(subprocess.TimeoutExpired):
            one.process.wait(PATIENCE)
    for process in working_on(folder):
        process.kill()


@pytest.fixture
def county(start: Start, folder: Path, port: int) -> County:
    """A county that is open."""
    made = start(folder, port)
    assert "开门了" in made.read_until("Ctrl-C"), made.told
    return made


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_until_ready(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_ready(port):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def working_on(folder: Path) -> list[psutil.Process]:
    """Processes that have the folder among their words or as their county."""
    asked = ["cmdline", "environ", "status"]
    return [
        process
        for process in psutil.process_iter(asked)
        if process.info["status"] != psutil.STATUS_ZOMBIE
        and str(folder) in " ".join([*(process.info["cmdline"] or []),
                                     (process.info["environ"] or {}).get("LOCAL_DIR", "")])
    ]  # fmt: skip


def left_of(folder: Path) -> list[str]:
    """What still runs after it had time to end."""
    psutil.wait_procs(working_on(folder), timeout=20)
    return [" ".join(process.info["cmdline"] or []) for process in working_on(folder)]


def test_it_opens_recovers_from_killed_servers_and_leaves_nothing(
    county: County, folder: Path, port: int
) -> None:
    assert is_ready(port)
    os.kill(int((folder / "postgres/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    os.kill(int((folder / "redis.pid").read_text()), signal.SIGKILL)
    county.read_until("Redis died, recovering")
    wait_until_ready(port)
    told = county.stop()
    assert "PostgreSQL died, recovering" in told
    assert "Traceback" not in told
    assert left_of(folder) == []


def test_a_start_after_kill_9_takes_over_in_seconds(
    county: County, start: Start, folder: Path, port: int
) -> None:
    county.process.kill()
    county.process.wait()
    began = time.monotonic()
    again = start(folder, port)
    assert f"开门了 (Village Voice is open): http://127.0.0.1:{port}\n" in again.read_until(
        "Ctrl-C"
    )
    assert time.monotonic() - began < 30
    again.stop()
    assert left_of(folder) == []


def test_a_second_start_and_a_taken_port_are_told_in_words(
    county: County, start: Start, folder: Path, port: int
) -> None:
    second = start(folder, port)
    told = second.read_until("to the end")
    assert second.process.wait(PATIENCE) == 1
    assert f"正被进程 {county.process.pid} 使用" in told
    assert "Traceback" not in told
    elsewhere = start(folder / "elsewhere", port)
    assert f"端口 {port} 已被占用，改用" in elsewhere.read_until("port taken")
    elsewhere.read_until("Ctrl-C")


def test_two_starts_at_the_same_moment_open_two_counties(
    start: Start, folder: Path, port: int
) -> None:
    both = [start(folder / name, port) for name in ("one", "two")]
    addresses = set()
    for county in both:
        told = county.read_until("Ctrl-C")
        found = re.search(r"开门了 .*: (http://\S+)\n", told)
        assert found, told
        addresses.add(found[1])
    answers = {read(f"{address}/readyz") for address in addresses}
    assert len(addresses) == len(answers) == 2
    assert sum(f"端口 {port} 已被占用，改用" in county.told for county in both) == 1


def read(address: str) -> str:
    with urllib.request.urlopen(address, timeout=5) as answer:
        return str(answer.read().decode())
