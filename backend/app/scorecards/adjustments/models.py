"""Deductions, bonuses and exemptions."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.scorecards.columns import FIRST_OF_MONTH, POINTS
from backend.app.scorecards.states import AdjustmentState
from backend.app.scoring.schemes import AdjustmentKind

DECIDED = {AdjustmentState.APPROVED, AdjustmentState.REFUSED}


class Adjustment(Model):
    """扣分、加分、容错: points by a rule and a case, in force once somebody else approved them."""

    __tablename__ = "score_adjustment"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="month"),
        CheckConstraint(one_of("kind", AdjustmentKind), name="kind"),
        CheckConstraint("points > 0 AND points <= 100", name="points"),
        CheckConstraint(one_of("state", AdjustmentState), name="state"),
        CheckConstraint("decided_by_id <> author_id", name="another_approves"),
        CheckConstraint(
            f"({one_of('state', DECIDED)}) = (decided_by_id IS NOT NULL)", name="decider"
        ),
        CheckConstraint(
            f"(state = '{AdjustmentState.PROPOSED}') = (decided_at IS NULL)", name="decided"
        ),
        Index(None, "county_id", "month"),
        Index(None, "village_id", "month"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    month: Mapped[date]
    kind: Mapped[str] = mapped_column(String(10))
    points: Mapped[Decimal] = mapped_column(POINTS)
    case_words: Mapped[str] = mapped_column(String(200))
    ticket_id: Mapped[int | None] = mapped_column(BigInteger)
    rule: Mapped[str] = mapped_column(String(200))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    authored_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), server_default="proposed")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(200))
