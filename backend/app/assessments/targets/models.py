"""What each unit has to reach: targets, their plans and milestones, and how they changed."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.columns import Points, Value, first_of_month
from backend.app.assessments.states import ChangeState, Rhythm, TargetState
from backend.app.core.db import Id, Model
from backend.app.core.states import one_of


class Target(Model):
    """目标任务: what one unit has to reach of one element.

    `version` counts every act, so that of two people one is told. `edition` counts the contents:
    once issued, a trigger lets them change only with an approved `target_change` of the next one.
    """

    __tablename__ = "target"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "element_id"],
            ["programme_element.programme_id", "programme_element.id"],
        ),
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        CheckConstraint(one_of("state", TargetState), name="state"),
        CheckConstraint(one_of("rhythm", Rhythm), name="rhythm"),
        CheckConstraint("points >= 0", name="points"),
        CheckConstraint("starts_on <= due_on", name="days"),
        CheckConstraint(
            f"(state = '{TargetState.DRAFT}') = (issued_at IS NULL)", name="issued"
        ),
        UniqueConstraint("element_id", "unit_id"),
        Index(None, "unit_id"),
        Index(None, "programme_id", "state"),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    element_id: Mapped[int] = mapped_column(BigInteger)
    unit_id: Mapped[int] = mapped_column(BigInteger)
    task: Mapped[str] = mapped_column(Text)
    # 年度目标值; null where nothing is counted (milestones, levels by sentences).
    value: Mapped[Decimal | None] = mapped_column(Value)
    baseline: Mapped[Decimal] = mapped_column(Value, server_default="0")
    points: Mapped[Decimal] = mapped_column(Points)
    starts_on: Mapped[date]
    due_on: Mapped[date]
    rhythm: Mapped[str] = mapped_column(String(8))
    # 重点监管任务.
    is_key: Mapped[bool] = mapped_column(server_default=text("false"))
    duty_leader: Mapped[str] = mapped_column(String(20), server_default="")
    section: Mapped[str] = mapped_column(String(40), server_default="")
    contact: Mapped[str] = mapped_column(String(20), server_default="")
    note: Mapped[str] = mapped_column(String(200), server_default="")
    state: Mapped[str] = mapped_column(String(10), server_default=TargetState.DRAFT.value)
    version: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    edition: Mapped[int] = mapped_column(SmallInteger, server_default="1")
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime | None]
    # Until when the unit confirms or asks.
    answer_due_at: Mapped[datetime | None]


class TargetPlan(Model):
    """月度计划: what should be reached by the end of a month, in one edition of a target.

    Rows are only added: an earlier edition stays in sight.
    """

    __tablename__ = "target_plan"
    __table_args__ = (CheckConstraint(first_of_month("month"), name="month"),)

    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"), primary_key=True)
    edition: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    value: Mapped[Decimal] = mapped_column(Value)


class TargetMilestone(Model):
    """节点: a step of a target that is there or not."""

    __tablename__ = "target_milestone"
    __table_args__ = (
        CheckConstraint("weight > 0", name="weight"),
        CheckConstraint("(accepted_at IS NULL) = (accepted_by_id IS NULL)", name="accepted"),
        UniqueConstraint("target_id", "position"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"))
    position: Mapped[int] = mapped_column(SmallInteger)
    words: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date]
    weight: Mapped[Decimal] = mapped_column(Points)
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class TargetChange(Model):
    """A change of an issued target: proposed by one, approved by another, the old value beside."""

    __tablename__ = "target_change"
    __table_args__ = (
        CheckConstraint(one_of("state", ChangeState), name="state"),
        CheckConstraint("decided_by_id <> proposed_by_id", name="another_decides"),
        CheckConstraint(
            f"(state = '{ChangeState.PROPOSED}') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name="decided",
        ),
        Index(
            "uq_target_change_open", "target_id", unique=True,
            postgresql_where=text(f"state = '{ChangeState.PROPOSED}'"),
        ),
        Index(
            "uq_target_change_edition", "target_id", "edition", unique=True,
            postgresql_where=text(f"state = '{ChangeState.APPROVED}'"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"))
    # The one it leads to.
    edition: Mapped[int] = mapped_column(SmallInteger)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    reason: Mapped[str] = mapped_column(String(300))
    state: Mapped[str] = mapped_column(String(10), server_default=ChangeState.PROPOSED.value)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(200))


class TargetEvent(Model):
    """What happened to a target; append-only. Nobody (null) is the timetable."""

    __tablename__ = "target_event"
    __table_args__ = (Index(None, "target_id", "id"),)

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    move: Mapped[str] = mapped_column(String(12))
    from_state: Mapped[str] = mapped_column(String(10))
    to_state: Mapped[str] = mapped_column(String(10))
    words: Mapped[str | None] = mapped_column(String(300))
    detail: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
