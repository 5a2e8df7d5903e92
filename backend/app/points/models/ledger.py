"""The ledger: signed entries that nobody changes, and the balance the database keeps from them."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Model

# date_trunc knows no dates, and what a generated column is made by must never depend on a zone.
MONTH_OF_DAY = "earned_on - (extract(day FROM earned_on)::integer - 1)"


class PointsEntry(Model):
    """One signed movement, with its rule and cause; undone only by an opposite entry.

    `nth` numbers a person's entries of one rule in one month, so that the caps are a constraint
    and not a hope: two requests at once cannot both be the last one allowed.
    """

    __tablename__ = "points_entry"
    __table_args__ = (
        CheckConstraint(
            "CASE kind WHEN 'earned' THEN amount > 0 WHEN 'spent' THEN amount < 0"
            " WHEN 'expired' THEN amount < 0 ELSE amount <> 0 END",
            name="amount",
        ),
        CheckConstraint(
            "kind IN ('earned', 'spent', 'expired', 'adjusted', 'reversed')", name="kind"
        ),
        CheckConstraint(
            "(kind = 'earned' AND cause_kind <> 'survey') = (nth IS NOT NULL)"
            " AND (nth IS NULL OR rule_id IS NOT NULL)"
            " AND (kind = 'reversed') = (reverses_id IS NOT NULL)",
            name="shape",
        ),
        UniqueConstraint("person_id", "rule_id", "month", "nth", name="uq_points_entry_nth"),
        Index(
            "uq_points_entry_cause",
            "cause_kind",
            "cause_id",
            unique=True,
            postgresql_where=text("reverses_id IS NULL AND cause_kind <> 'survey'"),
        ),
        # A unit's survey is one cause for many people, and earns nothing twice.
        Index(
            "uq_points_entry_survey",
            "cause_id",
            "person_id",
            unique=True,
            postgresql_where=text("reverses_id IS NULL AND cause_kind = 'survey'"),
        ),
        UniqueConstraint("reverses_id", name="uq_points_entry_reversal"),
        Index(None, "person_id", "id"),
        # Entries lie in the order of their days: a month is a few ranges of pages, and the index
        # costs an insert nothing.
        Index("ix_points_entry_earned_on", "earned_on", postgresql_using="brin"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(8))
    amount: Mapped[int]
    # Whose sums the entry belongs to; a village only where the act or the person has one.
    county_id: Mapped[int] = mapped_column(BigInteger)
    village_id: Mapped[int | None] = mapped_column(BigInteger)
    rule_id: Mapped[int | None] = mapped_column(ForeignKey("points_rule.id"))
    cause_kind: Mapped[str] = mapped_column(String(20))
    cause_id: Mapped[int] = mapped_column(BigInteger)
    earned_on: Mapped[date]
    month: Mapped[date] = mapped_column(Computed(MONTH_OF_DAY, persisted=True))
    nth: Mapped[int | None] = mapped_column(SmallInteger)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("points_entry.id"))
    created_at: Mapped[datetime]


class PointsBalance(Model):
    """The sum of a person's entries, kept by a trigger; never below zero.

    While it is frozen the trigger refuses to spend from it.
    """

    __tablename__ = "points_balance"
    __table_args__ = (CheckConstraint("balance >= 0", name="not_negative"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    balance: Mapped[int]
    frozen: Mapped[bool] = mapped_column(server_default=text("false"))
