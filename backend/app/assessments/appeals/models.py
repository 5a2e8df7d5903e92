"""Appeals of units, and what they corrected."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.states import AppealItem, AppealState
from backend.app.core.db import Id, Model
from backend.app.core.states import one_of


class ResultAppeal(Model):
    """A unit's appeal against one item of its published result; once for ever.

    `item_id` is the target, the adjustment or the unit's own id, by `item`.
    """

    __tablename__ = "result_appeal"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        CheckConstraint(one_of("state", AppealState), name="state"),
        CheckConstraint(one_of("item", AppealItem), name="item"),
        CheckConstraint("decided_by_id <> raised_by_id", name="another_decides"),
        CheckConstraint(
            f"(state = '{AppealState.FILED}') = (decided_at IS NULL)"
            " AND num_nulls(decided_at, decided_by_id, decision) IN (0, 3)",
            name="decided",
        ),
        UniqueConstraint("unit_id", "item", "item_id"),
        Index(None, "programme_id", "state"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme_publication.programme_id"))
    unit_id: Mapped[int] = mapped_column(BigInteger)
    item: Mapped[str] = mapped_column(String(10))
    item_id: Mapped[int] = mapped_column(BigInteger)
    item_words: Mapped[str] = mapped_column(String(300))
    words: Mapped[str] = mapped_column(String(500))
    raised_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    raised_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), server_default=AppealState.FILED.value)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None] = mapped_column(String(300))


class ResultCorrection(Model):
    """更正: a numbered change of one unit's published result, with its reason; append-only.

    `change` is what was corrected in the facts, so that every figure can be worked out again;
    `before` and `after` are total, social appraisal, grade and band as they are written.
    """

    __tablename__ = "result_correction"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        CheckConstraint("number >= 1", name="number"),
        Index(None, "appeal_id"),
    )

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme_publication.programme_id"), primary_key=True
    )
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("result_appeal.id"))
    reason: Mapped[str] = mapped_column(String(300))
    change: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]
