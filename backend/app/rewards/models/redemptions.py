"""Who reserved and fetched what, and what each village was told about it."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.rewards.states import COUNTED, RedemptionState

COUNTS = text(one_of("state", COUNTED))
FETCHED = {RedemptionState.HANDED_OUT, RedemptionState.RETURNED}


class Redemption(Model):
    """One thing for one person: reserved, then handed out, given up, expired or brought back.

    `nth_in_month` and `nth` number what a person has of one reward, so that a limit is a
    constraint and not a hope: two requests at once cannot both be the last one allowed. A trigger
    refuses a return by the hand that handed out.
    """

    __tablename__ = "redemption"
    __table_args__ = (
        CheckConstraint(one_of("state", RedemptionState), name="state"),
        CheckConstraint("price > 0", name="price"),
        CheckConstraint(
            f"({one_of('state', FETCHED)}) = (handed_out_at IS NOT NULL)",
            name="handed_out",
        ),
        CheckConstraint("handed_out_by_id <> person_id", name="not_by_oneself"),
        CheckConstraint(
            f"(state = '{RedemptionState.RETURNED}') = (return_reason IS NOT NULL)",
            name="returned",
        ),
        UniqueConstraint("person_id", "idempotency_key"),
        UniqueConstraint("handout_key"),
        Index(
            "uq_redemption_nth_in_month", "person_id", "reward_id", "month", "nth_in_month",
            unique=True, postgresql_where=COUNTS,
        ),
        Index(
            "uq_redemption_nth", "person_id", "reward_id", "nth", unique=True,
            postgresql_where=COUNTS,
        ),
        Index(None, "person_id", "id"),
        Index(None, "county_id", "id"),
        Index(None, "exchange_point_id", "handed_out_at"),
        Index(None, "village_id", "handed_out_at"),
        Index(
            "ix_redemption_waiting", "keep_until",
            postgresql_where=text(f"state = '{RedemptionState.RESERVED}'"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    # The village of the person on that day: where it is published.
    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # What the shop calls out and the notice board shows: 张*. No more of a name is kept.
    surname: Mapped[str] = mapped_column(String(4), server_default="")
    reward_id: Mapped[int] = mapped_column(ForeignKey("reward.id"))
    exchange_point_id: Mapped[int] = mapped_column(ForeignKey("exchange_point.id"))
    price: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    month: Mapped[date]
    nth_in_month: Mapped[int] = mapped_column(SmallInteger)
    nth: Mapped[int] = mapped_column(SmallInteger)
    idempotency_key: Mapped[UUID]
    reserved_at: Mapped[datetime]
    keep_until: Mapped[datetime]
    handed_out_at: Mapped[datetime | None]
    handed_out_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    was_scanned: Mapped[bool | None]
    handout_key: Mapped[UUID | None]
    ended_at: Mapped[datetime | None]
    returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    return_reason: Mapped[str | None] = mapped_column(String(60))


class RedemptionCode(Model):
    """Eight digits for five minutes, kept as a keyed digest; the newest one counts."""

    __tablename__ = "redemption_code"
    __table_args__ = (Index(None, "redemption_id", "id"), Index(None, "made_at"))

    id: Mapped[Id]
    redemption_id: Mapped[int] = mapped_column(ForeignKey("redemption.id"))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class PointsPublication(Model):
    """What one village was told about one month: a frozen copy, never computed again."""

    __tablename__ = "points_publication"
    __table_args__ = (UniqueConstraint("village_id", "month"), Index(None, "county_id", "month"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    month: Mapped[date]
    content: Mapped[dict[str, Any]]
    digest: Mapped[str] = mapped_column(String(64))
    published_at: Mapped[datetime]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class PublicationCorrection(Model):
    """A line under a published month: what turned out otherwise since."""

    __tablename__ = "points_publication_correction"
    __table_args__ = (Index(None, "publication_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    publication_id: Mapped[int] = mapped_column(ForeignKey("points_publication.id"))
    words: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
