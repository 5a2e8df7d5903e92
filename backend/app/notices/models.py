"""The inbox, accepted subscription messages, and what is on its way to WeChat."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.notices.states import WAITING, CheckedKind, MessageState


class Notice(Model):
    """One line of somebody's inbox: the record, whether or not WeChat rang."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(None, "person_id", "id"),
        Index("ix_notice_unread", "person_id", "id", postgresql_where=text("read_at IS NULL")),
        Index(
            "uq_notice_dedup", "person_id", "dedup", unique=True,
            postgresql_where=text("dedup IS NOT NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(60))
    words: Mapped[str] = mapped_column(String(200))
    page: Mapped[str | None] = mapped_column(String(120))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    dedup: Mapped[str | None] = mapped_column(String(60))
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class SubscriptionCredit(Model):
    """One accepted tap: it pays for one message and never expires."""

    __tablename__ = "subscription_credit"
    __table_args__ = (
        Index(
            "ix_subscription_credit_unspent", "person_id", "template", "id",
            postgresql_where=text("spent_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    template: Mapped[str] = mapped_column(String(30))
    accepted_at: Mapped[datetime]
    spent_at: Mapped[datetime | None]


class WordsToCheck(Model):
    """A text under somebody's name that WeChat has not looked at yet; the row goes when it has.

    The words stay where they are. There is no way to ask for anonymous ones: without a person there
    is no row, and without an openid WeChat takes nothing.
    """

    __tablename__ = "words_to_check"
    __table_args__ = (
        CheckConstraint(one_of("kind", CheckedKind), name="kind"),
        Index(None, "next_try_at"),
        Index(None, "person_id"),
    )

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    subject_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))


class OutboxMessage(Model):
    """One subscription message on its way: claimed once, sent at most once."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        CheckConstraint(one_of("state", MessageState), name="state"),
        CheckConstraint(f"(state = '{MessageState.SENT}') = (sent_at IS NOT NULL)", name="sent"),
        CheckConstraint(
            f"state = '{MessageState.QUEUED}' OR claimed_at IS NOT NULL", name="claimed"
        ),
        CheckConstraint("(attempts = 0) = (claimed_at IS NULL)", name="attempts"),
        Index(
            "ix_outbox_message_waiting", "next_try_at",
            postgresql_where=text(one_of("state", WAITING)),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    notice_id: Mapped[int] = mapped_column(ForeignKey("notice.id"), unique=True)
    credit_id: Mapped[int] = mapped_column(ForeignKey("subscription_credit.id"), unique=True)
    template: Mapped[str] = mapped_column(String(30))
    data: Mapped[dict[str, str]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(String(8), server_default=MessageState.QUEUED)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    error_code: Mapped[int | None]
    next_try_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
