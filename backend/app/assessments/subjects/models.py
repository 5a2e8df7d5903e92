"""Who is assessed beside townships and departments, their trades, ratings and exits."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.columns import Points, Value, first_of_month
from backend.app.assessments.states.subjects import (
    OPEN_EXITS,
    ExitCause,
    ExitState,
    Goods,
    SubjectKind,
    TradeKind,
)
from backend.app.core.db import Id, Model
from backend.app.core.states import one_of


class AssessedSubject(Model):
    """被考核主体: a shop, farm, school or person, kept over the years; one that left stays listed.

    `region_id` is its township, or the county. The officer is who of the authorities looks after
    it: a name, not an account.
    """

    __tablename__ = "assessed_subject"
    __table_args__ = (
        CheckConstraint(one_of("kind", SubjectKind), name="kind"),
        CheckConstraint("name <> ''", name="name"),
        CheckConstraint("area > 0", name="area"),
        CheckConstraint("(exited_on IS NULL) = (exit_reason IS NULL)", name="exited"),
        CheckConstraint("exited_on >= opened_on", name="order"),
        UniqueConstraint("county_id", "kind", "name", "code"),
        Index(
            "uq_assessed_subject_code", "county_id", "code", unique=True,
            postgresql_where=text("code <> ''"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(80))
    code: Mapped[str] = mapped_column(String(40), server_default="")
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    industry: Mapped[str] = mapped_column(String(20), server_default="")
    # In mu: what a farm weighs in the county's index.
    area: Mapped[Decimal | None] = mapped_column(Value)
    officer: Mapped[str] = mapped_column(String(20), server_default="")
    opened_on: Mapped[date] = mapped_column(Date)
    exited_on: Mapped[date | None] = mapped_column(Date)
    exit_reason: Mapped[str | None] = mapped_column(String(200))


class SubjectInvitation(Model):
    """A code that makes a WeChat user one who runs a subject, once, within three days."""

    __tablename__ = "subject_invitation"

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("assessed_subject.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    accepted_at: Mapped[datetime | None]


class SubjectTrade(Model):
    """A sale, a purchase or an application, from the subject's own ledger.

    `amount` is in yuan, of an application how much was applied; `quota` is the most of it that was
    allowed. What was taken back stays.
    """

    __tablename__ = "subject_trade"
    __table_args__ = (
        CheckConstraint(one_of("kind", TradeKind), name="kind"),
        CheckConstraint(one_of("goods", Goods), name="goods"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("recorded_on >= happened_on", name="order"),
        CheckConstraint(
            f"(kind = '{TradeKind.APPLIED}') = (quota IS NOT NULL)"
            " AND num_nonnulls(quota, is_real_name) = 1",
            name="told",
        ),
        Index(
            "uq_subject_trade_number", "subject_id", "kind", "number", unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index(None, "county_id", "happened_on"),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    subject_id: Mapped[int] = mapped_column(ForeignKey("assessed_subject.id"))
    kind: Mapped[str] = mapped_column(String(8))
    number: Mapped[str] = mapped_column(String(40))
    happened_on: Mapped[date] = mapped_column(Date)
    recorded_on: Mapped[date] = mapped_column(Date)
    goods: Mapped[str] = mapped_column(String(10))
    amount: Mapped[Decimal] = mapped_column(Value)
    is_real_name: Mapped[bool | None]
    quota: Mapped[Decimal | None] = mapped_column(Value)
    origin: Mapped[str] = mapped_column(String(80), server_default="")
    imported_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]


class SubjectRating(Model):
    """滚动评价 at a month's end: points of 100 and the light; worked out anew by night."""

    __tablename__ = "subject_rating"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        CheckConstraint(first_of_month("period"), name="period"),
        CheckConstraint("points BETWEEN 0 AND 100", name="points"),
        Index(None, "programme_id", "period"),
    )

    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    period: Mapped[date] = mapped_column(Date, primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    points: Mapped[Decimal | None] = mapped_column(Points)
    colour: Mapped[str] = mapped_column(String(8))
    # How many items counted.
    counted: Mapped[int] = mapped_column(SmallInteger)
    rated_at: Mapped[datetime]


class SubjectExit(Model):
    """退出: found by the half-year ratings or named by somebody, confirmed by another person."""

    __tablename__ = "subject_exit"
    __table_args__ = (
        ForeignKeyConstraint(
            ["programme_id", "unit_id"], ["assessed_unit.programme_id", "assessed_unit.id"]
        ),
        CheckConstraint(one_of("state", ExitState), name="state"),
        CheckConstraint(one_of("cause", ExitCause), name="cause"),
        CheckConstraint("words <> ''", name="words"),
        CheckConstraint("decided_by_id <> proposed_by_id", name="another_decides"),
        CheckConstraint(
            f"state IN ('{ExitState.FOUND}', '{ExitState.DROPPED}') OR proposed_by_id IS NOT NULL",
            name="proposed",
        ),
        CheckConstraint(
            f"({one_of('state', OPEN_EXITS)}) = (decided_by_id IS NULL)"
            " AND num_nulls(decided_by_id, decided_at) IN (0, 2)",
            name="decided",
        ),
        CheckConstraint(
            f"(state = '{ExitState.RETURNED}') = (returned_by_id IS NOT NULL)", name="returned"
        ),
        Index(
            "uq_subject_exit_open", "subject_id", unique=True,
            postgresql_where=text(one_of("state", OPEN_EXITS)),
        ),
        Index(None, "programme_id"),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"))
    unit_id: Mapped[int] = mapped_column(BigInteger)
    subject_id: Mapped[int] = mapped_column(ForeignKey("assessed_subject.id"))
    cause: Mapped[str] = mapped_column(String(10))
    # What it is based on; published.
    words: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(10))
    version: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    found_at: Mapped[datetime]
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str] = mapped_column(String(200), server_default="")
    returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    returned_at: Mapped[datetime | None]
