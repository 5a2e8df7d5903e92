"""The worker as a process: what another one left undone is taken up while nothing else comes."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from flask import Flask
from rq.job import Job, JobStatus
from rq.registry import StartedJobRegistry

from backend.app.core import queue as queues
from backend.app.core.queue import JobName, QueueName, queue, redis_client
from backend.app.core.settings import REPOSITORY, Settings
from tests.jobs.test_canary import environment

WITHIN_SECONDS = 60
WORK = (
    "from backend.jobs import worker; worker.MAINTENANCE_SECONDS = 1; worker.work(names=['quick'])"
)


@pytest.fixture
def begun(app: Flask) -> Job:
    """A job that some worker has taken from its queue."""
    queues.send(JobName.OPEN_PHOTO, "tickets/none.jpg")
    job = queue(QueueName.QUICK).jobs[0]
    queue(QueueName.QUICK).remove(job)
    job.set_status(JobStatus.STARTED)
    return job


@pytest.fixture
def idle_worker(begun: Job, settings: Settings) -> Iterator[None]:
    """One that has looked round once and waits for a job."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORK], cwd=REPOSITORY, env=environment(settings),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wait_until(lambda: any(b"idle" in redis_client().hvals(key) for key in workers()))
    yield
    process.kill()
    process.wait()


def workers() -> list[bytes]:
    return list(redis_client().keys("rq:worker:*"))


def wait_until(come: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WITHIN_SECONDS
    while not come():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_an_idle_worker_takes_up_what_a_killed_one_left(idle_worker: None, begun: Job) -> None:
    started = StartedJobRegistry(queue=queue(QueueName.QUICK))
    # The last sign of life of its worker is too long ago.
    redis_client().zadd(started.key, {f"{begun.id}:{uuid4().hex}": time.time() - 1})
    wait_until(lambda: begun.get_status(refresh=True) is JobStatus.FINISHED)
