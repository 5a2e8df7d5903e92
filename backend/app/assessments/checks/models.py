"""Draws of claims to be checked, the checks, and what each of two checkers found."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

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
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.columns import Share, Value, first_of_month
from backend.app.assessments.states.checks import (
    CONCLUDED,
    WITH_CHECKERS,
    CheckFinding,
    CheckKind,
    CheckState,
)
from backend.app.core.db import Id, Model
from backend.app.core.states import one_of


class CheckDraw(Model):
    """抽取: the frame and the seed, so that whoever has both draws the same."""

    __tablename__ = "check_draw"
    __table_args__ = (
        CheckConstraint(first_of_month("period"), name="period"),
        CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
        UniqueConstraint("programme_id", "period"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    period: Mapped[date]
    # SHA-256 of the approved targets and the period; its first eight bytes are the seed.
    digest: Mapped[str] = mapped_column(String(64))
    share: Mapped[Decimal] = mapped_column(Share)
    # [target, whether it is always looked at] of every claim.
    frame: Mapped[list[Any]] = mapped_column(JSONB)
    drawn_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drawn_at: Mapped[datetime]


class SiteCheck(Model):
    """核查一项: at most once a target and programme; two checkers, each blind to the other."""

    __tablename__ = "site_check"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        CheckConstraint(one_of("state", CheckState), name="state"),
        CheckConstraint(one_of("kind", CheckKind), name="kind"),
        CheckConstraint(one_of("result", CheckFinding), name="result"),
        CheckConstraint("first_checker_id <> second_checker_id", name="two_checkers"),
        CheckConstraint(
            f"hidden_until IS NULL OR (kind = '{CheckKind.MYSTERY}' AND hidden_until >= visit_on)",
            name="hidden",
        ),
        CheckConstraint("told_at >= concluded_at", name="told_once_concluded"),
        CheckConstraint(
            "num_nonnulls(first_checker_id, second_checker_id, visit_on, assigned_by_id,"
            f" assigned_at) = CASE WHEN {one_of('state', WITH_CHECKERS)} THEN 5 ELSE 0 END",
            name="assigned",
        ),
        CheckConstraint(
            f"({one_of('state', CONCLUDED)}) = (result IS NOT NULL)"
            " AND (result IS NULL) = (concluded_at IS NULL)",
            name="concluded",
        ),
        CheckConstraint(
            f"(state = '{CheckState.DECIDED}') = (decided_by_id IS NOT NULL)", name="decided"
        ),
        CheckConstraint(
            "decided_by_id NOT IN (first_checker_id, second_checker_id)", name="third_decides"
        ),
        UniqueConstraint("target_id"),
        Index(None, "programme_id", "state"),
        Index(None, "unit_id", "visit_on"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    draw_id: Mapped[int] = mapped_column(ForeignKey("check_draw.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger)
    target_id: Mapped[int] = mapped_column(ForeignKey("target.id"))
    kind: Mapped[str] = mapped_column(String(12), server_default=CheckKind.INSPECTION.value)
    # It was black or red before, so it did not need to be drawn.
    is_always: Mapped[bool] = mapped_column(server_default=text("false"))
    state: Mapped[str] = mapped_column(String(10), server_default=CheckState.DRAWN.value)
    visit_on: Mapped[date | None]
    # Of a mystery guest: until then the unit knows nothing of visit and result.
    hidden_until: Mapped[date | None]
    first_checker_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    second_checker_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    assigned_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(String(8))
    value: Mapped[Decimal | None] = mapped_column(Value)
    words: Mapped[str | None] = mapped_column(String(300))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    concluded_at: Mapped[datetime | None]
    # When what follows took effect and the unit heard.
    told_at: Mapped[datetime | None]


class SiteFinding(Model):
    """核查记录: what one checker found, written once."""

    __tablename__ = "site_finding"
    __table_args__ = (
        CheckConstraint(one_of("finding", CheckFinding), name="finding"),
        CheckConstraint("words <> ''", name="words"),
        UniqueConstraint("check_id", "checker_id"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    check_id: Mapped[int] = mapped_column(ForeignKey("site_check.id"))
    checker_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    finding: Mapped[str] = mapped_column(String(8))
    # What there really was, where something is counted.
    value: Mapped[Decimal | None] = mapped_column(Value)
    words: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime]
