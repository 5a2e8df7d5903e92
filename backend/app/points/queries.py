"""Reads of the ledger."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from backend.app.core.db import db
from backend.app.points.models import PointsBalance, PointsEntry, PointsRule

PAGE = 30


@dataclass(frozen=True)
class EntryLine:
    """One line of a person's statement."""

    id: int
    amount: int
    text: str
    created_at: datetime


def balance_of(person_id: int) -> int:
    return (
        db.session.scalar(select(PointsBalance.balance).where(PointsBalance.person_id == person_id))
        or 0
    )


def statement_of(person_id: int, before: int | None = None) -> list[EntryLine]:
    """The newest entries below `before`, one more than a page: callers see whether to go on."""
    query = (
        select(PointsEntry, PointsRule.label)
        .join(PointsRule, PointsRule.id == PointsEntry.rule_id)
        .where(PointsEntry.person_id == person_id)
        .order_by(PointsEntry.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(PointsEntry.id < before)
    return [
        EntryLine(entry.id, entry.amount, _text(entry, label), entry.created_at)
        for entry, label in db.session.execute(query)
    ]


def _text(entry: PointsEntry, label: str) -> str:
    return f"冲正:{label}" if entry.reverses_id else label


def rule_on(county_id: int, code: str, day: date) -> PointsRule | None:
    """The version of a rule in force that day."""
    return db.session.scalar(
        select(PointsRule)
        .where(PointsRule.county_id == county_id, PointsRule.code == code)
        .where(PointsRule.starts_on <= day)
        .where(PointsRule.ends_on.is_(None) | (PointsRule.ends_on >= day))
        .order_by(PointsRule.version.desc())
        .limit(1)
    )


def rule_amount(county_id: int, code: str, day: date) -> int:
    """What one act earns that day; 0 where the county has no such rule."""
    rule = rule_on(county_id, code, day)
    return rule.amount if rule else 0


def amount_for(cause_kind: str, cause_id: int) -> int:
    """What one act earned its author; 0 when a cap or a missing rule gave nothing."""
    return (
        db.session.scalar(
            select(PointsEntry.amount).where(
                PointsEntry.cause_kind == cause_kind,
                PointsEntry.cause_id == cause_id,
                PointsEntry.reverses_id.is_(None),
            )
        )
        or 0
    )
