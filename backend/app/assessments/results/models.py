"""得分: a unit's total as it was computed last, with what it is made of."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Numeric,
    SmallInteger,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.columns import Points, first_of_month
from backend.app.core.db import Model

Exact = Numeric(12, 6)


class UnitResult(Model):
    """A unit's total; null, without a rank and a band where nothing was measured.

    `parts` are the elements with their points, `losses` what each cost of the total, `moved` the
    adjustments, all with the case in words. Losses and the total before it was moved are 100.
    """

    __tablename__ = "unit_result"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        CheckConstraint(first_of_month("until"), name="until"),
        # Persons have a total and no place.
        CheckConstraint(
            "num_nulls(rank, band) IN (0, 2) AND (total IS NOT NULL OR rank IS NULL)",
            name="ranked",
        ),
        CheckConstraint("rank >= 1 AND band >= 1", name="places"),
        CheckConstraint("error >= 0", name="error"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    # The last month that counts.
    until: Mapped[date]
    total: Mapped[Decimal | None] = mapped_column(Points)
    # Of 100, as they are shown.
    task: Mapped[Decimal | None] = mapped_column(Exact)
    social: Mapped[Decimal | None] = mapped_column(Exact)
    rank: Mapped[int | None] = mapped_column(SmallInteger)
    band: Mapped[int | None] = mapped_column(SmallInteger)
    calibrated: Mapped[float | None] = mapped_column(Double)
    error: Mapped[float] = mapped_column(Double)
    parts: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    losses: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    moved: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    computed_at: Mapped[datetime]
