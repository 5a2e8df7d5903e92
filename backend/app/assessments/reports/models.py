"""Windows in which units report, their reports, the reviews and the evidence."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.columns import Instant, Share, Value, first_of_month
from backend.app.assessments.states import ReportState, ReviewDecision, ReviewStep
from backend.app.core.db import Model
from backend.app.core.states import one_of


class ProgrammeWindow(Model):
    """汇报窗口: one period of a programme, by the county's working calendar."""

    __tablename__ = "programme_window"
    __table_args__ = (
        CheckConstraint(first_of_month("period"), name="period"),
        CheckConstraint(
            "opens_at < closes_at AND closes_at <= owner_due_at AND owner_due_at <= office_due_at",
            name="order",
        ),
        CheckConstraint(
            "(reopened_until IS NULL) = (reopened_by_id IS NULL)"
            " AND (reopened_until IS NULL) = (reopen_reason IS NULL)",
            name="reopened",
        ),
        UniqueConstraint("programme_id", "period"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    period: Mapped[date] = mapped_column(Date)
    opens_at: Mapped[datetime] = mapped_column(Instant)
    closes_at: Mapped[datetime] = mapped_column(Instant)
    owner_due_at: Mapped[datetime] = mapped_column(Instant)
    office_due_at: Mapped[datetime] = mapped_column(Instant)
    opened_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    evaluated_at: Mapped[datetime | None] = mapped_column(Instant)
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    reopened_until: Mapped[datetime | None] = mapped_column(Instant)
    reopen_reason: Mapped[str | None] = mapped_column(String(200))
    reopened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class YearClosing(Model):
    """核查和评价到期关闭: what was left then, and why it was reopened."""

    __tablename__ = "year_closing"
    __table_args__ = (
        CheckConstraint("checks >= 0 AND groups >= 0", name="left"),
        CheckConstraint(
            "(reopened_until IS NULL) = (reopened_by_id IS NULL)"
            " AND (reopened_until IS NULL) = (reopen_reason IS NULL)",
            name="reopened",
        ),
        CheckConstraint("reopened_until > closed_at", name="order"),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    closed_at: Mapped[datetime] = mapped_column(Instant)
    # What counts as not done and as not used.
    checks: Mapped[int] = mapped_column(Integer)
    groups: Mapped[int] = mapped_column(Integer)
    reopened_until: Mapped[datetime | None] = mapped_column(Instant)
    reopen_reason: Mapped[str | None] = mapped_column(String(200))
    reopened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class TargetReport(Model):
    """进度汇报: what a unit says of one target and period."""

    __tablename__ = "target_report"
    __table_args__ = (
        CheckConstraint(one_of("state", ReportState), name="state"),
        CheckConstraint(first_of_month("period"), name="period"),
        CheckConstraint("seconds BETWEEN 0 AND 1800", name="seconds"),
        CheckConstraint(
            f"(state = '{ReportState.RETURNED}') = (returned_until IS NOT NULL)", name="returned"
        ),
        UniqueConstraint("target_id", "period"),
        Index(None, "county_id", "period", "state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"))
    period: Mapped[date] = mapped_column(Date)
    value: Mapped[Decimal | None] = mapped_column(Value)
    share: Mapped[Decimal | None] = mapped_column(Share)
    words: Mapped[str] = mapped_column(String(300), server_default="")
    difficulty: Mapped[str] = mapped_column(String(300), server_default="")
    next_step: Mapped[str] = mapped_column(String(300), server_default="")
    is_stopped: Mapped[bool] = mapped_column(server_default=text("false"))
    no_change: Mapped[bool] = mapped_column(server_default=text("false"))
    # Which milestones the unit says are reached.
    milestone_ids: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default="{}")
    # Why a value is lower than the last one.
    correction: Mapped[str] = mapped_column(String(200), server_default="")
    # The owner's last day passed without a review.
    owner_late: Mapped[bool] = mapped_column(server_default=text("false"))
    # Until when what was returned may be sent again.
    returned_until: Mapped[datetime | None] = mapped_column(Instant)
    # Sent after the window had closed; it stays so for ever.
    is_late: Mapped[bool] = mapped_column(server_default=text("false"))
    state: Mapped[str] = mapped_column(String(12), server_default=ReportState.DRAFT.value)
    version: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    seconds: Mapped[int | None] = mapped_column(SmallInteger)


class FillTime(Model):
    """填报用时: how long one form was open, cut at half an hour; shown, never scored."""

    __tablename__ = "fill_time"
    __table_args__ = (
        CheckConstraint("seconds BETWEEN 0 AND 1800", name="seconds"),
        CheckConstraint("reports > 0", name="reports"),
        CheckConstraint(first_of_month("period"), name="period"),
        Index(None, "unit_id", "period"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("assessed_unit.id"))
    period: Mapped[date] = mapped_column(Date)
    seconds: Mapped[int] = mapped_column(SmallInteger)
    reports: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[datetime] = mapped_column(Instant)


class ReportReview(Model):
    """A reviewer's word on a report; append-only."""

    __tablename__ = "report_review"
    __table_args__ = (
        CheckConstraint(one_of("step", ReviewStep), name="step"),
        CheckConstraint(one_of("decision", ReviewDecision), name="decision"),
        CheckConstraint(
            f"decision = '{ReviewDecision.PASSED}' OR reason IS NOT NULL", name="reason"
        ),
        Index(None, "report_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    report_id: Mapped[int] = mapped_column(ForeignKey("target_report.id"))
    step: Mapped[str] = mapped_column(String(8))
    decision: Mapped[str] = mapped_column(String(10))
    value_before: Mapped[Decimal | None] = mapped_column(Value)
    value_after: Mapped[Decimal | None] = mapped_column(Value)
    reason: Mapped[str | None] = mapped_column(String(300))
    by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Instant)


class Evidence(Model):
    """印证材料: one file of a unit, sent once and used anywhere."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        CheckConstraint("bytes > 0", name="bytes"),
        UniqueConstraint("unit_id", "sha256"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("assessed_unit.id"))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str] = mapped_column(String(8))
    key: Mapped[str] = mapped_column(String(80))
    name: Mapped[str] = mapped_column(String(80))
    bytes: Mapped[int] = mapped_column(Integer)
    words: Mapped[str] = mapped_column(String(200), server_default="")
    uploaded_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime] = mapped_column(Instant)


class EvidenceUse(Model):
    """Where a file serves: of a report, of a milestone, or of a check on site."""

    __tablename__ = "evidence_use"
    __table_args__ = (
        CheckConstraint("num_nonnulls(report_id, milestone_id, check_id) = 1", name="one_use"),
        Index("uq_evidence_use_report", "report_id", "evidence_id", unique=True),
        Index("uq_evidence_use_milestone", "milestone_id", "evidence_id", unique=True),
        Index("uq_evidence_use_check", "check_id", "evidence_id", unique=True),
        Index(None, "evidence_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("target_report.id"))
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("target_milestone.id"))
    check_id: Mapped[int | None] = mapped_column(ForeignKey("site_check.id"))
    used_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    used_at: Mapped[datetime] = mapped_column(Instant)


class SelfAssessment(Model):
    """年终自评: what a unit confirms of one target's year, beside what was accepted last."""

    __tablename__ = "self_assessment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        CheckConstraint("value IS NOT DISTINCT FROM known OR words <> ''", name="explained"),
        Index(None, "unit_id"),
    )

    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger)
    value: Mapped[Decimal | None] = mapped_column(Value)
    known: Mapped[Decimal | None] = mapped_column(Value)
    words: Mapped[str] = mapped_column(String(300), server_default="")
    said_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime] = mapped_column(Instant)
