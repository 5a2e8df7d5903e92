"""The ledger: signed entries that nobody changes, and the balance the database keeps from them."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Model


class PointsRule(Model):
    """What one act earns; a change is a new version with its own dates."""

    __tablename__ = "points_rule"
    __table_args__ = (
        UniqueConstraint("county_id", "code", "version"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("daily_cap > 0", name="daily_cap"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    code: Mapped[str] = mapped_column(String(30))
    version: Mapped[int] = mapped_column(SmallInteger)
    label: Mapped[str] = mapped_column(String(60))
    amount: Mapped[int] = mapped_column(SmallInteger)
    daily_cap: Mapped[int] = mapped_column(SmallInteger)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)


class PointsEntry(Model):
    """One signed movement, with its rule and cause; undone only by an opposite entry.

    `nth` numbers a person's entries of one rule on one day, so that the daily cap is a
    constraint and not a hope: two requests at once cannot both be the last one allowed.
    """

    __tablename__ = "points_entry"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("(reverses_id IS NULL) = (nth IS NOT NULL)", name="nth"),
        UniqueConstraint("person_id", "rule_id", "earned_on", "nth", name="uq_points_entry_nth"),
        Index(
            "uq_points_entry_cause",
            "cause_kind",
            "cause_id",
            "rule_id",
            unique=True,
            postgresql_where=text("reverses_id IS NULL"),
        ),
        UniqueConstraint("reverses_id", name="uq_points_entry_reversal"),
        Index(None, "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    amount: Mapped[int] = mapped_column(Integer)
    rule_id: Mapped[int] = mapped_column(ForeignKey("points_rule.id"))
    cause_kind: Mapped[str] = mapped_column(String(20))
    cause_id: Mapped[int] = mapped_column(BigInteger)
    earned_on: Mapped[date] = mapped_column(Date)
    nth: Mapped[int | None] = mapped_column(SmallInteger)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("points_entry.id"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PointsBalance(Model):
    """The sum of a person's entries, kept by a trigger; never below zero."""

    __tablename__ = "points_balance"
    __table_args__ = (CheckConstraint("balance >= 0", name="not_negative"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    balance: Mapped[int] = mapped_column(Integer)
