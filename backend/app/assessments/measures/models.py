"""What was measured of an element: append-only, of several rows the newest stands; mappings."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.columns import Instant, Points, Value, first_of_month
from backend.app.assessments.measures.sources import GIVES_POINTS, MeasureSource
from backend.app.core.db import Id, Model
from backend.app.core.states import one_of


class MeasureFact(Model):
    """考评数据: what an element came to from the year's start to the end of a period.

    A value, or how many of how many; where somebody scores, also the points and why not all.
    Without a unit it is what all units of a shared task reached together; without any figure it
    takes back what its source said before.
    """

    __tablename__ = "measure_fact"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "element_id"],
            ["programme_element.programme_id", "programme_element.id"],
        ),
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        CheckConstraint(one_of("source", MeasureSource), name="source"),
        CheckConstraint(first_of_month("period"), name="period"),
        CheckConstraint("(yes IS NULL) = (whole IS NULL)", name="ratio"),
        CheckConstraint("num_nonnulls(value, whole) <= 1", name="one_figure"),
        CheckConstraint("whole > 0 AND yes BETWEEN 0 AND whole", name="share"),
        CheckConstraint(
            f"points IS NULL OR (points >= 0 AND {one_of('source', GIVES_POINTS)})", name="points"
        ),
        CheckConstraint("error >= 0", name="error"),
        # The product measures by itself; whatever else was handed in by somebody.
        CheckConstraint("(source = 'own') = (imported_by_id IS NULL)", name="handed_in"),
        Index(None, "element_id", "unit_id", "period"),
        Index(None, "unit_id", "element_id", "period"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    element_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    period: Mapped[date] = mapped_column(Date)
    value: Mapped[Decimal | None] = mapped_column(Value)
    yes: Mapped[Decimal | None] = mapped_column(Value)
    whole: Mapped[Decimal | None] = mapped_column(Value)
    # One standard error of the value, where it was counted from answers or cases.
    error: Mapped[float | None] = mapped_column(Double)
    # 得分 and 扣分理由 of an owner or of the last step of acceptance, and the case behind it.
    points: Mapped[Decimal | None] = mapped_column(Points)
    reason: Mapped[str] = mapped_column(String(200), server_default="")
    case_words: Mapped[str] = mapped_column(String(200), server_default="")
    source: Mapped[str] = mapped_column(String(8))
    # Which measure, system, file or department it came from.
    origin: Mapped[str] = mapped_column(String(80))
    imported_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class FeedMapping(Model):
    """数据映射: how another system's sheet names unit, month and the figures of elements."""

    __tablename__ = "feed_mapping"
    __table_args__ = (
        UniqueConstraint("county_id", "name"),
        CheckConstraint("name <> '' AND key_column <> ''", name="named"),
        CheckConstraint("jsonb_array_length(figures) BETWEEN 1 AND 8", name="figures"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    # The source: 12345 平台, 网格系统, 断面水质.
    name: Mapped[str] = mapped_column(String(40))
    key_column: Mapped[str] = mapped_column(String(40))
    # Empty where a file is of one month, chosen with it.
    period_column: Mapped[str] = mapped_column(String(40), server_default="")
    # {heading, code, whole} of each: its column, its element, the column of how many in all.
    figures: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime] = mapped_column(Instant)
