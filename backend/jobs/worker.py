"""Starts an RQ worker with the application: python -m backend.jobs.worker."""

import sys
from typing import Any

import structlog
from rq import Queue, SimpleWorker, Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from backend.app.core.db import dispose
from backend.app.core.logs import masked_text
from backend.app.core.queue import QueueName
from backend.app.core.queue import queue as queue_named
from backend.jobs.context import application

log = structlog.get_logger()
# Between two looks at jobs whose worker or machine died, also while nothing else comes. RQ gives a
# job up 90 seconds after its last sign of life.
MAINTENANCE_SECONDS = 15
# RQ waits for a job this much shorter than its worker's life, and looks only between two waits.
SHORTER = 15


class Masked:
    """A worker that tells of a failed job by kinds and places, in its log and in Redis.

    RQ keeps the exception's text for a week, and a database's repeats the row that was refused.
    """

    def handle_exception(self, job: Job, *exc_info: Any) -> None:
        log.error("job_failed", job=job.func_name, job_id=job.id, exc_info=exc_info[1])

    def handle_job_failure(
        self, job: Job, queue: Queue, started_job_registry: Any = None, exc_string: str = ""
    ) -> None:
        error = sys.exc_info()[1]
        told = exc_string if error is None else masked_text(error)
        super().handle_job_failure(  # type: ignore[misc]
            job, queue, started_job_registry=started_job_registry, exc_string=told
        )


class OneProcessWorker(Masked, SimpleWorker):
    """A worker that does its jobs itself."""


class ForkSafeWorker(Masked, Worker):
    """A worker whose children never share its database connections."""

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        dispose(close=False)
        super().fork_work_horse(job, queue)


def work(burst: bool = False, names: list[str] | None = None, forks: bool = True) -> bool:
    """Listens to the named queues, all of them by default; True when any job was done."""
    app = application()
    with app.app_context():
        kind = ForkSafeWorker if forks else OneProcessWorker
        queues = [
            queue_named(QueueName(name)) for name in names or [name.value for name in QueueName]
        ]
        worker = kind(
            queues,
            connection=app.extensions["redis"],
            serializer=JSONSerializer,
            maintenance_interval=MAINTENANCE_SECONDS,
            worker_ttl=MAINTENANCE_SECONDS + SHORTER,
        )
        return bool(worker.work(burst=burst, with_scheduler=not burst, logging_level="WARNING"))


if __name__ == "__main__":
    work(names=sys.argv[1:] or None)
