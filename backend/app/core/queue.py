"""Jobs and the Redis they travel through. Arguments are ids only; JSON, never pickle."""

from datetime import timedelta
from enum import StrEnum
from typing import Any

import redis
from flask import current_app
from rq import Queue, Retry
from rq.serializers import JSONSerializer

from backend.app.core.db import after_commit

# Seconds.
JOB_TIMEOUT, RESULT_TTL, FAILURE_TTL = 1800, 3600, 7 * 24 * 3600
RETRY_INTERVALS = [10, 60, 300]


class JobName(StrEnum):
    """Every job the application may ask for, by the path of its function."""

    RECOMPUTE_MONTH = "backend.jobs.scorecards.recompute_month"
    RECOMPUTE_NIGHTLY = "backend.jobs.scorecards.recompute_nightly"
    SHOW_WEEK = "backend.jobs.scorecards.show_week"
    DELETE_LOOSE_PROOFS = "backend.jobs.scorecards.delete_loose_proofs"
    FLAG_SUSPICIOUS = "backend.jobs.ratings.flag_suspicious"
    WRITE_EXPORT = "backend.jobs.exports.write_export"
    DELETE_OLD_EXPORTS = "backend.jobs.exports.delete_old_exports"
    DELIVER_NOTICE = "backend.jobs.notices.deliver_notice"
    DELIVER_WAITING = "backend.jobs.notices.deliver_waiting"
    ESCALATE_TICKETS = "backend.jobs.tickets.escalate_tickets"
    TEND_TICKETS = "backend.jobs.tickets.tend_tickets"
    FLUSH_INBOX = "backend.jobs.surveys.flush_inbox"
    MERGE_BOXES = "backend.jobs.surveys.merge_boxes"
    TEND_ROUNDS = "backend.jobs.surveys.tend_rounds"
    PREPARE_KEYS = "backend.jobs.surveys.prepare_keys"
    READ_LETTERS = "backend.jobs.tickets.read_letters"
    REFRESH_THREADS = "backend.jobs.tickets.refresh_threads"
    CALL_BACK_RATINGS = "backend.jobs.tickets.call_back_ratings"
    OPEN_MENDINGS = "backend.jobs.tickets.open_mendings"
    TEND_REDEMPTIONS = "backend.jobs.rewards.tend_redemptions"
    WRITE_BULLETIN = "backend.jobs.exports.write_bulletin"
    REQUEST_BULLETINS = "backend.jobs.exports.request_bulletins"
    PUBLISH_POINTS = "backend.jobs.rewards.publish_points"
    CLOSE_POINTS_MONTH = "backend.jobs.points.close_points_month"
    OPEN_PHOTO = "backend.jobs.photos.open_photo"
    OPEN_WAITING_PHOTOS = "backend.jobs.photos.open_waiting_photos"
    EXPIRE_POINTS = "backend.jobs.points.expire_points"
    CHECK_WORDS = "backend.jobs.words.check_words"
    APPLY_RETENTION = "backend.jobs.own_data.apply_retention"
    CHECK_IMPORT = "backend.jobs.imports.check_import"
    APPLY_IMPORT = "backend.jobs.imports.apply_import"
    UNDO_IMPORT = "backend.jobs.imports.undo_import"
    SEND_LOST_IMPORTS = "backend.jobs.imports.send_lost_imports"
    OPEN_WINDOWS = "backend.jobs.assessments.open_windows"
    CLOSE_WINDOWS = "backend.jobs.assessments.close_windows"
    EVALUATE_PERIOD = "backend.jobs.assessments.evaluate_period"
    ESCALATE_TARGETS = "backend.jobs.assessments.escalate_targets"
    PULL_MEASURES = "backend.jobs.assessments.pull_measures"
    SEND_WEEK = "backend.jobs.assessments.send_week"


class QueueName(StrEnum):
    """`quick` for what somebody waits for, `slow` for what runs by night."""

    QUICK = "quick"
    SLOW = "slow"


