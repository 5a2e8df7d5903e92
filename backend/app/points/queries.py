"""Reads of the ledger."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, text

from backend.app.core.db import db
from backend.app.points.fragments import rule_of
from backend.app.points.models import PointsBalance, PointsEntry, PointsRule

PAGE = 30
# What entries without a rule are called, by their cause.
CAUSES = {
    "redemption": "兑换奖品",
    "lapse": "积分到期",
}


RULE_OF = text(
    f"""
    WITH act AS (SELECT CAST(:village_id AS bigint) AS village_id,
                        CAST(:county_id AS bigint) AS county_id)
    SELECT r.* FROM act CROSS JOIN LATERAL ({rule_of("act", ":code", ":day")}) AS r
    """  # noqa: S608  constants of our own code
)


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
        .outerjoin(PointsRule, PointsRule.id == PointsEntry.rule_id)
        .where(PointsEntry.person_id == person_id)
        .order_by(PointsEntry.id.desc())
        .limit(PAGE + 1)
    )
    if before is not None:
        query = query.where(PointsEntry.id < before)
    return [
        EntryLine(entry.id, entry.amount, entry_text(entry, label), entry.created_at)
        for entry, label in db.session.execute(query)
    ]


def entry_text(entry: PointsEntry, label: str | None) -> str:
    """What an entry is called: its rule's act, else its cause; never what was answered."""
    what = label or CAUSES.get(entry.cause_kind, "积分调整")
    return f"冲正:{what}" if entry.reverses_id else what


def rule_amount(code: str, day: date, county_id: int, village_id: int | None = None) -> int:
    """What one act earns that day; 0 where neither village nor county has such a rule."""
    values = {"code": code, "day": day, "county_id": county_id, "village_id": village_id}
    rule = db.session.execute(RULE_OF, values).one_or_none()
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
