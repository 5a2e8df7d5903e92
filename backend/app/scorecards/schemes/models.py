"""What a county's assessment consists of, version by version."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.scorecards.states import SchemeState


class AssessmentScheme(Model):
    """考核方案: a version of a year, in force from its first month until another one begins.

    `content` is scoring/schemes.py (`as_json`). An approved version never changes; a trigger
    refuses it.
    """

    __tablename__ = "assessment_scheme"
    __table_args__ = (
        CheckConstraint(one_of("state", SchemeState), name="state"),
        CheckConstraint("EXTRACT(DAY FROM first_month) = 1", name="first_month"),
        CheckConstraint("approved_by_id <> drafted_by_id", name="another_approves"),
        CheckConstraint(
            f"(state = '{SchemeState.APPROVED}')"
            " = (approved_at IS NOT NULL AND approved_by_id IS NOT NULL)",
            name="approved",
        ),
        Index("uq_assessment_scheme_version", "county_id", "year", "version", unique=True),
        Index(
            "uq_assessment_scheme_first_month", "county_id", "first_month", unique=True,
            postgresql_where=text(f"state = '{SchemeState.APPROVED}'"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    year: Mapped[int] = mapped_column(SmallInteger)
    version: Mapped[int] = mapped_column(SmallInteger)
    title: Mapped[str] = mapped_column(String(60))
    first_month: Mapped[date]
    state: Mapped[str] = mapped_column(String(8), server_default="draft")
    content: Mapped[dict[str, Any]]
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(200))
