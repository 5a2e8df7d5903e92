"""自评—初评—验收: a step of a unit with a score for every item, recorded once, by one person."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Numeric,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model


class AcceptanceStep(Model):
    """One step of one unit; a trigger refuses the same hand for two steps of a unit."""

    __tablename__ = "acceptance_step"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        CheckConstraint("step BETWEEN 1 AND 5", name="step"),
        UniqueConstraint("unit_id", "step"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger)
    # In the order of the programme's own steps, from 1.
    step: Mapped[int] = mapped_column(SmallInteger)
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class AcceptanceScore(Model):
    """What a step gave an item, of 100, and why it is far from the step before."""

    __tablename__ = "acceptance_score"
    __table_args__ = (CheckConstraint("score BETWEEN 0 AND 100", name="score"),)

    step_id: Mapped[int] = mapped_column(ForeignKey("acceptance_step.id"), primary_key=True)
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    score: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    reason: Mapped[str] = mapped_column(String(200), server_default="")
