"""Starts an RQ worker with the application: python -m backend.jobs.worker."""

import sys

from rq import Queue, SimpleWorker, Worker
from rq.job import Job
from rq.serializers import JSONSerializer

from backend.app.core.db import dispose
from backend.app.core.queue import QueueName
from backend.app.core.queue import queue as queue_named
from backend.jobs.context import application

# Jobs of a worker or machine that died are taken up again within this many seconds.
MAINTENANCE_SECONDS = 15


class ForkSafeWorker(Worker):
    """A worker whose children never share its database connections."""

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        dispose(close=False)
        super().fork_work_horse(job, queue)


def work(burst: bool = False, names: list[str] | None = None, forks: bool = True) -> bool:
    """Listens to the named queues, all of them by default; True when any job was done."""
    app = application()
    with app.app_context():
        kind = ForkSafeWorker if forks else SimpleWorker
        queues = [
            queue_named(QueueName(name)) for name in names or [name.value for name in QueueName]
        ]
        worker = kind(
            queues,
            connection=app.extensions["redis"],
            serializer=JSONSerializer,
            maintenance_interval=MAINTENANCE_SECONDS,
        )
        return bool(worker.work(burst=burst, with_scheduler=not burst, logging_level="WARNING"))


if __name__ == "__main__":
    work(names=sys.argv[1:] or None)