QUEUE_OF: dict[JobName, QueueName] = {
    JobName.RECOMPUTE_MONTH: QueueName.QUICK,
    JobName.RECOMPUTE_NIGHTLY: QueueName.SLOW,
    JobName.SHOW_WEEK: QueueName.SLOW,
    JobName.DELETE_LOOSE_PROOFS: QueueName.SLOW,
    JobName.FLAG_SUSPICIOUS: QueueName.SLOW,
    JobName.WRITE_EXPORT: QueueName.QUICK,
    JobName.DELETE_OLD_EXPORTS: QueueName.SLOW,
    JobName.DELIVER_NOTICE: QueueName.QUICK,
    JobName.DELIVER_WAITING: QueueName.SLOW,
    JobName.ESCALATE_TICKETS: QueueName.SLOW,
    JobName.TEND_TICKETS: QueueName.SLOW,
    JobName.FLUSH_INBOX: QueueName.SLOW,
    JobName.MERGE_BOXES: QueueName.SLOW,
    JobName.TEND_ROUNDS: QueueName.SLOW,
    JobName.PREPARE_KEYS: QueueName.SLOW,
    JobName.READ_LETTERS: QueueName.SLOW,
    JobName.REFRESH_THREADS: QueueName.SLOW,
    JobName.CALL_BACK_RATINGS: QueueName.SLOW,
    JobName.OPEN_MENDINGS: QueueName.SLOW,
    JobName.TEND_REDEMPTIONS: QueueName.SLOW,
    JobName.WRITE_BULLETIN: QueueName.QUICK,
    JobName.REQUEST_BULLETINS: QueueName.SLOW,
    JobName.PUBLISH_POINTS: QueueName.SLOW,
    JobName.CLOSE_POINTS_MONTH: QueueName.SLOW,
    JobName.OPEN_PHOTO: QueueName.QUICK,
    JobName.OPEN_WAITING_PHOTOS: QueueName.SLOW,
    JobName.EXPIRE_POINTS: QueueName.SLOW,
    JobName.CHECK_WORDS: QueueName.SLOW,
    JobName.APPLY_RETENTION: QueueName.SLOW,
    JobName.CHECK_IMPORT: QueueName.QUICK,
    JobName.APPLY_IMPORT: QueueName.QUICK,
    JobName.UNDO_IMPORT: QueueName.QUICK,
    JobName.SEND_LOST_IMPORTS: QueueName.SLOW,
    JobName.OPEN_WINDOWS: QueueName.SLOW,
    JobName.CLOSE_WINDOWS: QueueName.SLOW,
    JobName.EVALUATE_PERIOD: QueueName.SLOW,
    JobName.ESCALATE_TARGETS: QueueName.SLOW,
    JobName.PULL_MEASURES: QueueName.SLOW,
    JobName.SEND_WEEK: QueueName.SLOW,
}


def connect(url: str) -> redis.Redis:
    """A client that gives up instead of hanging."""
    return redis.Redis.from_url(
        url, socket_timeout=5, socket_connect_timeout=2, health_check_interval=30
    )


def redis_client() -> redis.Redis:
    """The application's own client, one pool for each process."""
    client: redis.Redis = current_app.extensions["redis"]
    return client


def queue(name: QueueName) -> Queue:
    return Queue(name.value, connection=redis_client(), serializer=JSONSerializer)


def send(job: JobName, *args: Any) -> None:
    """Puts a job on its queue now."""
    queue(QUEUE_OF[job]).enqueue_call(
        job.value,
        args=args,
        timeout=JOB_TIMEOUT,
        result_ttl=RESULT_TTL,
        failure_ttl=FAILURE_TTL,
        retry=Retry(max=3, interval=RETRY_INTERVALS),
    )


def send_again(job: JobName, failures: int) -> None:
    """Later, as a job that failed as a whole; after as many failures its timetable is enough.

    All items that failed as often share one run.
    """
    if failures > len(RETRY_INTERVALS):
        return
    queue(QUEUE_OF[job]).enqueue_in(
        timedelta(seconds=RETRY_INTERVALS[failures - 1]),
        job.value,
        job_id=f"{job.value.replace('.', '_')}_again_{failures}",
        job_timeout=JOB_TIMEOUT,
        result_ttl=RESULT_TTL,
        failure_ttl=FAILURE_TTL,
    )


def enqueue(job: JobName, *args: int | str) -> None:
    """Sends the job once the surrounding transaction is durable."""
    after_commit(lambda: send(job, *args))
