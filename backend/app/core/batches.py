"""批量任务: every item of a job in a transaction of its own; one that fails is set aside.

What is set aside is a number, never anybody's words or name: the job, the item's own id, the class
of what went wrong, when it failed first and last, and how often. The job runs again soon, and then
by its timetable, and tries it again as it tries everything that is due; what went well then, or is
due no more, is set aside no longer.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import structlog
from rq.timeouts import BaseTimeoutException
from sqlalchemy import (
    CheckConstraint,
    String,
    UniqueConstraint,
    delete,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.access import Actor, Permission, has_permission
from backend.app.core import audit, clock, clock_check
from backend.app.core.db import Id, Model, db, transaction
from backend.app.core.errors import NotAllowed, NotFound
from backend.app.core.queue import JobName, enqueue, send_again

log = structlog.get_logger()
Item = TypeVar("Item", int, str, UUID)


class FailedItem(Model):
    """One item that a job could not do; `part` names the step of a job that has several."""

    __tablename__ = "failed_item"
    __table_args__ = (
        UniqueConstraint("job", "part", "item"),
        CheckConstraint("attempts > 0", name="attempts"),
        CheckConstraint("last_failed_at >= first_failed_at", name="times"),
    )

    id: Mapped[Id]
    job: Mapped[str] = mapped_column(String(80))
    part: Mapped[str] = mapped_column(String(30))
    item: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(String(60))
    first_failed_at: Mapped[datetime]
    last_failed_at: Mapped[datetime]
    attempts: Mapped[int]


def each(
    job: JobName, items: Iterable[Item], act: Callable[[Item], int | None], part: str = ""
) -> int:
    """Does every item that is due and returns how much was done; the failing ones are set aside.

    `items` are all that are due: what was set aside before and is not among them is forgotten.
    Raises ClockDoubted before anything is done.
    """
    clock_check.require_clock()
    began = clock.now()
    done = sum(attempt(job, item, act, part) for item in items)
    forget_before(job, began, part)
    return done


def attempt(job: JobName, item: Item, act: Callable[[Item], int | None], part: str = "") -> int:
    """One item in a transaction of its own; 0 where it failed and was set aside."""
    try:
        with transaction():
            return int(act(item) or 0)
    except BaseTimeoutException:
        # The job's own time is over, not the item's.
        raise
    # Whatever it is, the others go on.
    except Exception as error:  # noqa: BLE001
        _set_aside(job, part, str(item), type(error).__name__)
        return 0


def _set_aside(job: JobName, part: str, item: str, reason: str) -> None:
    log.error("item_failed", job=job.value, part=part, item=item, kind=reason)
    at = clock.now()
    row = {"job": job.value, "part": part, "item": item[:80], "reason": reason[:60]}
    added = insert(FailedItem).values(**row, first_failed_at=at, last_failed_at=at, attempts=1)
    again = {
        "reason": added.excluded.reason,
        "last_failed_at": added.excluded.last_failed_at,
        "attempts": FailedItem.attempts + 1,
    }
    statement = added.on_conflict_do_update(index_elements=["job", "part", "item"], set_=again)
    with transaction() as session:
        failures = session.scalar(statement.returning(FailedItem.attempts)) or 1
    send_again(job, failures)


def forget_before(job: JobName, before: datetime, part: str = "") -> None:
    """What failed before and has not failed since."""
    with transaction() as session:
        session.execute(
            delete(FailedItem).where(
                FailedItem.job == job.value,
                FailedItem.part == part,
                FailedItem.last_failed_at < before,
            )
        )


def list_failed() -> list[FailedItem]:
    """The oldest first."""
    query = select(FailedItem).order_by(FailedItem.first_failed_at, FailedItem.id)
    return list(db.session.scalars(query))


def count_failed() -> dict[str, int]:
    """How many are set aside, by job."""
    query = select(FailedItem.job, func.count().label("failed")).group_by(FailedItem.job)
    return {row.job: row.failed for row in db.session.execute(query)}


def retry(actor: Actor, failed_id: int) -> None:
    """Runs the item's job again, now, with all that is due. Raises NotAllowed, NotFound."""
    if not has_permission(actor, Permission.TEND_JOBS):
        raise NotAllowed
    failed = db.session.get(FailedItem, failed_id)
    if failed is None or failed.job not in set(JobName):
        raise NotFound("这一条已经办成了，或者不用再办了")
    audit.record(
        "retry_job", actor.person_id, "failed_item", failed.id,
        job=failed.job.rpartition(".")[2], part=failed.part, item=failed.item,
    )  # fmt: skip
    enqueue(JobName(failed.job))
