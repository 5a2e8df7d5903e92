"""What happened to tickets: moves, files, pauses, extensions, supervision."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.core.text_check import WordsState
from backend.app.tickets.kinds import Step
from backend.app.tickets.states import ExtensionState, Party


class TicketEvent(Model):
    """One move, append-only: who, when, from where to where, and what was said."""

    __tablename__ = "ticket_event"
    __table_args__ = (
        Index(None, "ticket_id", "id"),
        Index(None, "person_id", "at"),
        CheckConstraint("typing_seconds BETWEEN 0 AND 14400", name="typing_seconds"),
        CheckConstraint(one_of("words_state", WordsState), name="words_state"),
        Index(
            "ix_ticket_event_moderated", "ticket_id",
            postgresql_where=text(
                f"words_state = '{WordsState.MODERATED}' AND party = '{Party.AUTHOR}'"
            ),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    at: Mapped[datetime]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    party: Mapped[str] = mapped_column(String(10))
    move: Mapped[str] = mapped_column(String(20))
    from_state: Mapped[str | None] = mapped_column(String(10))
    to_state: Mapped[str] = mapped_column(String(10))
    round: Mapped[int] = mapped_column(SmallInteger)
    unit_region_id: Mapped[int | None] = mapped_column(BigInteger)
    unit_department_id: Mapped[int | None] = mapped_column(BigInteger)
    words: Mapped[str | None] = mapped_column(Text)
    words_state: Mapped[str] = mapped_column(String(12), server_default=WordsState.NONE)
    detail: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    typing_seconds: Mapped[int | None]


class TicketTurn(Model):
    """One office's time with a ticket, from receipt on: its clock, its answer, what was said of it.

    Months are counted from turns. The county's desk has turns too, without a unit. `village_id` is
    the unit's where it is the ticket's own village: only that is in a village's figures; and of a
    call-back, whoever makes it, the rated one. Of a turn that is over nothing changes but what was
    said of its answer (a trigger).
    """

    __tablename__ = "ticket_turn"
    __table_args__ = (
        CheckConstraint("unit_region_id IS NULL OR unit_department_id IS NULL", name="one_unit"),
        CheckConstraint(
            "village_id IS NULL OR call_back OR village_id = unit_region_id", name="own_village"
        ),
        CheckConstraint("ended_at >= started_at", name="order"),
        CheckConstraint("answered_at IS NULL OR answered_at = ended_at", name="answer_ends"),
        CheckConstraint("ended_at IS NOT NULL OR due_at IS NOT NULL", name="runs_to_a_time"),
        CheckConstraint("(verdict IS NULL) = (verdict_at IS NULL)", name="verdict_has_a_time"),
        Index(
            "uq_ticket_turn_running", "ticket_id", unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "ticket_id", "id"),
        Index(
            "ix_ticket_turn_village", "village_id", "due_at",
            postgresql_where=text("village_id IS NOT NULL"),
        ),
        Index(
            "ix_ticket_turn_desk", "county_id", "due_at",
            postgresql_where=text("unit_region_id IS NULL AND unit_department_id IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    unit_region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    unit_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    village_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    # A bad rating's call-back has measurements of its own.
    call_back: Mapped[bool]
    mending: Mapped[bool] = mapped_column(server_default=text("false"))
    started_at: Mapped[datetime]
    sign_due_at: Mapped[datetime | None]
    # Null at the desk, and after a reopening: the same unit was heard before.
    first_answer_due_at: Mapped[datetime | None]
    # Null for what was answered together with another ticket, whose turn has the deadline.
    due_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    first_answered_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    result: Mapped[str | None] = mapped_column(String(8))
    paused_at: Mapped[datetime | None]
    extra_days: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    ended_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    verdict: Mapped[str | None] = mapped_column(String(10))
    verdict_at: Mapped[datetime | None]
    handling_level: Mapped[int | None] = mapped_column(SmallInteger)
    finished_at: Mapped[datetime | None]


class TicketFile(Model):
    """A photo or a recording, sent before the ticket it belongs to."""

    __tablename__ = "ticket_file"
    __table_args__ = (
        CheckConstraint("kind IN ('photo', 'voice')", name="kind"),
        CheckConstraint("person_id IS NOT NULL OR ticket_id IS NOT NULL", name="owner"),
        Index(None, "ticket_id"),
        Index(
            "ix_ticket_file_loose", "created_at", postgresql_where=text("ticket_id IS NULL")
        ),
    )  # fmt: skip

    id: Mapped[Id]
    # Null where it came with an anonymous ticket.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    ticket_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"))
    event_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_event.id"))
    kind: Mapped[str] = mapped_column(String(5))
    key: Mapped[str] = mapped_column(String(80), unique=True)
    seconds: Mapped[int | None] = mapped_column(SmallInteger)
    created_at: Mapped[datetime]


class TicketPause(Model):
    """From when to when the clock stood because the villager was asked something."""

    __tablename__ = "ticket_pause"
    __table_args__ = (
        CheckConstraint("resumed_at >= paused_at", name="order"),
        UniqueConstraint("ticket_id", "paused_at"),
        Index(
            "uq_ticket_pause_running", "ticket_id", unique=True,
            postgresql_where=text("resumed_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    paused_at: Mapped[datetime]
    resumed_at: Mapped[datetime | None]


class TicketExtension(Model):
    """More time asked for, and what somebody else decided."""

    __tablename__ = "ticket_extension"
    __table_args__ = (
        CheckConstraint(one_of("state", ExtensionState), name="state"),
        CheckConstraint("days BETWEEN 1 AND 15", name="days"),
        CheckConstraint("decided_by_id <> asked_by_id", name="another_decides"),
        Index(
            "uq_ticket_extension_pending", "ticket_id", unique=True,
            postgresql_where=text(f"state = '{ExtensionState.PENDING}'"),
        ),
        Index(None, "ticket_id", "id"),
    )  # fmt: skip

    id: Mapped[Id]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    days: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(8), server_default=ExtensionState.PENDING)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(String(200))


class Supervision(Model):
    """提醒, 通报, 核查, 约谈: each step once in a round."""

    __tablename__ = "ticket_supervision"
    __table_args__ = (
        CheckConstraint(f"level BETWEEN {min(Step)} AND {max(Step)}", name="level"),
        UniqueConstraint("ticket_id", "round", "level"),
        Index(None, "at"),
    )

    id: Mapped[Id]
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    round: Mapped[int] = mapped_column(SmallInteger)
    level: Mapped[int] = mapped_column(SmallInteger)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    words: Mapped[str | None] = mapped_column(String(200))


class MendedRating(Model):
    """A bad rating that a village's task to mend stands for; each in one task."""

    __tablename__ = "ticket_mended_rating"
    __table_args__ = (Index(None, "ticket_id"),)

    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id"), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))


class CallBackDeclined(Model):
    """A bad rating whose author wants no call-back."""

    __tablename__ = "call_back_declined"

    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id"), primary_key=True)
    at: Mapped[datetime]
