"""Stock: movements that nobody changes, the balance the database keeps, and stock-taking."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.rewards.states import CountState


class StockMovement(Model):
    """One signed change of what lies on the shelf and of what is put aside of it.

    `on_hand` counts goods; `reserved` counts those of them that somebody has reserved.
    """

    __tablename__ = "stock_movement"
    __table_args__ = (
        CheckConstraint(
            "CASE kind"
            " WHEN 'delivery' THEN on_hand > 0 AND reserved = 0"
            " WHEN 'undo_delivery' THEN on_hand < 0 AND reserved = 0"
            " WHEN 'count' THEN on_hand <> 0 AND reserved = 0"
            " WHEN 'reservation' THEN on_hand = 0 AND reserved = 1"
            " WHEN 'release' THEN on_hand = 0 AND reserved = -1"
            " WHEN 'handout' THEN on_hand = -1 AND reserved = -1"
            " WHEN 'return' THEN on_hand = 1 AND reserved = 0"
            " ELSE false END",
            name="kind",
        ),
        CheckConstraint(
            "(kind IN ('reservation', 'release', 'handout', 'return'))"
            " = (redemption_id IS NOT NULL)",
            name="redemption",
        ),
        CheckConstraint("(kind = 'undo_delivery') = (reverses_id IS NOT NULL)", name="reverses"),
        CheckConstraint("(kind = 'count') = (count_id IS NOT NULL)", name="count"),
        UniqueConstraint("redemption_id", "kind"),
        UniqueConstraint("reverses_id"),
        UniqueConstraint("count_id", "reward_id"),
        # What was put aside is handed out or put back, never both.
        Index(
            "uq_stock_movement_end", "redemption_id", unique=True,
            postgresql_where=text("kind IN ('release', 'handout')"),
        ),
        Index(None, "exchange_point_id", "id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    exchange_point_id: Mapped[int] = mapped_column(ForeignKey("exchange_point.id"))
    reward_id: Mapped[int] = mapped_column(ForeignKey("reward.id"))
    kind: Mapped[str] = mapped_column(String(13))
    on_hand: Mapped[int]
    reserved: Mapped[int]
    redemption_id: Mapped[int | None] = mapped_column(ForeignKey("redemption.id"))
    count_id: Mapped[int | None] = mapped_column(ForeignKey("stock_count.id"))
    # Of the form a delivery was typed into: sent twice, it is booked once.
    form_key: Mapped[UUID | None] = mapped_column(unique=True)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("stock_movement.id"))
    note: Mapped[str] = mapped_column(String(60), server_default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]


class StockBalance(Model):
    """The sum of a shop's movements of one reward, kept by a trigger; never below zero."""

    __tablename__ = "stock_balance"
    __table_args__ = (
        CheckConstraint("reserved >= 0", name="reserved"),
        CheckConstraint("on_hand >= reserved", name="not_negative"),
    )

    exchange_point_id: Mapped[int] = mapped_column(
        ForeignKey("exchange_point.id"), primary_key=True
    )
    reward_id: Mapped[int] = mapped_column(ForeignKey("reward.id"), primary_key=True)
    on_hand: Mapped[int]
    reserved: Mapped[int]


class StockCount(Model):
    """盘点: what one person counted; differences are booked when another has agreed."""

    __tablename__ = "stock_count"
    __table_args__ = (
        CheckConstraint(one_of("state", CountState), name="state"),
        CheckConstraint("decided_by_id <> counted_by_id OR NOT has_difference", name="two_people"),
        CheckConstraint(f"(state = '{CountState.OPEN}') = (decided_at IS NULL)", name="decided"),
        Index(
            "uq_stock_count_open", "exchange_point_id", unique=True,
            postgresql_where=text(f"state = '{CountState.OPEN}'"),
        ),
        Index(None, "exchange_point_id", "id"),
    )  # fmt: skip

    id: Mapped[Id]
    exchange_point_id: Mapped[int] = mapped_column(ForeignKey("exchange_point.id"))
    state: Mapped[str] = mapped_column(String(7))
    has_difference: Mapped[bool]
    counted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    counted_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]


class StockCountLine(Model):
    """One reward: what the books said at that moment, what lay there, and why they differ."""

    __tablename__ = "stock_count_line"
    __table_args__ = (
        CheckConstraint("counted >= 0", name="counted"),
        CheckConstraint("counted = booked OR reason <> ''", name="reason"),
    )

    count_id: Mapped[int] = mapped_column(ForeignKey("stock_count.id"), primary_key=True)
    reward_id: Mapped[int] = mapped_column(ForeignKey("reward.id"), primary_key=True)
    booked: Mapped[int]
    counted: Mapped[int]
    reason: Mapped[str] = mapped_column(String(60), server_default="")
