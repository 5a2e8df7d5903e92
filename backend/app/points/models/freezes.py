"""Points that wait: one person's frozen, or a day's until another person has looked."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.points.states import DayFreezeDecision, FreezeDecision


class PointsFreeze(Model):
    """Somebody's points frozen for a reason; their appeal is decided by another person."""

    __tablename__ = "points_freeze"
    __table_args__ = (
        Index(
            "uq_points_freeze_open",
            "person_id",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
        Index(None, "county_id", "id"),
        CheckConstraint("decided_by_id <> frozen_by_id", name="second_person"),
        CheckConstraint("(appeal IS NULL) = (appealed_at IS NULL)", name="appeal"),
        CheckConstraint("decided_at IS NULL OR appealed_at IS NOT NULL", name="decided"),
        CheckConstraint(one_of("decision", FreezeDecision), name="decision"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    reason: Mapped[str] = mapped_column(String(200))
    frozen_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    frozen_at: Mapped[datetime]
    appeal: Mapped[str | None] = mapped_column(String(300))
    appealed_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(8))
    decision_note: Mapped[str | None] = mapped_column(String(200))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]


class PointsDayFreeze(Model):
    """One person's points of a day, frozen as suspicious; a second person gives back or keeps."""

    __tablename__ = "points_day_freeze"
    __table_args__ = (
        Index(
            "uq_points_day_freeze_day",
            "person_id",
            "day",
            unique=True,
        ),
        Index(None, "county_id", "id"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("decided_by_id <> frozen_by_id", name="second_person"),
        CheckConstraint("(decided_at IS NULL) = (decision IS NULL)", name="decided"),
        CheckConstraint(one_of("decision", DayFreezeDecision), name="decision"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    day: Mapped[date]
    amount: Mapped[int]
    reason: Mapped[str] = mapped_column(String(200))
    frozen_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    frozen_at: Mapped[datetime]
    decision: Mapped[str | None] = mapped_column(String(10))
    decision_note: Mapped[str | None] = mapped_column(String(200))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
