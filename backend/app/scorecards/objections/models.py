"""Objections and their photos."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.scorecards.columns import FIRST_OF_MONTH
from backend.app.scorecards.states import ObjectionState


class Objection(Model):
    """申诉: a village objects to one case counting against it; once for ever.

    An upheld one strikes the case from the facts (every figure it stands in). Whoever decides is
    neither who objected nor of the village.
    """

    __tablename__ = "objection"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="month"),
        CheckConstraint("case_kind IN ('rating', 'ticket')", name="case_kind"),
        CheckConstraint(one_of("state", ObjectionState), name="state"),
        CheckConstraint("decided_by_id <> raised_by_id", name="another_decides"),
        CheckConstraint(
            f"(state = '{ObjectionState.PENDING}') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decision IS NULL)",
            name="decided",
        ),
        Index("uq_objection_case", "case_kind", "case_id", unique=True),
        Index("uq_objection_key", "raised_by_id", "idempotency_key", unique=True),
        Index(None, "county_id", "month"),
        Index(None, "village_id", "id"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    month: Mapped[date]
    case_kind: Mapped[str] = mapped_column(String(6))
    case_id: Mapped[int] = mapped_column(BigInteger)
    words: Mapped[str] = mapped_column(Text)
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    raised_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), server_default="pending")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(Text)
    # {"before": "81.20", "after": "83.05"}: what upholding it did to the total.
    effect: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    idempotency_key: Mapped[UUID | None]


class ObjectionPhoto(Model):
    """A photo as proof, sent before the objection it belongs to."""

    __tablename__ = "objection_photo"
    __table_args__ = (
        Index(None, "objection_id"),
        Index(
            "ix_objection_photo_loose", "created_at", postgresql_where=text("objection_id IS NULL")
        ),
    )  # fmt: skip

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    objection_id: Mapped[int | None] = mapped_column(ForeignKey("objection.id"))
    key: Mapped[str] = mapped_column(String(80), unique=True)
    created_at: Mapped[datetime]
