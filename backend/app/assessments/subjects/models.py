"""Who is assessed beside townships and departments."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.columns import Value
from backend.app.assessments.states.subjects import SubjectKind
from backend.app.core.db import Id, Model
from backend.app.core.states import one_of


class AssessedSubject(Model):
    """被考核主体: a shop, farm, school or person, kept over the years; one that left stays listed.

    `region_id` is its township, or the county. The officer is who of the authorities looks after
    it: a name, not an account.
    """

    __tablename__ = "assessed_subject"
    __table_args__ = (
        CheckConstraint(one_of("kind", SubjectKind), name="kind"),
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("area > 0", name="area"),
        CheckConstraint("(exited_on IS NULL) = (exit_reason IS NULL)", name="exited"),
        CheckConstraint("exited_on >= opened_on", name="order"),
        UniqueConstraint("county_id", "kind", "name", "code"),
        Index(
            "uq_assessed_subject_code", "county_id", "code", unique=True,
            postgresql_where=text("code <> ''"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(80))
    code: Mapped[str] = mapped_column(String(40), server_default="")
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    industry: Mapped[str] = mapped_column(String(20), server_default="")
    # In mu: what a farm weighs in the county's index.
    area: Mapped[Decimal | None] = mapped_column(Value)
    officer: Mapped[str] = mapped_column(String(20), server_default="")
    opened_on: Mapped[date] = mapped_column(Date)
    exited_on: Mapped[date | None] = mapped_column(Date)
    exit_reason: Mapped[str | None] = mapped_column(String(200))
