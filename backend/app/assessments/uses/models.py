"""结果运用: what was decided about a unit because of its result; no sums of money."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.states.uses import UseKind
from backend.app.core.db import Id, Model
from backend.app.core.states import one_of


class ResultUse(Model):
    """表彰, 资金倾斜, 培训, 约谈 or 整改 of a unit, with the document it stands on."""

    __tablename__ = "result_use"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        CheckConstraint(one_of("kind", UseKind), name="kind"),
        CheckConstraint("words <> '' AND basis <> ''", name="basis"),
        CheckConstraint(
            "num_nulls(withdrawn_at, withdrawn_by_id, withdrawn_words) IN (0, 3)",
            name="withdrawn",
        ),
        Index(None, "programme_id", "unit_id"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(String(8))
    words: Mapped[str] = mapped_column(String(200))
    basis: Mapped[str] = mapped_column(String(200))
    decided_on: Mapped[date]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    # Entered by mistake or taken back; the row stays in sight.
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    withdrawn_words: Mapped[str | None] = mapped_column(String(200))
