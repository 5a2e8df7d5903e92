"""Throw-away servers and an application for one benchmark run."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from flask import Flask
from flask_migrate import upgrade

from backend.app.core.db import dispose
from backend.app.core.settings import Settings
from backend.app.factory import create_app
from backend.local.ports import held_port
from backend.local.postgres import embedded_postgres
from backend.local.redis import embedded_redis
from backend.local.run import THREADS

ROOT = Path(__file__).resolve().parents[1]
SECRET = "a secret that only these benchmarks know"


BEGAN = time.perf_counter()


def progress(words: str) -> None:
    """What a long run is at, beside its figures."""
    print(f"  [{time.perf_counter() - BEGAN:4.0f} s] {words}", file=sys.stderr, flush=True)


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """Environment for the application on a durable embedded PostgreSQL and a Redis."""
    with (
        tempfile.TemporaryDirectory() as folder,
        embedded_postgres(Path(folder) / "postgres") as database_url,
        embedded_redis(Path(folder) / "redis") as redis_url,
    ):
        yield {
            **os.environ,
            "APP_ENV": "test",
            "SECRET_KEY": SECRET,
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "STORAGE_DIR": str(Path(folder) / "files"),
            "BALLOT_KEY_DIR": str(Path(folder) / "ballot-keys"),
            "PUBLIC_HOST": "https://cunsheng.example.cn",
            "LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(ROOT),
        }


@contextmanager
def application(environment: dict[str, str]) -> Iterator[Flask]:
    """The application on migrated tables, its context pushed."""
    app = create_app(Settings.from_env(environment))
    with app.app_context():
        upgrade()
        yield app
        dispose()


@contextmanager
def web(target: str, environment: dict[str, str], workers: int = 1) -> Iterator[tuple[int, int]]:
    """A granian server as `make run` starts it; gives its port and process id."""
    with held_port(8700) as port:
        command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
            "--port", str(port), "--workers", str(workers), "--blocking-threads", str(THREADS),
            "--no-ws", "--log-level", "error", target,
        ]  # fmt: skip
        if target.endswith("create_anonymous_app"):
            command.append("--factory")
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        with ended(process):
            wait_until_open(port)
            yield port, process.pid


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Whatever happens meanwhile, the process does not outlive the block."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def wait_until_open(port: int) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
        except OSError:
            time.sleep(0.05)
            continue
        return
    raise SystemExit("the server under test did not open")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all its children."""
    root = psutil.Process(pid)
    times = [process.cpu_times() for process in (root, *root.children(recursive=True))]
    return sum(t.user + t.system for t in times)
