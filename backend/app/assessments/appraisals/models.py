"""Rounds of appraisal, their groups of raters, ballots given by code, and what two people counted.

Nothing here knows who gave a ballot, nor when: a slip has the number on its paper and no more, and
a ballot from the anonymous application neither that nor its code.
"""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
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

from backend.app.assessments.states.appraisals import (
    AppraisalKind,
    AppraisalState,
    BallotState,
    DisputeState,
)
from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.scoring.assessing.appraisal import LEAST, LEAST_LEADERS
from backend.app.scoring.levels import BEST, LEVELS, WORST


class AppraisalRound(Model):
    """测评轮次: `points` are what its levels are worth, best first.

    Until `ends_on` codes are taken; `desk_id` is where, once the first slips were printed.
    """

    __tablename__ = "appraisal_round"
    __table_args__ = (
        CheckConstraint(one_of("state", AppraisalState), name="state"),
        CheckConstraint(one_of("kind", AppraisalKind), name="kind"),
        CheckConstraint(
            f"(state = '{AppraisalState.CLOSED}') = (closed_at IS NOT NULL)"
            " AND (closed_by_id IS NULL OR closed_at IS NOT NULL)",
            name="closed",
        ),
        CheckConstraint(f"array_length(points, 1) = {len(LEVELS)}", name="points"),
        CheckConstraint("trim BETWEEN 0 AND 0.1", name="trim"),
        CheckConstraint(
            "(planned_end IS NULL) = (prolonged_because IS NULL) AND planned_end < ends_on",
            name="prolonged",
        ),
        Index(
            "uq_appraisal_round_open", "programme_id", "kind", unique=True,
            postgresql_where=text(f"state = '{AppraisalState.OPEN}'"),
        ),
        Index(None, "programme_id"),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    title: Mapped[str] = mapped_column(String(40))
    kind: Mapped[str] = mapped_column(String(8), server_default=AppraisalKind.SOCIAL.value)
    ends_on: Mapped[date | None]
    # The last day as it was opened, where it was prolonged, and why it was last.
    planned_end: Mapped[date | None]
    prolonged_because: Mapped[str | None] = mapped_column(String(200))
    desk_id: Mapped[UUID | None]
    points: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))
    # Which share of the highest and of the lowest ballots is left out.
    trim: Mapped[Decimal] = mapped_column(Numeric(4, 3), server_default="0")
    state: Mapped[str] = mapped_column(String(8), server_default=AppraisalState.OPEN.value)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    # Nobody where the year's clock closed it.
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None]


class AppraisalQuestion(Model):
    """What a round asks, fixed when it opens: a unit, or an element of a unit by its anchors."""

    __tablename__ = "appraisal_question"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        ForeignKeyConstraint(
            ["programme_id", "element_id"],
            ["programme_element.programme_id", "programme_element.id"],
        ),
        UniqueConstraint(
            "round_id", "unit_id", "element_id", name="uq_appraisal_question_what",
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    round_id: Mapped[int] = mapped_column(ForeignKey("appraisal_round.id"), primary_key=True)
    position: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    element_id: Mapped[int | None] = mapped_column(BigInteger)


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
        CheckConstraint(one_of("dispute", DisputeState), name="dispute"),
        CheckConstraint(
            "num_nonnulls(dispute_reason, settled_by_id, settled_at)"
            f" = CASE WHEN dispute <> '{DisputeState.OPEN}' THEN 3 ELSE 0 END", name="settled",
        ),
        UniqueConstraint("round_id", "name"),
    )  # fmt: skip

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
    # Of 360° alone: null where raters agree, and why its ballots are used all the same or not.
    dispute: Mapped[str | None] = mapped_column(String(8))
    dispute_reason: Mapped[str | None] = mapped_column(String(200))
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]


class AppraisalBallot(Model):
    """A ballot that came by code: a level for each question of its round, 0 where it has none.

    Written at the close alone, those of a round together, in the order of random ids.
    """

    __tablename__ = "appraisal_ballot"
    __table_args__ = (
        CheckConstraint(
            f"0 <= ALL (answers) AND {WORST} >= ALL (answers) AND 0 < ANY (answers)",
            name="answers",
        ),
        Index(None, "group_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    group_id: Mapped[int] = mapped_column(ForeignKey("appraisal_group.id"))
    answers: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))


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
        UniqueConstraint(
            "entry_id", "unit_id", "element_id", name="uq_appraisal_count_what",
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(ForeignKey("appraisal_entry.id", ondelete="CASCADE"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("assessed_unit.id"))
    element_id: Mapped[int | None] = mapped_column(ForeignKey("programme_element.id"))
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    counts: Mapped[list[int]] = mapped_column(ARRAY(Integer))


class AppraisalSlip(Model):
    """评价票: the level that one slip gave one unit."""

    __tablename__ = "appraisal_slip"
    __table_args__ = (
        CheckConstraint(f"level BETWEEN {BEST} AND {WORST}", name="level"),
        UniqueConstraint(
            "entry_id", "slip", "unit_id", "element_id", name="uq_appraisal_slip_what",
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(ForeignKey("appraisal_entry.id", ondelete="CASCADE"))
    slip: Mapped[str] = mapped_column(String(20))
    unit_id: Mapped[int] = mapped_column(ForeignKey("assessed_unit.id"))
    element_id: Mapped[int | None] = mapped_column(ForeignKey("programme_element.id"))
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    level: Mapped[int] = mapped_column(SmallInteger)
