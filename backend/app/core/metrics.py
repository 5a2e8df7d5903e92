"""Numbers for the county's IT: latency, queue depth, oldest job, failures."""

from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from rq import Queue

from backend.app.core import clock
from backend.app.core.batches import count_failed
from backend.app.core.queue import QueueName, queue

REGISTRY = CollectorRegistry()
SECONDS = Histogram(
    "vv_request_seconds",
    "Time to answer a request",
    ["endpoint"],
    registry=REGISTRY,
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
ANSWERS = Counter(
    "vv_answers", "Answers by endpoint and status", ["endpoint", "status"], registry=REGISTRY
)
DEPTH = Gauge("vv_queue_jobs", "Jobs that wait", ["queue"], registry=REGISTRY)
OLDEST = Gauge(
    "vv_queue_oldest_seconds", "Age of the oldest waiting job", ["queue"], registry=REGISTRY
)
FAILED = Gauge("vv_queue_failed_jobs", "Jobs given up", ["queue"], registry=REGISTRY)


SET_ASIDE = Gauge(
    "vv_failed_items", "Items of batch jobs that failed and wait", ["job"], registry=REGISTRY
)


@cache
def _series(endpoint: str, status: int) -> tuple[Histogram, Counter]:
    return SECONDS.labels(endpoint), ANSWERS.labels(endpoint, str(status))


def observe_request(endpoint: str, status: int, seconds: float) -> None:
    latency, answers = _series(endpoint, status)
    latency.observe(seconds)
    answers.inc()


def _oldest_age(waiting: Queue) -> float:
    jobs = waiting.get_jobs(0, 1)
    if not jobs or jobs[0].enqueued_at is None:
        return 0.0
    return max(0.0, (clock.now() - jobs[0].enqueued_at).total_seconds())


def render() -> bytes:
    """The text Prometheus reads."""
    for name in QueueName:
        waiting = queue(name)
        DEPTH.labels(name.value).set(len(waiting))
        OLDEST.labels(name.value).set(_oldest_age(waiting))
        FAILED.labels(name.value).set(waiting.failed_job_registry.count)
    SET_ASIDE.clear()
    for job, count in count_failed().items():
        SET_ASIDE.labels(job.rpartition(".")[2]).set(count)
    return generate_latest(REGISTRY)
