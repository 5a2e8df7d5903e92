"""Reads of the inbox."""

from collections.abc import Collection

from sqlalchemy import func, select

from backend.app.core.db import db
from backend.app.notices.models import Notice, SubscriptionCredit

PAGE = 20


def reachable(person_ids: Collection[int]) -> set[int]:
    """Whom WeChat may still send a message to."""
    query = select(SubscriptionCredit.person_id).where(
        SubscriptionCredit.person_id.in_(person_ids), SubscriptionCredit.spent_at.is_(None)
    )
    return set(db.session.scalars(query))


def inbox(person_id: int, before: int | None) -> list[Notice]:
    """One page and one more, newest first."""
    query = select(Notice).where(Notice.person_id == person_id)
    if before is not None:
        query = query.where(Notice.id < before)
    return list(db.session.scalars(query.order_by(Notice.id.desc()).limit(PAGE + 1)))


def unread_count(person_id: int) -> int:
    counted = select(func.count()).where(Notice.person_id == person_id, Notice.read_at.is_(None))
    return db.session.scalar(counted) or 0


DIGEST = 100


def digest(person_id: int) -> list[Notice]:
    """The newest hundred: a working day's worth and more."""
    query = select(Notice).where(Notice.person_id == person_id)
    return list(db.session.scalars(query.order_by(Notice.id.desc()).limit(DIGEST)))
