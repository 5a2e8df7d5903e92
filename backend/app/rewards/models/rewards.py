"""What points are worth, and where it is handed out."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model


class Reward(Model):
    """One thing in the catalogue, for the people of a county, a township or a village."""

    __tablename__ = "reward"
    __table_args__ = (
        CheckConstraint("price > 0", name="price"),
        CheckConstraint("monthly_limit > 0", name="monthly_limit"),
        CheckConstraint("total_limit > 0", name="total_limit"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="order"),
        Index(
            "uq_reward_open_name", "region_id", "name", unique=True,
            postgresql_where=text("retired_at IS NULL"),
        ),
        Index(None, "county_id"),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    name: Mapped[str] = mapped_column(String(30))
    description: Mapped[str] = mapped_column(String(200), server_default="")
    photo_key: Mapped[str | None] = mapped_column(String(80))
    price: Mapped[int]
    monthly_limit: Mapped[int | None] = mapped_column(SmallInteger)
    total_limit: Mapped[int | None] = mapped_column(SmallInteger)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    retired_at: Mapped[datetime | None]


class ExchangePoint(Model):
    """兑换超市: a shop or a village office that hands out rewards.

    Address, hours and telephone are the shop's, not a person's: they are shown to everybody.
    """

    __tablename__ = "exchange_point"
    __table_args__ = (
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="coordinates"),
        CheckConstraint("latitude BETWEEN -90 AND 90", name="latitude"),
        CheckConstraint("longitude BETWEEN -180 AND 180", name="longitude"),
        CheckConstraint("(paused_at IS NULL) = (pause_reason IS NULL)", name="pause"),
        Index(
            "uq_exchange_point_open_name", "village_id", "name", unique=True,
            postgresql_where=text("closed_on IS NULL"),
        ),
        Index(None, "county_id"),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    name: Mapped[str] = mapped_column(String(30))
    address: Mapped[str] = mapped_column(String(80))
    hours: Mapped[str] = mapped_column(String(60))
    contact: Mapped[str] = mapped_column(String(40), server_default="")
    latitude: Mapped[Decimal | None] = mapped_column(Numeric(8, 5))
    longitude: Mapped[Decimal | None] = mapped_column(Numeric(8, 5))
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    paused_at: Mapped[datetime | None]
    pause_reason: Mapped[str | None] = mapped_column(String(60))


class ExchangeKeeper(Model):
    """Who stands behind the counter: for as long as the role grant holds."""

    __tablename__ = "exchange_keeper"
    __table_args__ = (UniqueConstraint("grant_id"), Index(None, "exchange_point_id"))

    id: Mapped[Id]
    exchange_point_id: Mapped[int] = mapped_column(ForeignKey("exchange_point.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    grant_id: Mapped[int] = mapped_column(ForeignKey("role_grant.id"))


class ExchangeInvitation(Model):
    """A code that makes a WeChat user the keeper of one shop, once, within three days."""

    __tablename__ = "exchange_invitation"

    id: Mapped[Id]
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    exchange_point_id: Mapped[int] = mapped_column(ForeignKey("exchange_point.id"))
    keeper_name: Mapped[str] = mapped_column(String(40))
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    accepted_at: Mapped[datetime | None]
