"""Months that stand, and what was corrected afterwards."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.scorecards.columns import FIRST_OF_MONTH


class MonthLock(Model):
    """A county's month, frozen: from then on the database refuses to change facts and cards.

    `rules_version` says by which rules it was scored (scoring/month.py); `checklist` what was open
    and was left open, with the reason.
    """

    __tablename__ = "month_lock"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="month"),
        CheckConstraint(
            "octet_length(facts_digest) = 32 AND octet_length(results_digest) = 32", name="digests"
        ),
    )

    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    locked_at: Mapped[datetime]
    locked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("assessment_scheme.id"))
    scheme: Mapped[dict[str, Any]]
    rules_version: Mapped[int] = mapped_column(SmallInteger)
    facts_digest: Mapped[bytes]
    results_digest: Mapped[bytes]
    checklist: Mapped[dict[str, Any]]


class Correction(Model):
    """更正: a numbered change of one village's locked month, with its reason, before and after.

    `before` and `after` hold facts and results as month_fact and scorecard do; append-only.
    """

    __tablename__ = "scorecard_correction"
    __table_args__ = (
        CheckConstraint(
            "reason_kind IN ('objection', 'late_fact', 'error', 'adjustment')", name="reason_kind"
        ),
        Index("uq_scorecard_correction_number", "county_id", "month", "number", unique=True),
        Index(None, "village_id", "month"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    month: Mapped[date]
    number: Mapped[int] = mapped_column(SmallInteger)
    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    reason_kind: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(300))
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objection.id"))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
