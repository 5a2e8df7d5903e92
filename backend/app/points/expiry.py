"""Points expire first in, first out: announced thirty days ahead, never more than was announced."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, text

from backend.app.access import Actor, Permission, may
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import NotAllowed
from backend.app.places.county_settings import EXPIRY_RULES, CountySettings
from backend.app.places.operations import keep_settings
from backend.app.places.queries import get_place, settings_of
from backend.app.points.ledger import expire
from backend.app.points.models import (
    PointsBalance,
    PointsExpiry,
    PointsExpiryLine,
)

AHEAD, AT_MOST_AHEAD = 30, 35
BATCH = 500
# Old points are used first: what is left of them is what was earned before the day, less all that
# was ever used. An undone earning counts on the side of what it undid, returned goods give back.
LEFT = """
    SELECT e.person_id, least(
        min(b.balance), greatest(0,
            COALESCE(sum(e.amount) FILTER (WHERE
                COALESCE(o.kind, e.kind) = 'earned'
                AND COALESCE(o.earned_on, e.earned_on) < :earned_before), 0)
            + COALESCE(sum(e.amount) FILTER (WHERE COALESCE(o.kind, e.kind) <> 'earned'), 0)
        ))::int AS left_over
    FROM points_entry e
    LEFT JOIN points_entry o ON o.id = e.reverses_id
    JOIN points_balance b ON b.person_id = e.person_id AND b.balance > 0 AND NOT b.frozen
    WHERE e.county_id = :county_id {whom}
    GROUP BY e.person_id
"""
ANNOUNCE = text(
    f"""
    INSERT INTO points_expiry_line (expiry_id, person_id, told)
    SELECT :expiry_id, person_id, left_over FROM ({LEFT.format(whom="")}) AS found
    WHERE left_over > 0
    RETURNING person_id, told
    """
)
LEFT_OF = text(LEFT.format(whom="AND e.person_id = ANY(:people)"))


@dataclass(frozen=True)
class Announced:
    """An expiry with who is to be told what."""

    expiry: PointsExpiry
    told: dict[int, list[int]]


def set_expiry(
    actor: Actor, county_id: int, rule: str, valid_months: int, expiry_month: int
) -> None:
    if not may(actor, Permission.MANAGE_POINTS, get_place(county_id).path):
        raise NotAllowed
    keep_settings(
        county_id, {"expiry_rule": rule, "valid_months": valid_months, "expiry_month": expiry_month}
    )
    record("set_points_expiry", actor.person_id, "county", county_id, region_id=county_id,
           name=EXPIRY_RULES[rule])  # fmt: skip


def next_expiry(settings: CountySettings, today: date) -> tuple[date, date] | None:
    """The first day of a month that is at least thirty days ahead on which points expire, and the
    day before which they were earned."""
    if settings.expiry_rule == "never":
        return None
    soonest = today + timedelta(days=AHEAD)
    month = soonest if soonest.day == 1 else clock.next_month(soonest)
    if settings.expiry_rule == "monthly":
        return month, clock.months_back(month, settings.valid_months + 1)[0]
    while month.month != settings.expiry_month:
        month = clock.next_month(month)
    # Of January it is the year before last: a year's points are usable for a while after it.
    year = month.year if month.month > 1 else month.year - 1
    return month, date(year, 1, 1)


def announce(county_id: int, today: date) -> Announced | None:
    """Keeps what each person is told will expire; once for each day of expiry."""
    due = next_expiry(settings_of(county_id), today)
    if due is None or (due[0] - today).days > AT_MOST_AHEAD:
        return None
    known = select(PointsExpiry.id).where(
        PointsExpiry.county_id == county_id, PointsExpiry.expires_on == due[0]
    )
    if db.session.scalar(known) is not None:
        return None
    made = PointsExpiry(
        county_id=county_id, expires_on=due[0], earned_before=due[1], announced_on=today
    )
    db.session.add(made)
    db.session.flush()
    values = {"expiry_id": made.id, "county_id": county_id, "earned_before": due[1]}
    told: dict[int, list[int]] = defaultdict(list)
    for row in db.session.execute(ANNOUNCE, values):
        told[row.told].append(row.person_id)
    return Announced(made, dict(told))


def due_expiries(today: date) -> list[int]:
    """The announced expiries whose day has come."""
    query = select(PointsExpiry.id).where(
        PointsExpiry.expires_on <= today, PointsExpiry.done_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(PointsExpiry.id)))


def carry_out(expiry_id: int) -> int:
    """One batch of an expiry; returns how many people are left. What was spent since is gone, what
    is frozen waits for the next time."""
    expiry = db.session.get(PointsExpiry, expiry_id, with_for_update=True)
    if expiry is None or expiry.done_at is not None:
        return 0
    lines = db.session.scalars(
        select(PointsExpiryLine)
        .where(PointsExpiryLine.expiry_id == expiry_id, PointsExpiryLine.taken.is_(None))
        .order_by(PointsExpiryLine.person_id)
        .limit(BATCH)
    ).all()
    if not lines or settings_of(expiry.county_id).expiry_rule == "never":
        expiry.done_at = clock.now()
        return 0
    people = [line.person_id for line in lines]
    # Held first, so that nobody spends between the sum and the entry.
    db.session.execute(
        select(PointsBalance.person_id)
        .where(PointsBalance.person_id.in_(people))
        .order_by(PointsBalance.person_id)
        .with_for_update()
    )
    values = {
        "county_id": expiry.county_id, "earned_before": expiry.earned_before, "people": people
    }  # fmt: skip
    left = {row.person_id: row.left_over for row in db.session.execute(LEFT_OF, values)}
    for line in lines:
        line.taken = min(line.told, left.get(line.person_id, 0))
        if line.taken:
            expire(line.person_id, expiry.county_id, line.taken, line.id)
    return len(lines)


@dataclass(frozen=True)
class ComingExpiry:
    """What a person was told will expire, and when."""

    expires_on: date
    points: int


def coming_for(person_id: int) -> ComingExpiry | None:
    row = db.session.execute(
        select(PointsExpiry.expires_on, PointsExpiryLine.told)
        .join(PointsExpiryLine, PointsExpiryLine.expiry_id == PointsExpiry.id)
        .where(PointsExpiryLine.person_id == person_id, PointsExpiry.done_at.is_(None))
        .where(PointsExpiryLine.taken.is_(None))
        .order_by(PointsExpiry.expires_on)
        .limit(1)
    ).one_or_none()
    return ComingExpiry(*row) if row else None
