"""Townships and counties, scored from the sums of their villages' facts."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Model
from backend.app.scorecards.columns import FIGURE, FIRST_OF_MONTH, POINTS


class RegionScore(Model):
    """A township's or county's month: never the mean of its villages' totals."""

    __tablename__ = "region_score"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="month"),
        CheckConstraint("level IN ('township', 'county')", name="level"),
        Index(None, "month", "county_id"),
    )

    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    level: Mapped[str] = mapped_column(String(8))
    villages: Mapped[int]
    total: Mapped[Decimal | None] = mapped_column(POINTS)
    standard_error: Mapped[Decimal] = mapped_column(FIGURE)
    light: Mapped[str] = mapped_column(String(12))
    indicators: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
