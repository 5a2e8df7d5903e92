"""四张清单: needs, problems, tasks and reforms of a programme, each with who puts it right."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.columns import first_of_month
from backend.app.assessments.states.issues import NUMBERED, IssueList, IssueSource, IssueState
from backend.app.core.db import Id, Model
from backend.app.core.states import one_of


class IssueEntry(Model):
    """A line of the task table: 分任务, 难点堵点, 对策措施, 时限.

    `source_id` numbers the target, ticket, check or appeal it came from, `period` the month.
    """

    __tablename__ = "issue_entry"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        CheckConstraint(one_of("list", IssueList), name="list"),
        CheckConstraint(one_of("source", IssueSource), name="source"),
        CheckConstraint(one_of("state", IssueState), name="state"),
        CheckConstraint(
            f"({one_of('source', NUMBERED)}) = (source_id IS NOT NULL)", name="source_id"
        ),
        CheckConstraint(first_of_month("period"), name="period"),
        CheckConstraint("task <> '' AND difficulty <> ''", name="words"),
        CheckConstraint(
            "num_nulls(answer, answered_at, answered_by_id) IN (0, 3)"
            f" AND (state <> '{IssueState.ANSWERED}' OR answer IS NOT NULL)",
            name="answered",
        ),
        CheckConstraint(
            "num_nulls(closing, closed_at, closed_by_id)"
            f" = CASE state WHEN '{IssueState.CLOSED}' THEN 0 ELSE 3 END",
            name="closed",
        ),
        # What a month opened by itself it opens once.
        UniqueConstraint("programme_id", "source", "source_id", "period"),
        Index(None, "programme_id", "state", "due_on"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    # Whose problem it is; null where it is the county's.
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    list: Mapped[str] = mapped_column(String(8))
    source: Mapped[str] = mapped_column(String(8))
    source_id: Mapped[int | None] = mapped_column(BigInteger)
    period: Mapped[date | None]
    task: Mapped[str] = mapped_column(String(120))
    difficulty: Mapped[str] = mapped_column(String(500))
    measure: Mapped[str] = mapped_column(String(500), server_default="")
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(8), server_default=IssueState.OPEN.value)
    # Null where the machine opened it.
    opened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime]
    answer: Mapped[str | None] = mapped_column(String(500))
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # Why the office sent the answer back.
    returned: Mapped[str | None] = mapped_column(String(300))
    closing: Mapped[str | None] = mapped_column(String(300))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # 示例: loaded with a template and touched by nobody since.
    is_example: Mapped[bool] = mapped_column(server_default=text("false"))


class IssueDuty(Model):
    """责任单位: a township or a department that puts an entry right; an entry may have several."""

    __tablename__ = "issue_duty"
    __table_args__ = (
        CheckConstraint("num_nonnulls(region_id, department_id) = 1", name="one_kind"),
        Index("uq_issue_duty_region", "issue_id", "region_id", unique=True),
        Index("uq_issue_duty_department", "issue_id", "department_id", unique=True),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    issue_id: Mapped[int] = mapped_column(ForeignKey("issue_entry.id", ondelete="CASCADE"))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
