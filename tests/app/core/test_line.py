"""The one command of every request has a line of its own, and the client behind it."""

import socket
import threading
from pathlib import Path

import pytest
import redis

from backend.app.core import line
from backend.app.core.queue import redis_client


def test_it_answers_as_the_client_does(app) -> None:
    redis_client().set("a", "村")
    assert line.ask("GET", "a") == "村".encode()
    with pytest.raises(redis.exceptions.NoScriptError):
        line.ask("EVALSHA", "0" * 40, 0)
    assert line.ask("GET", "a") == "村".encode()


def test_a_line_that_was_cut_is_laid_anew(app) -> None:
    redis_client().set("a", "1")
    assert line.ask("GET", "a") == b"1"
    name = line.ask("CLIENT", "ID")
    redis_client().client_kill_filter(_id=name, skipme=False)
    assert line.ask("GET", "a") == b"1"
    assert line.ask("GET", "a") == b"1"
    assert line.ask("CLIENT", "ID") != name


def test_a_server_that_says_nothing_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = str(tmp_path / "silent.sock")
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(address)
        silent.listen()
        client = redis.Redis(unix_socket_path=address, socket_timeout=0.05, protocol=2,
                             driver_info=None, retry=None)  # fmt: skip
        monkeypatch.setattr(line, "redis_client", lambda: client)
        monkeypatch.setattr(line, "PATIENCE", line.struct.pack("ll", 0, 50_000))
        raised: list[Exception] = []

        def ask() -> None:
            try:
                line.ask("GET", "a")
            except redis.RedisError as error:
                raised.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        asking.join(20)
        assert not asking.is_alive()
    assert isinstance(raised[0], redis.TimeoutError)
