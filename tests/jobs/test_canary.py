"""Nothing that villagers wrote leaves the database by a log: a canary is sent through a worker."""

import os
import subprocess
import sys

import pytest
import redis
from flask import Flask
from rq import Retry
from rq.job import Job
from rq.registry import FailedJobRegistry
from rq.serializers import JSONSerializer
from sqlalchemy import text

from backend.app.core import logs
from backend.app.core.db import db, transaction
from backend.app.core.queue import QueueName, queue
from backend.app.core.settings import REPOSITORY, Settings

CANARY = "canary-words-of-a-villager-7f3a"


def break_a_row(asleep: str) -> None:
    """A job whose row the database refuses; its message repeats the row."""
    with transaction():
        db.session.execute(
            text("INSERT INTO person (openid, display_name, created_at) VALUES (:w, NULL, now())"),
            {"w": f"{CANARY}-{asleep}"},
        )


def environment(settings: Settings) -> dict[str, str]:
    """What a process of these tests' own servers needs."""
    return {
        **os.environ, "APP_ENV": "test", "SECRET_KEY": settings.secret_key,
        "DATABASE_URL": settings.database_url, "REDIS_URL": settings.redis_url,
        "STORAGE_DIR": str(settings.storage_dir),
        "TRACE_KEY_DIR": str(settings.trace_key_dir), "LOG_LEVEL": "DEBUG",
    }  # fmt: skip


def run_worker(settings: Settings, *names: str) -> str:
    """A real worker process until its queues are empty; all that it wrote."""
    code = f"from backend.jobs.worker import work; work(burst=True, names={list(names)!r})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, env=environment(settings),
        capture_output=True, timeout=120, check=True,
    )  # fmt: skip
    return done.stdout.decode() + done.stderr.decode()


def everything_in(client: redis.Redis) -> bytes:
    """Every value of every kind, and the texts of failures, which RQ compresses."""
    found = []
    for key in client.keys("*"):
        kind = client.type(key).decode()
        read = {
            "string": client.get, "hash": client.hgetall, "set": client.smembers,
            "list": lambda name: client.lrange(name, 0, -1), "stream": client.xrange,
            "zset": lambda name: client.zrange(name, 0, -1, withscores=True),
        }[kind]  # fmt: skip
        found.append(key + repr(read(key)).encode())
    for failed in (queue(name) for name in QueueName):
        registry = FailedJobRegistry(queue=failed)
        for job_id in registry.get_job_ids():
            job = Job.fetch(job_id, connection=client, serializer=JSONSerializer)
            found += [str(result.exc_string).encode() for result in job.results()]
            found.append(str(job.exc_info).encode())
    return b"\n".join(found)


@pytest.mark.parametrize("retries", [False, True])
def test_a_refused_row_stands_neither_in_a_workers_log_nor_in_redis(
    app: Flask, settings: Settings, retries: bool
) -> None:
    queue(QueueName.SLOW).enqueue_call(
        f"{__name__}.break_a_row", args=["a"], failure_ttl=600,
        retry=Retry(max=1, interval=0) if retries else None,
    )  # fmt: skip
    said = run_worker(settings, "slow")
    kept = everything_in(redis.Redis.from_url(settings.redis_url))
    assert "job_failed" in said
    assert "NotNullViolation" in said
    assert b"NotNullViolation" in kept
    assert b"break_a_row" in kept
    assert CANARY not in said
    assert CANARY.encode() not in kept
    assert "Failing row" not in said + kept.decode("utf-8", "replace")


def test_a_refused_row_stands_not_in_postgresqls_log(
    app: Flask, settings: Settings, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with pytest.raises(Exception, match="NotNullViolation"):
        break_a_row("b")
    logs_written = tmp_path_factory.getbasetemp().glob("postgres*/postgres.log")
    written = "".join(log.read_text("utf-8", "replace") for log in logs_written)
    assert 'null value in column "display_name"' in written
    assert CANARY not in written


def test_what_ends_a_process_or_a_library_logs_is_masked(
    settings: Settings,
) -> None:
    code = (
        "import logging\n"
        "from backend.app.core import logs\n"
        "logs.configure('INFO')\n"
        "logging.basicConfig()\n"
        "try:\n"
        f"    raise ValueError('{CANARY}')\n"
        "except ValueError:\n"
        "    logging.getLogger('a.library').exception('it broke')\n"
        "import threading\n"
        "def fall(): raise KeyError(words)\n"
        f"words = '{CANARY}'\n"
        "thread = threading.Thread(target=fall); thread.start(); thread.join()\n"
        f"raise RuntimeError('{CANARY}')\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=REPOSITORY, capture_output=True, check=False, timeout=60
    )
    said = (ended.stdout + ended.stderr).decode()
    assert ended.returncode == 1
    for name in ("it broke", "ValueError", "KeyError", "RuntimeError"):
        assert name in said
    assert CANARY not in said


def test_masked_text_names_kinds_and_places() -> None:
    try:
        try:
            raise ValueError(CANARY)
        except ValueError as inner:
            raise KeyError(CANARY) from inner
    except KeyError as error:
        told = logs.masked_text(error)
    assert told.startswith("builtins.KeyError\n  ")
    assert "builtins.ValueError" in told
    assert CANARY not in told
