"""Writes of the ledger: rules and reversals."""

from datetime import date, timedelta

from sqlalchemy import select

from backend.app.core import calendar
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, NotFound
from backend.app.points.models import PointsEntry, PointsRule

RATING_RULE = "rating"


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
