"""What a county decides about its points beside the rules, what expires, and the months' sums."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model


class PointsExpiry(Model):
    """A day on which a county's old points expire, announced at least thirty days before."""

    __tablename__ = "points_expiry"
    __table_args__ = (
        UniqueConstraint("county_id", "expires_on"),
        CheckConstraint("earned_before < expires_on", name="order"),
        CheckConstraint("expires_on - announced_on >= 30", name="notice"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    expires_on: Mapped[date]
    earned_before: Mapped[date]
    announced_on: Mapped[date]
    done_at: Mapped[datetime | None]


class PointsExpiryLine(Model):
    """What one person was told would expire; never more than that does."""

    __tablename__ = "points_expiry_line"
    __table_args__ = (
        UniqueConstraint("expiry_id", "person_id"),
        CheckConstraint("told > 0", name="told"),
        CheckConstraint("taken BETWEEN 0 AND told", name="taken"),
        Index(None, "person_id"),
    )

    id: Mapped[Id]
    expiry_id: Mapped[int] = mapped_column(ForeignKey("points_expiry.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    told: Mapped[int]
    taken: Mapped[int | None]


class PointsMonth(Model):
    """A month that was closed: nothing is booked into it any more, its sums are kept."""

    __tablename__ = "points_month"
    __table_args__ = (
        CheckConstraint("EXTRACT(DAY FROM month) = 1", name="month"),
        CheckConstraint("entries >= 0", name="entries"),
    )

    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    entries: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
    closed_at: Mapped[datetime]


class PointsMonthSum(Model):
    """Sums of a closed month: by village (0 where there was none), kind and rule (0 for none)."""

    __tablename__ = "points_month_sum"

    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    village_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    rule_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entries: Mapped[int]
    amount: Mapped[int] = mapped_column(BigInteger)
