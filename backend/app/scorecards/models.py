"""One village's month, as computed from the facts."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Model

FIGURE = Numeric(7, 4)


class Scorecard(Model):
    """Counts and measurements of a village in a month; figures are percent points, 0 to 100."""

    __tablename__ = "scorecard"
    __table_args__ = (
        CheckConstraint("status IN ('ok', 'too_few', 'none')", name="status"),
        CheckConstraint("EXTRACT(DAY FROM month) = 1", name="month"),
        CheckConstraint("n = level_1 + level_2 + level_3 + level_4 + level_5", name="n"),
        CheckConstraint("(n = 0) = (satisfaction_mean IS NULL)", name="no_ratings_no_mean"),
        Index(None, "month", "county_id"),
    )

    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    n: Mapped[int] = mapped_column(Integer)
    held: Mapped[int] = mapped_column(Integer)
    level_1: Mapped[int] = mapped_column(Integer)
    level_2: Mapped[int] = mapped_column(Integer)
    level_3: Mapped[int] = mapped_column(Integer)
    level_4: Mapped[int] = mapped_column(Integer)
    level_5: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(8))
    satisfaction_mean: Mapped[Decimal | None] = mapped_column(FIGURE)
    satisfaction_low: Mapped[Decimal | None] = mapped_column(FIGURE)
    satisfaction_high: Mapped[Decimal | None] = mapped_column(FIGURE)
    positive_rate: Mapped[Decimal | None] = mapped_column(FIGURE)
    positive_low: Mapped[Decimal | None] = mapped_column(FIGURE)
    positive_high: Mapped[Decimal | None] = mapped_column(FIGURE)
    computed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
