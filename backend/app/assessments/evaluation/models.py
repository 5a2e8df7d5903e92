"""Colours of targets, the steps of the ladder, and what changes a total beside the targets."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.columns import Points, Share, Value, first_of_month
from backend.app.assessments.states import (
    ColourQueryState,
    ProgrammeAdjustmentKind,
    ProgrammeAdjustmentState,
    SupervisionState,
)
from backend.app.core.db import Id, Model
from backend.app.core.states import none_of, one_of

BOUNDS = one_of("kind", {ProgrammeAdjustmentKind.VETO, ProgrammeAdjustmentKind.NO_EXCELLENT})
DECLARED = none_of("kind", {ProgrammeAdjustmentKind.YELLOW, ProgrammeAdjustmentKind.RED})
COUNTS = none_of("state", {ProgrammeAdjustmentState.DROPPED})


class TargetStanding(Model):
    """进度状态: what a target's accepted value meant at the end of a period.

    `colour` is the code of one of the programme's lights; null before anything was due.
    """

    __tablename__ = "target_standing"
    __table_args__ = (
        CheckConstraint(first_of_month("period"), name="period"),
        CheckConstraint("misses >= 0", name="misses"),
        Index(None, "programme_id", "period"),
    )

    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"), primary_key=True)
    period: Mapped[date] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    value: Mapped[Decimal | None] = mapped_column(Value)
    actual: Mapped[Decimal | None] = mapped_column(Share)
    planned: Mapped[Decimal | None] = mapped_column(Share)
    colour: Mapped[str | None] = mapped_column(String(12))
    misses: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    is_missed: Mapped[bool] = mapped_column(server_default=text("false"))
    basis: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    computed_at: Mapped[datetime]


class TargetSupervision(Model):
    """督办: one step of the ladder, at most once a round."""

    __tablename__ = "target_supervision"
    __table_args__ = (
        CheckConstraint(one_of("state", SupervisionState), name="state"),
        CheckConstraint("level BETWEEN 1 AND 4", name="level"),
        CheckConstraint("round >= 1", name="round"),
        CheckConstraint(first_of_month("period"), name="period"),
        UniqueConstraint("target_id", "round", "level"),
        Index(None, "county_id", "state", "due_at"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"))
    period: Mapped[date]
    round: Mapped[int] = mapped_column(SmallInteger)
    level: Mapped[int] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(10), server_default=SupervisionState.OPEN.value)
    words: Mapped[str] = mapped_column(String(300))
    # Null where the timetable reminded.
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    # Null while it is only proposed, and where dated minutes are the answer.
    due_at: Mapped[datetime | None]
    # Who confirmed or dropped what the machine proposed, and why not.
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str | None] = mapped_column(String(200))
    answer: Mapped[str | None] = mapped_column(String(300))
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]


class ColourQuery(Model):
    """颜色疑问: a unit's question about one target's colour, answered by somebody else."""

    __tablename__ = "colour_query"
    __table_args__ = (
        CheckConstraint(one_of("state", ColourQueryState), name="state"),
        CheckConstraint(first_of_month("period"), name="period"),
        CheckConstraint("answered_by_id <> by_id", name="another_answers"),
        CheckConstraint(
            f"(state = '{ColourQueryState.OPEN}') = (answered_at IS NULL)"
            " AND (answered_at IS NULL) = (answered_by_id IS NULL)"
            " AND (answered_at IS NULL) = (answer IS NULL)",
            name="answered",
        ),
        UniqueConstraint("target_id", "period"),
        Index(None, "county_id", "state"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"))
    period: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), server_default=ColourQueryState.OPEN.value)
    words: Mapped[str] = mapped_column(String(300))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    due_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(300))
    value_before: Mapped[Decimal | None] = mapped_column(Value)
    value_after: Mapped[Decimal | None] = mapped_column(Value)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]


class ProgrammeAdjustment(Model):
    """加分、扣分、黄牌、红牌 …: proposed by one (or by the machine), decided by another."""

    __tablename__ = "programme_adjustment"
    __table_args__ = (
        CheckConstraint(one_of("kind", ProgrammeAdjustmentKind), name="kind"),
        CheckConstraint(one_of("state", ProgrammeAdjustmentState), name="state"),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("returned_points BETWEEN 0 AND points", name="returned_points"),
        CheckConstraint("decided_by_id <> author_id", name="another_decides"),
        CheckConstraint(
            f"(state = '{ProgrammeAdjustmentState.PROPOSED}') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name="decided",
        ),
        CheckConstraint(first_of_month("period"), name="period"),
        CheckConstraint(f"({BOUNDS}) = (points = 0)", name="bounds"),
        CheckConstraint(f"NOT ({BOUNDS}) OR basis <> ''", name="document"),
        CheckConstraint(
            f"kind <> '{ProgrammeAdjustmentKind.EXEMPTION}' OR target_id IS NOT NULL",
            name="exempted",
        ),
        Index(None, "unit_id", "period"),
        Index(None, "target_id"),
        # The same matter by the same document counts once for a unit.
        Index(
            "uq_programme_adjustment_declared", "unit_id", "kind", "basis", "case_words",
            unique=True, postgresql_where=text(f"{DECLARED} AND {COUNTS}"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("assessed_unit.id"))
    target_id: Mapped[int | None] = mapped_column(ForeignKey("target.id"))
    period: Mapped[date]
    kind: Mapped[str] = mapped_column(String(12))
    points: Mapped[Decimal] = mapped_column(Points)
    rule_code: Mapped[str] = mapped_column(String(40))
    case_words: Mapped[str] = mapped_column(String(300))
    # Of a veto the superior's document, of a card the colours it follows from.
    basis: Mapped[str] = mapped_column(String(200), server_default="")
    state: Mapped[str] = mapped_column(
        String(10), server_default=ProgrammeAdjustmentState.PROPOSED.value
    )
    # Null where the machine proposed it.
    author_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(200))
    returned_points: Mapped[Decimal] = mapped_column(Points, server_default="0")
    returned_at: Mapped[datetime | None]
