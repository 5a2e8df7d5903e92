"""培训: a topic after a weak point, who takes part, and where they stood before and after."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Numeric, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.columns import first_of_month
from backend.app.core.db import Id, Model

Reached = Numeric(6, 2)


class TrainingEntry(Model):
    """培训一次, of one element; `before_month` is what its units stood at, `after_month` later."""

    __tablename__ = "training_entry"
    __table_args__ = (
        CheckConstraint("topic <> ''", name="topic"),
        CheckConstraint(first_of_month("before_month"), name="before_month"),
        CheckConstraint(first_of_month("after_month"), name="after_month"),
        CheckConstraint("after_month > before_month", name="later"),
        Index(None, "programme_id", "held_on"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    element_id: Mapped[int] = mapped_column(ForeignKey("programme_element.id"))
    topic: Mapped[str] = mapped_column(String(80))
    words: Mapped[str] = mapped_column(String(300), server_default="")
    held_on: Mapped[date]
    before_month: Mapped[date]
    # The end of the quarter after it was held; its figures are filled in when they are known.
    after_month: Mapped[date]
    measured_at: Mapped[datetime | None]
    planned_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    planned_at: Mapped[datetime]


class TrainingUnit(Model):
    """A unit that took part: what it reached of 100, and the middle of its group."""

    __tablename__ = "training_unit"
    __table_args__ = (Index(None, "unit_id"),)

    training_id: Mapped[int] = mapped_column(
        ForeignKey("training_entry.id", ondelete="CASCADE"), primary_key=True
    )
    unit_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("assessed_unit.id"), primary_key=True
    )
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    before: Mapped[Decimal | None] = mapped_column(Reached)
    group_before: Mapped[Decimal | None] = mapped_column(Reached)
    after: Mapped[Decimal | None] = mapped_column(Reached)
    group_after: Mapped[Decimal | None] = mapped_column(Reached)
