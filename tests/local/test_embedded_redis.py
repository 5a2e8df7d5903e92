"""The embedded Redis keeps its data for `make run` and forgets it for tests."""

import signal
from pathlib import Path

import psutil
import pytest
import redis

from backend.local.errors import LocalError
from backend.local.redis import Redis, embedded_redis


def test_data_survives_kill_9_when_it_is_to_be_kept(folder: Path) -> None:
    with embedded_redis(folder, keep=True) as url:
        client = redis.from_url(url)
        client.set("ticket", "1")
        process = psutil.Process(int((folder / "redis.pid").read_text()))
        process.send_signal(signal.SIGKILL)
        psutil.wait_procs([process], timeout=10)
    with embedded_redis(folder, keep=True) as url:
        assert redis.from_url(url).get("ticket") == b"1"


def test_tests_start_empty(folder: Path) -> None:
    with embedded_redis(folder) as url:
        redis.from_url(url).set("ticket", "1")
    with embedded_redis(folder) as url:
        assert redis.from_url(url).get("ticket") is None


def test_a_server_that_outlived_its_killed_starter_is_replaced(folder: Path) -> None:
    first = Redis(folder)
    first.start()
    with embedded_redis(folder) as url:
        assert redis.from_url(url).ping()
        assert first.server is not None
        assert first.server.wait(10) is not None


def test_data_that_cannot_be_read_is_set_aside(folder: Path) -> None:
    with embedded_redis(folder, keep=True) as url:
        redis.from_url(url).set("ticket", "1")
    for path in (folder / "redis").rglob("*"):
        if path.is_file():
            path.write_bytes(b"not what Redis wrote\n" * 9)
    with embedded_redis(folder, keep=True) as url:
        assert redis.from_url(url).get("ticket") is None
    assert list(folder.glob("redis.broken-*"))


def test_a_second_start_is_refused_in_words(folder: Path) -> None:
    told = pytest.raises(LocalError, match="正被进程")
    with embedded_redis(folder), told, embedded_redis(folder):
        pass
