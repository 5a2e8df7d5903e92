"""What is assessed: programmes, their groups and units, and the tree of elements."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.columns import Points
from backend.app.assessments.states import OPEN_DRAFT, Duty, ElementScope, ProgrammeState
from backend.app.core.db import Id, Model
from backend.app.core.states import one_of

BEFORE_APPROVAL = OPEN_DRAFT | {ProgrammeState.STOPPED}


class Programme(Model):
    """考核项目: one year's assessment, drafted by one and approved by another.

    `content` holds clocks, lights, limits and caps as data. From the approval on a trigger lets
    nothing change but the state.
    """

    __tablename__ = "programme"
    __table_args__ = (
        CheckConstraint(one_of("state", ProgrammeState), name="state"),
        CheckConstraint("year BETWEEN 2000 AND 2199", name="year"),
        CheckConstraint("approved_by_id <> drafted_by_id", name="another_approves"),
        CheckConstraint("(approved_at IS NULL) = (approved_by_id IS NULL)", name="approved"),
        CheckConstraint(
            f"approved_at IS NOT NULL OR {one_of('state', BEFORE_APPROVAL)}", name="approval"
        ),
        CheckConstraint(
            f"(state = '{ProgrammeState.STOPPED}') = (stopped_reason IS NOT NULL)", name="stopped"
        ),
        UniqueConstraint("county_id", "code", "year", "version"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    code: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(80))
    year: Mapped[int] = mapped_column(SmallInteger)
    version: Mapped[int] = mapped_column(SmallInteger)
    template: Mapped[str | None] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(10), server_default=ProgrammeState.DRAFT.value)
    basis_document: Mapped[str] = mapped_column(String(200), server_default="")
    # Its number in the county's yearly plan of inspections and assessments.
    plan_number: Mapped[str] = mapped_column(String(60), server_default="")
    content: Mapped[dict[str, Any]]
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(200))
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime | None]
    stopped_reason: Mapped[str | None] = mapped_column(String(200))


class ProgrammeGroup(Model):
    """考核类别: units that are compared with each other, with the weights of their totals."""

    __tablename__ = "programme_group"
    __table_args__ = (
        CheckConstraint(
            "task_weight >= 0 AND social_weight >= 0 AND ordinary_weight >= 0", name="weights"
        ),
        CheckConstraint("excellent_share BETWEEN 0 AND 100", name="excellent_share"),
        CheckConstraint(
            "bonus_cap >= 0 AND deduction_cap >= 0 AND cards_cap >= 0", name="caps"
        ),
        UniqueConstraint("programme_id", "name"),
        # What rows of the same programme refer to.
        UniqueConstraint("programme_id", "id"),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str] = mapped_column(String(40))
    task_weight: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    social_weight: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    ordinary_weight: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="0")
    bonus_cap: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="5")
    deduction_cap: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="10")
    cards_cap: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="5")
    excellent_share: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="30")


class AssessedUnit(Model):
    """被考核单位: a township, village, department or subject within one group of a programme."""

    __tablename__ = "assessed_unit"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "group_id"], ["programme_group.programme_id", "programme_group.id"]
        ),
        CheckConstraint("num_nonnulls(region_id, department_id, subject_id) = 1", name="one_kind"),
        CheckConstraint("difficulty BETWEEN 0.5 AND 2", name="difficulty"),
        CheckConstraint("1 <= first_month AND first_month <= last_month AND last_month <= 12",
                        name="months"),
        Index("uq_assessed_unit_region", "programme_id", "region_id", unique=True),
        Index("uq_assessed_unit_department", "programme_id", "department_id", unique=True),
        Index("uq_assessed_unit_subject", "programme_id", "subject_id", unique=True),
        Index(None, "group_id"),
        UniqueConstraint("programme_id", "id"),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    group_id: Mapped[int] = mapped_column(BigInteger)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    subject_id: Mapped[int | None] = mapped_column(ForeignKey("assessed_subject.id"))
    difficulty: Mapped[Decimal] = mapped_column(Numeric(4, 2), server_default="1")
    duty_leader: Mapped[str] = mapped_column(String(20), server_default="")
    # Why it is given more targets than the burden guard allows; published.
    burden_reason: Mapped[str] = mapped_column(String(200), server_default="")
    # Of the programme's year; a unit may be founded or merged within it.
    first_month: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    last_month: Mapped[int] = mapped_column(SmallInteger, server_default="12")


class SharedTask(Model):
    """组团: how much the common result of an element's members counts, and where it is from.

    `by_members`: the weighted mean of what each achieved; else it is measured for itself, as a
    fact of the element without a unit.
    """

    __tablename__ = "shared_task"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "element_id"],
            ["programme_element.programme_id", "programme_element.id"], ondelete="CASCADE",
        ),
        CheckConstraint("share BETWEEN 0.3 AND 0.7", name="share"),
        UniqueConstraint("element_id"),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    element_id: Mapped[int] = mapped_column(BigInteger)
    share: Mapped[Decimal] = mapped_column(Numeric(3, 2))
    by_members: Mapped[bool] = mapped_column(server_default=text("false"))


class SharedTaskMember(Model):
    """A unit of a shared task; by its weight its own duty counts in the members' mean."""

    __tablename__ = "shared_task_member"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("weight > 0", name="weight"),
    )  # fmt: skip

    task_id: Mapped[int] = mapped_column(
        ForeignKey("shared_task.id", ondelete="CASCADE"), primary_key=True
    )
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    weight: Mapped[Decimal] = mapped_column(Numeric(5, 2), server_default="1")


