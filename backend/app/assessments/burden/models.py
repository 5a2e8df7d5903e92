"""临时要表: what a department asks units for beside the programme, and what they answered."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model


class FormRequest(Model):
    """One form with the document it stands on; without one nobody may be asked."""

    __tablename__ = "form_request"
    __table_args__ = (
        CheckConstraint("basis_document <> ''", name="basis_document"),
        CheckConstraint("cardinality(fields) BETWEEN 1 AND 20", name="fields"),
        CheckConstraint("(closed_at IS NULL) = (closed_by_id IS NULL)", name="closed"),
        Index(None, "county_id", "asked_at"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    title: Mapped[str] = mapped_column(String(80))
    basis_document: Mapped[str] = mapped_column(String(200))
    fields: Mapped[list[str]] = mapped_column(ARRAY(String(40)))
    # Null where the assessment office asks.
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]


class FormRequestUnit(Model):
    """A unit that is asked; `answers` by the name of the field, null until it has answered.

    `reused` counts the fields for which it took over what it had said before.
    """

    __tablename__ = "form_request_unit"
    __table_args__ = (
        CheckConstraint(
            "num_nulls(answers, answered_at, answered_by_id) IN (0, 3)", name="answered"
        ),
        CheckConstraint("reused >= 0", name="reused"),
        Index(None, "unit_id", "answered_at"),
    )

    request_id: Mapped[int] = mapped_column(ForeignKey("form_request.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("assessed_unit.id"), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    answers: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    reused: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    answered_at: Mapped[datetime | None]
