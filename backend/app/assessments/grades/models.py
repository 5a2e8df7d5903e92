"""等次: what the machine proposes for a unit, and what the meeting decided."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.columns import Points
from backend.app.assessments.states import GradeState
from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.scoring.assessing.grades import Grade


class UnitGrade(Model):
    """A unit's grade: proposed for the total it had then, decided by another than who proposed.

    `ceiling` is the best that a veto, a red card or the social appraisal leave it; `is_open` marks
    what the meeting decides with a written reason.
    """

    __tablename__ = "unit_grade"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        CheckConstraint(one_of("state", GradeState), name="state"),
        CheckConstraint(one_of("proposed", Grade), name="proposed"),
        CheckConstraint(one_of("ceiling", Grade), name="ceiling"),
        CheckConstraint(one_of("grade", Grade), name="grade"),
        CheckConstraint("decided_by_id <> proposed_by_id", name="another_decides"),
        CheckConstraint(
            f"(state = '{GradeState.PROPOSED}') = (grade IS NULL)"
            " AND num_nulls(grade, decided_by_id, decided_at, minutes_number) IN (0, 4)",
            name="decided",
        ),
        CheckConstraint(
            "grade IS NULL OR reason <> '' OR (grade = proposed AND NOT is_open)", name="reason"
        ),
        UniqueConstraint("programme_id", "unit_id"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger)
    # The group it is graded in: its own, or the neighbour of one that is too small.
    pool: Mapped[str] = mapped_column(String(40))
    total: Mapped[Decimal] = mapped_column(Points)
    proposed: Mapped[str] = mapped_column(String(10))
    ceiling: Mapped[str] = mapped_column(String(10))
    reasons: Mapped[list[str]] = mapped_column(ARRAY(String(60)), server_default="{}")
    is_open: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10), server_default=GradeState.PROPOSED.value)
    version: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    grade: Mapped[str | None] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(200), server_default="")
    minutes_number: Mapped[str | None] = mapped_column(String(60))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