class ProgrammeElement(Model):
    """维度 and 指标: a dimension has no parent and no rule, an indicator has both.

    `rule` is data of scoring/assessing/rules.py.
    """

    __tablename__ = "programme_element"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "parent_id"],
            ["programme_element.programme_id", "programme_element.id"],
        ),
        ForeignKeyConstraint(
            ["programme_id", "group_id"], ["programme_group.programme_id", "programme_group.id"]
        ),
        CheckConstraint(one_of("scope", ElementScope), name="scope"),
        CheckConstraint(one_of("duty", Duty), name="duty"),
        CheckConstraint("(parent_id IS NULL) = (rule IS NULL)", name="dimension"),
        CheckConstraint(f"(scope = '{ElementScope.GROUP}') = (group_id IS NOT NULL)", name="group"),
        CheckConstraint(f"(scope = '{ElementScope.INDUSTRY}') = (industry <> '')", name="industry"),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("direction IN ('up', 'down')", name="direction"),
        Index(None, "parent_id"),
        UniqueConstraint("programme_id", "code"),
        UniqueConstraint("programme_id", "id"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    parent_id: Mapped[int | None] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(SmallInteger)
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(80))
    scope: Mapped[str] = mapped_column(String(8))
    group_id: Mapped[int | None] = mapped_column(BigInteger)
    # Of subjects, where the element is for those of one industry.
    industry: Mapped[str] = mapped_column(String(20), server_default="")
    points: Mapped[Decimal] = mapped_column(Points, server_default="0")
    kind: Mapped[str] = mapped_column(String(10), server_default="")
    rule: Mapped[dict[str, Any] | None]
    direction: Mapped[str] = mapped_column(String(4), server_default="up")
    measured_in: Mapped[str] = mapped_column(String(16), server_default="")
    # own:, feed:, owner:, check:, ballot: or report:, with what it is called there.
    source: Mapped[str] = mapped_column(String(40), server_default="")
    owner_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    # 评分标准 as printed.
    criteria: Mapped[str] = mapped_column(Text, server_default="")
    tags: Mapped[list[str]] = mapped_column(ARRAY(String(20)), server_default="{}")
    basis: Mapped[str] = mapped_column(String(200), server_default="")
    duty: Mapped[str] = mapped_column(String(8), server_default=Duty.NONE.value)
    needs_evidence: Mapped[bool] = mapped_column(server_default=text("false"))
    missing: Mapped[str] = mapped_column(String(12), server_default="leave_weight")
    # What each level of a judged indicator looks like, the lowest first.
    anchors: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    # 示例: nobody of the county has touched it since the template was loaded.
    is_example: Mapped[bool] = mapped_column(server_default=text("false"))
