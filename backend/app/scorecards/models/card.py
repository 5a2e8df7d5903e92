"""One village's month: its facts, and what was computed from them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Model
from backend.app.core.states import one_of
from backend.app.scorecards.columns import FIGURE, FIRST_OF_MONTH, POINTS
from backend.app.scoring.levels import COLUMNS
from backend.app.scoring.satisfaction import Status


class MonthFact(Model):
    """Everything a village's month is scored from, and nothing about who said it.

    `counts`: by source of scoring/catalog.py, a list of counts. `waits`, `open_waits`: minutes of
    working time until the first answer, or until the month ended without one. `cases`: ids of the
    ratings and tickets that cost points, by the list they stand in (facts.py). A trigger refuses
    every change once the month is locked.
    """

    __tablename__ = "month_fact"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="month"),
        CheckConstraint("flagged >= 0", name="flagged"),
        Index(None, "month", "county_id"),
    )

    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    kind: Mapped[str | None] = mapped_column(String(20))
    counts: Mapped[dict[str, list[int]]] = mapped_column(JSONB)
    waits: Mapped[list[int]] = mapped_column(JSONB)
    open_waits: Mapped[list[int]] = mapped_column(JSONB)
    cases: Mapped[dict[str, list[int]]] = mapped_column(JSONB)
    flagged: Mapped[int]


class Scorecard(Model):
    """Counts and measurements of a village in a month; figures are percent points, 0 to 100.

    `indicators` are the rows of scoring/month.py (IndicatorScore) as objects, in whole numbers;
    `adjustments` what each adjustment that was given moved, in hundredths. Without a total nothing
    was measured; without a rank too little is known to compare.
    """

    __tablename__ = "scorecard"
    __table_args__ = (
        CheckConstraint(one_of("status", Status), name="status"),
        CheckConstraint(FIRST_OF_MONTH, name="month"),
        CheckConstraint(f"n = {' + '.join(COLUMNS)}", name="n"),
        CheckConstraint("(n = 0) = (satisfaction_mean IS NULL)", name="no_ratings_no_mean"),
        CheckConstraint("total BETWEEN -100 AND 200", name="total"),
        CheckConstraint("rank_low <= rank_high", name="rank"),
        CheckConstraint("rank IS NULL OR total IS NOT NULL", name="ranked_with_a_total"),
        Index(None, "month", "county_id"),
    )

    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    n: Mapped[int]
    flagged: Mapped[int]
    level_1: Mapped[int]
    level_2: Mapped[int]
    level_3: Mapped[int]
    level_4: Mapped[int]
    level_5: Mapped[int]
    status: Mapped[str] = mapped_column(String(8))
    satisfaction_mean: Mapped[Decimal | None] = mapped_column(FIGURE)
    satisfaction_low: Mapped[Decimal | None] = mapped_column(FIGURE)
    satisfaction_high: Mapped[Decimal | None] = mapped_column(FIGURE)
    positive_rate: Mapped[Decimal | None] = mapped_column(FIGURE)
    positive_low: Mapped[Decimal | None] = mapped_column(FIGURE)
    positive_high: Mapped[Decimal | None] = mapped_column(FIGURE)
    computed_at: Mapped[datetime]
    kind: Mapped[str | None] = mapped_column(String(20))
    # Null while the county has not approved a scheme of its own: the starting one was used.
    scheme_id: Mapped[int | None] = mapped_column(ForeignKey("assessment_scheme.id"))
    total: Mapped[Decimal | None] = mapped_column(POINTS)
    standard_error: Mapped[Decimal | None] = mapped_column(FIGURE)
    light: Mapped[str] = mapped_column(String(12), server_default="grey")
    # Who rated or answered; null in months that were scored before people were counted.
    people: Mapped[int | None]
    rank: Mapped[int | None]
    rank_low: Mapped[int | None]
    rank_high: Mapped[int | None]
    band: Mapped[int | None] = mapped_column(SmallInteger)
    calibrated: Mapped[Decimal | None] = mapped_column(POINTS)
    indicators: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    adjustments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
