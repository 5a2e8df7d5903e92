"""Rounds of appraisal, their groups of raters, and what two people counted of the paper.

Nothing here knows who gave a ballot, nor when: a slip has the number on its paper and no more.
"""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.states.appraisals import AppraisalState, BallotState
from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.scoring.assessing.appraisal import LEAST, LEAST_LEADERS
from backend.app.scoring.levels import BEST, LEVELS, WORST


class AppraisalRound(Model):
    """测评轮次: `points` are what its levels are worth, best first."""

    __tablename__ = "appraisal_round"
    __table_args__ = (
        CheckConstraint(one_of("state", AppraisalState), name="state"),
        CheckConstraint(
            f"(state = '{AppraisalState.CLOSED}') = (closed_at IS NOT NULL)"
            " AND (closed_by_id IS NULL OR closed_at IS NOT NULL)",
            name="closed",
        ),
        CheckConstraint(f"array_length(points, 1) = {len(LEVELS)}", name="points"),
        CheckConstraint("trim BETWEEN 0 AND 0.1", name="trim"),
        Index(
            "uq_appraisal_round_open", "programme_id", unique=True,
            postgresql_where=text(f"state = '{AppraisalState.OPEN}'"),
        ),
        Index(None, "programme_id"),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    title: Mapped[str] = mapped_column(String(40))
    points: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    # Which share of the highest and of the lowest ballots is left out.
    trim: Mapped[Decimal] = mapped_column(Numeric(4, 3), server_default="0")
    state: Mapped[str] = mapped_column(String(8), server_default=AppraisalState.OPEN.value)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    # Nobody where the year's clock closed it.
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]


class AppraisalGroup(Model):
    """一组评价人: with its weight, and from how many ballots on its mean is used.

    Of a merged group (县级领导, who are few) no mean of a single unit is shown.
    """

    __tablename__ = "appraisal_group"
    __table_args__ = (
        CheckConstraint(one_of("state", BallotState), name="state"),
        CheckConstraint("weight > 0", name="weight"),
        CheckConstraint(
            f"least >= CASE WHEN is_merged THEN {LEAST_LEADERS} ELSE {LEAST} END", name="least"
        ),
        CheckConstraint("invited > 0", name="invited"),
        UniqueConstraint("round_id", "name"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("appraisal_round.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str] = mapped_column(String(40))
    weight: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    least: Mapped[int] = mapped_column(SmallInteger)
    is_merged: Mapped[bool] = mapped_column(server_default=text("false"))
    # How many ballots were handed out for a unit at most; null where nobody counted them.
    invited: Mapped[int | None] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(10), server_default=BallotState.WAITING.value)


class AppraisalEntry(Model):
    """What one of two people counted of a group's ballots."""

    __tablename__ = "appraisal_entry"
    __table_args__ = (
        CheckConstraint("number IN (1, 2)", name="number"),
        UniqueConstraint("group_id", "number"),
        UniqueConstraint("group_id", "by_id"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("appraisal_group.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    by_slips: Mapped[bool] = mapped_column(server_default=text("false"))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class AppraisalCount(Model):
    """How many ballots gave a unit each level, best first."""

    __tablename__ = "appraisal_count"
    __table_args__ = (
        CheckConstraint(
            f"array_length(counts, 1) = {len(LEVELS)} AND 0 <= ALL (counts)", name="counts"
        ),
    )

    entry_id: Mapped[int] = mapped_column(
        ForeignKey("appraisal_entry.id", ondelete="CASCADE"), primary_key=True
    )
    unit_id: Mapped[int] = mapped_column(ForeignKey("assessed_unit.id"), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    counts: Mapped[list[int]] = mapped_column(ARRAY(Integer))


class AppraisalSlip(Model):
    """评价票: the level that one slip gave one unit."""

    __tablename__ = "appraisal_slip"
    __table_args__ = (CheckConstraint(f"level BETWEEN {BEST} AND {WORST}", name="level"),)

    entry_id: Mapped[int] = mapped_column(
        ForeignKey("appraisal_entry.id", ondelete="CASCADE"), primary_key=True
    )
    slip: Mapped[str] = mapped_column(String(20), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("assessed_unit.id"), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    level: Mapped[int] = mapped_column(SmallInteger)
