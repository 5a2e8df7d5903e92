"""The demo county's past months, locked and told as its office would: as soon as it can be."""

from datetime import date, datetime, timedelta

from sqlalchemy import text

from backend.app.accounts.queries import actor_today
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.exports.bulletins import operations as bulletins
from backend.app.publications import operations as publications
from backend.app.publications import queries as published
from backend.app.scorecards.locks import operations as locks
from backend.app.surveys.facts import unclosed

CLERK = text("SELECT person_id FROM role_grant WHERE role = 'county_staff' AND region_id = :id")
OPENS = timedelta(hours=10)


def publish_months(county_id: int, months: list[date], at: datetime) -> int:
    """Locks and publishes what is over and has settled; returns how many months were new."""
    with transaction() as session:
        clerk = actor_today(session.scalars(CLERK, {"id": county_id}).first() or 0)
    done = 0
    for month in months:
        told_at = clock.midnight(locks.first_lock_day(county_id, month)) + OPENS
        if at < told_at or unclosed(month, county_id):
            continue
        with transaction(), clock.clock_at(told_at):
            if published.find(county_id, month) is not None:
                continue
            if locks.lock_of(county_id, month) is None:
                locks.lock_month(clerk, county_id, month, "演示县：逐月锁定")
            publications.publish(clerk, county_id, month)
            done += 1
    db.session.rollback()
    return done


def ask_for_bulletins(county_id: int) -> int:
    """What is due is asked for; a worker writes it once the county is open."""
    with transaction():
        return bulletins.request_due(county_id)
