"""Draws that anybody can check: the list first, the seed later, the winners by a public rule."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import none_of, one_of
from backend.app.points.states import LISTED, DrawState


class PointsDraw(Model):
    """抽奖: a draft, then published with its list's hash, then drawn or called off.

    A trigger refuses to change what was published.
    """

    __tablename__ = "points_draw"
    __table_args__ = (
        CheckConstraint(one_of("state", DrawState), name="state"),
        CheckConstraint(
            f"{none_of('state', LISTED)}"
            " OR (commitment IS NOT NULL AND entries > 0 AND published_at IS NOT NULL)",
            name="published",
        ),
        CheckConstraint(f"(state = '{DrawState.DRAWN}') = (seed IS NOT NULL)", name="seed"),
        CheckConstraint("octet_length(commitment) = 32", name="commitment"),
        CheckConstraint(
            "(seed_numbers IS NULL) = (seed_digits IS NULL)"
            " AND (seed_numbers IS NULL) = (seed_ascending IS NULL)"
            f" AND (state <> '{DrawState.PUBLISHED}' OR seed_numbers IS NOT NULL)"
            " AND seed_numbers >= 1 AND seed_digits >= 1"
            " AND seed_ascending BETWEEN 0 AND seed_numbers"
            " AND seed_numbers * seed_digits BETWEEN 6 AND 60",
            name="seed_format",
        ),
        CheckConstraint(
            "is_seed_spelling(seed, seed_numbers, seed_digits, seed_ascending)",
            name="seed_spelling",
        ),
        CheckConstraint("first_month <= last_month", name="months"),
        Index(None, "county_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    title: Mapped[str] = mapped_column(String(60))
    first_month: Mapped[date]
    last_month: Mapped[date]
    # [{"name": …, "count": …}], the first prize first.
    prizes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    seed_source: Mapped[str] = mapped_column(String(120))
    seed_at: Mapped[datetime]
    # draw_rule.SeedFormat; None for draws drawn before December 2026.
    seed_numbers: Mapped[int | None] = mapped_column(SmallInteger)
    seed_digits: Mapped[int | None] = mapped_column(SmallInteger)
    seed_ascending: Mapped[int | None] = mapped_column(SmallInteger)
    state: Mapped[str] = mapped_column(String(10))
    entries: Mapped[int | None]
    commitment: Mapped[bytes | None]
    published_at: Mapped[datetime | None]
    seed: Mapped[str | None] = mapped_column(String(120))
    drawn_at: Mapped[datetime | None]
    called_off_reason: Mapped[str | None] = mapped_column(String(120))
    called_off_at: Mapped[datetime | None]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime]


class DrawEntry(Model):
    """One person's one chance: a secret number, and its hash on the public list."""

    __tablename__ = "points_draw_entry"
    __table_args__ = (
        UniqueConstraint("draw_id", "person_id"),
        UniqueConstraint("draw_id", "position"),
        Index(None, "person_id"),
        CheckConstraint("octet_length(hash) = 32", name="hash"),
    )

    id: Mapped[Id]
    draw_id: Mapped[int] = mapped_column(ForeignKey("points_draw.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # From 1, in the order of the hashes.
    position: Mapped[int]
    code: Mapped[str] = mapped_column(String(32))
    hash: Mapped[bytes]


class DrawSeed(Model):
    """What one of two people read where the seed was to come from; never changed.

    A trigger takes the one spelling of the draw's format, and one reading of one hand.
    """

    __tablename__ = "points_draw_seed"
    __table_args__ = (UniqueConstraint("draw_id", "person_id"),)

    id: Mapped[Id]
    draw_id: Mapped[int] = mapped_column(ForeignKey("points_draw.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    value: Mapped[str] = mapped_column(String(120))
    entered_at: Mapped[datetime]


class DrawWinner(Model):
    """Which entry won which prize, in the order in which they were drawn."""

    __tablename__ = "points_draw_winner"
    __table_args__ = (UniqueConstraint("entry_id"),)

    draw_id: Mapped[int] = mapped_column(ForeignKey("points_draw.id"), primary_key=True)
    nth: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    entry_id: Mapped[int] = mapped_column(ForeignKey("points_draw_entry.id"))
    prize: Mapped[str] = mapped_column(String(40))
