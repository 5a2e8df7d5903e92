"""Writes of the ledger: rules and reversals."""

from datetime import date, timedelta

from sqlalchemy import func, select, text

from backend.app.core import calendar
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, NotFound
from backend.app.points.models import PointsEntry, PointsRule
from backend.app.points.queries import rule_on

RATING_RULE = "rating"
ANONYMOUS_RULE = "anonymous"


class AlreadyReversed(Conflict):
    code = "already_reversed"
    message = "这笔积分已经冲正过了"


class BalanceTooLow(Conflict):
    code = "balance_too_low"
    message = "积分余额不够,不能扣减"


def set_rule(
    county_id: int, code: str, label: str, amount: int, daily_cap: int, starts_on: date
) -> PointsRule:
    """Adds the next version of a rule; the one before ends the day before."""
    newest = db.session.scalar(
        select(PointsRule)
        .where(PointsRule.county_id == county_id, PointsRule.code == code)
        .order_by(PointsRule.version.desc())
        .limit(1)
        .with_for_update()
    )
    if newest is not None:
        if newest.starts_on >= starts_on:
            raise Conflict(errors={"starts_on": ["新规则须晚于现行规则的开始日期"]})
        newest.ends_on = starts_on - timedelta(days=1)
    rule = PointsRule(
        county_id=county_id,
        code=code,
        version=newest.version + 1 if newest else 1,
        label=label,
        amount=amount,
        daily_cap=daily_cap,
        starts_on=starts_on,
    )
    db.session.add(rule)
    db.session.flush()
    record("set_points_rule", None, "points_rule", rule.id, amount=amount, daily_cap=daily_cap)
    return rule


def credit(person_id: int, county_id: int, code: str, cause_kind: str, cause_id: int) -> int:
    """Writes what one act earns today; returns the points, 0 without a rule or above its cap.

    The same cause is credited once: asked again, it says what it earned.
    """
    # Two acts of one person at once number themselves one after the other.
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended('points:' || :id, 0))")
    db.session.execute(lock, {"id": str(person_id)})
    today = calendar.today()
    rule = rule_on(county_id, code, today)
    if rule is None:
        return 0
    known = db.session.scalar(
        select(PointsEntry.amount).where(
            PointsEntry.cause_kind == cause_kind,
            PointsEntry.cause_id == cause_id,
            PointsEntry.reverses_id.is_(None),
        )
    )
    if known is not None:
        return known
    earlier = db.session.scalar(
        select(func.max(PointsEntry.nth)).where(
            PointsEntry.person_id == person_id,
            PointsEntry.rule_id == rule.id,
            PointsEntry.earned_on == today,
        )
    )
    nth = (earlier or 0) + 1
    if nth > rule.daily_cap:
        return 0
    db.session.add(
        PointsEntry(
            person_id=person_id, amount=rule.amount, rule_id=rule.id, cause_kind=cause_kind,
            cause_id=cause_id, earned_on=today, nth=nth, created_at=calendar.now(),
        )
    )  # fmt: skip
    db.session.flush()
    return rule.amount


def reverse_entry(entry_id: int) -> PointsEntry:
    """Undoes an entry with its opposite; nothing is ever changed or deleted."""
    entry = db.session.get(PointsEntry, entry_id, with_for_update={"key_share": True})
    if entry is None or entry.reverses_id is not None:
        raise NotFound
    if db.session.scalar(select(PointsEntry.id).where(PointsEntry.reverses_id == entry.id)):
        raise AlreadyReversed
    opposite = PointsEntry(
        person_id=entry.person_id,
        amount=-entry.amount,
        rule_id=entry.rule_id,
        cause_kind=entry.cause_kind,
        cause_id=entry.cause_id,
        earned_on=calendar.today(),
        reverses_id=entry.id,
        created_at=calendar.now(),
    )
    db.session.add(opposite)
    db.session.flush()
    return opposite
