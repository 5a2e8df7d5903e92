"""The timetable, as data, and the one process that keeps it: python -m backend.jobs.schedule.

Two of these at once do no harm: each period of each entry is claimed by one Redis key, and every
job is idempotent.
"""

import signal
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

import redis
import structlog
from sqlalchemy.exc import SQLAlchemyError

from backend.app.core import clock, clock_tick
from backend.app.core.queue import JobName, redis_client, send
from backend.jobs.context import application

log = structlog.get_logger()
TICK_SECONDS = 20


@dataclass(frozen=True)
class ScheduleEntry:
    """A job once a day at a time of the county's clock; missed while down, it is caught up."""

    job: JobName
    hour: int
    minute: int = 0

    def period(self, local: datetime) -> str | None:
        """The name of the period whose time has come, or None."""
        come = (local.hour, local.minute) >= (self.hour, self.minute)
        return f"{local:%Y-%m-%d}" if come else None


@dataclass(frozen=True)
class Often:
    """A job every few minutes, round the clock; what was missed while down is not made up for."""

    job: JobName
    minutes: int

    def period(self, local: datetime) -> str | None:
        return f"{local:%Y-%m-%d}:{(local.hour * 60 + local.minute) // self.minutes}"


@dataclass(frozen=True)
class Weekly:
    """A job once a week, from Monday at a time of the county's clock; missed, it is caught up."""

    job: JobName
    hour: int
    minute: int = 0

    def period(self, local: datetime) -> str | None:
        come = (local.isoweekday(), local.hour, local.minute) >= (1, self.hour, self.minute)
        return f"{local:%G-W%V}" if come else None


TIMETABLE: tuple[ScheduleEntry | Weekly | Often, ...] = (
    ScheduleEntry(JobName.FLAG_SUSPICIOUS, hour=1, minute=30),
    ScheduleEntry(JobName.RECOMPUTE_NIGHTLY, hour=2),
    ScheduleEntry(JobName.CLOSE_POINTS_MONTH, hour=4, minute=10),
    ScheduleEntry(JobName.EXPIRE_POINTS, hour=9),
    ScheduleEntry(JobName.DELETE_OLD_EXPORTS, hour=3, minute=30),
    ScheduleEntry(JobName.DELETE_LOOSE_PROOFS, hour=3, minute=35),
    ScheduleEntry(JobName.APPLY_RETENTION, hour=3, minute=45),
    Often(JobName.FLUSH_INBOX, minutes=60),
    ScheduleEntry(JobName.MERGE_BOXES, hour=3),
    ScheduleEntry(JobName.READ_LETTERS, hour=3, minute=40),
    Often(JobName.REFRESH_THREADS, minutes=5),
    Often(JobName.PREPARE_KEYS, minutes=60),
    Often(JobName.TEND_ROUNDS, minutes=10),
    ScheduleEntry(JobName.TEND_TICKETS, hour=8),
    Often(JobName.ESCALATE_TICKETS, minutes=10),
    ScheduleEntry(JobName.CALL_BACK_RATINGS, hour=7, minute=30),
    Weekly(JobName.SHOW_WEEK, hour=7),
    Weekly(JobName.OPEN_MENDINGS, hour=7, minute=30),
    Often(JobName.DELIVER_WAITING, minutes=5),
    Often(JobName.CHECK_WORDS, minutes=1),
    Often(JobName.TEND_REDEMPTIONS, minutes=5),
    Often(JobName.OPEN_WAITING_PHOTOS, minutes=10),
    Often(JobName.SEND_LOST_IMPORTS, minutes=10),
    ScheduleEntry(JobName.PUBLISH_POINTS, hour=7),
    ScheduleEntry(JobName.REQUEST_BULLETINS, hour=7, minute=30),
    Often(JobName.OPEN_WINDOWS, minutes=10),
    Often(JobName.CLOSE_WINDOWS, minutes=10),
    Often(JobName.EVALUATE_PERIOD, minutes=10),
    ScheduleEntry(JobName.ESCALATE_TARGETS, hour=8),
    Weekly(JobName.SEND_WEEK, hour=8),
    # After the night's recount of the villages' months.
    ScheduleEntry(JobName.PULL_MEASURES, hour=4, minute=30),
)


def due(at: datetime) -> list[tuple[ScheduleEntry | Weekly | Often, str]]:
    """The entries whose time has come, each with the name of its period."""
    local = at.astimezone(clock.COUNTY_ZONE)
    return [(entry, period) for entry in TIMETABLE if (period := entry.period(local))]


def send_due(at: datetime) -> list[JobName]:
    """Sends what is due and nobody else has sent."""
    sent = []
    for entry, period in due(at):
        claim = f"{clock_tick.CLAIMS}{entry.job.value}:{period}"
        if redis_client().set(claim, "1", nx=True, ex=int(timedelta(days=8).total_seconds())):
            send(entry.job)
            sent.append(entry.job)
    return sent


def send_believed() -> list[JobName]:
    """What is due, where the host's clock can be believed; else nothing at all."""
    return [] if clock_tick.tick() else send_due(clock.now())


def keep(stop: threading.Event) -> None:
    with application().app_context():
        while not stop.wait(TICK_SECONDS):
            try:
                for job in send_believed():
                    log.info("scheduled", job=job.value)
            except (redis.RedisError, SQLAlchemyError) as error:
                # Redis or PostgreSQL being restarted is no reason to lose the timetable.
                log.warning("timetable_waits", kind=type(error).__name__)


if __name__ == "__main__":
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, lambda *_: stopping.set())
    keep(stopping)
