"""What one act earns, by county or village; a change is a new version with its own dates."""

from datetime import date

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Model


class PointsRule(Model):
    """What one act earns in a county or village, with its caps a day and a month.

    A village's rule for an act goes before its county's.
    """

    __tablename__ = "points_rule"
    __table_args__ = (
        UniqueConstraint("region_id", "code", "version"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("daily_cap > 0", name="daily_cap"),
        CheckConstraint("monthly_cap >= daily_cap", name="monthly_cap"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
    )

    id: Mapped[int] = mapped_column(Integer, Identity(), primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    code: Mapped[str] = mapped_column(String(30))
    version: Mapped[int] = mapped_column(SmallInteger)
    label: Mapped[str] = mapped_column(String(60))
    amount: Mapped[int] = mapped_column(SmallInteger)
    daily_cap: Mapped[int] = mapped_column(SmallInteger)
    monthly_cap: Mapped[int] = mapped_column(SmallInteger)
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
