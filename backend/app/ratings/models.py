"""Ratings, their history, and the counters the same statement keeps."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.core.text_check import WordsState
from backend.app.ratings.states import FlagDecision
from backend.app.scoring.levels import BEST, COLUMNS, FIRST_BAD, WORST

LEVEL = f"BETWEEN {BEST} AND {WORST}"
BAD = text(f"effective_level >= {FIRST_BAD}")
# How a rating came: with the server's own token of its scan, or with what the phone says of it.
SCAN, OFFLINE = "scan", "offline"


class RatingReason(Model):
    """A tick-box reason for some levels; versioned by adding rows, never by changing a text."""

    __tablename__ = "rating_reason"
    __table_args__ = (UniqueConstraint("text", "first_level", "last_level"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    text: Mapped[str] = mapped_column(String(30))
    first_level: Mapped[int] = mapped_column(SmallInteger)
    last_level: Mapped[int] = mapped_column(SmallInteger)
    position: Mapped[int] = mapped_column(SmallInteger)
    retired_at: Mapped[datetime | None]


class Rating(Model):
    """One act of rating one service point; level 1 is 非常满意, 5 is 非常不满意.

    `effective_level` is the follow-up rating's level where there is one (scoring.md section 1).
    """

    __tablename__ = "rating"
    __table_args__ = (
        CheckConstraint(f"level {LEVEL}", name="level"),
        CheckConstraint(f"followup_level {LEVEL}", name="followup_level"),
        CheckConstraint(one_of("words_state", WordsState), name="words_state"),
        CheckConstraint(one_of("followup_words_state", WordsState), name="followup_words_state"),
        CheckConstraint(
            f"(words IS NULL) = (words_state = '{WordsState.NONE}')", name="words_have_a_state"
        ),
        CheckConstraint("(followup_level IS NULL) = (followup_at IS NULL)", name="followup"),
        CheckConstraint(f"channel IN ('{SCAN}', '{OFFLINE}')", name="channel"),
        CheckConstraint("rated_on >= scanned_on", name="counted_from_its_scan"),
        UniqueConstraint("person_id", "service_point_id", "scanned_on", name="uq_rating_one_a_day"),
        UniqueConstraint("person_id", "idempotency_key", name="uq_rating_idempotency"),
        Index(None, "village_id", "rated_on"),
        # Ratings lie in the order of their days: a few days are a few ranges of pages.
        Index("ix_rating_rated_on", "rated_on", postgresql_using="brin"),
        Index(
            "ix_rating_linked",
            "rated_on",
            postgresql_using="brin",
            postgresql_where=text("person_id IS NOT NULL"),
        ),
        Index(
            "ix_rating_bad",
            "rated_on",
            "id",
            postgresql_where=BAD,
        ),
        Index(
            "ix_rating_bad_county",
            "county_id",
            "rated_on",
            postgresql_where=BAD,
        ),
        Index(
            "ix_rating_offline",
            "county_id",
            "rated_on",
            postgresql_where=text(f"channel = '{OFFLINE}'"),
        ),
        Index(
            "ix_rating_words_to_review",
            "village_id",
            "id",
            postgresql_where=text(
                f"words_state = '{WordsState.MODERATED}'"
                f" OR followup_words_state = '{WordsState.MODERATED}'"
            ),
        ),
    )

    id: Mapped[Id]
    # Copied from the service point's own row by the statement that stores the rating. A foreign key
    # here would make every rating of a county lock that county's one row.
    county_id: Mapped[int] = mapped_column(BigInteger)
    village_id: Mapped[int] = mapped_column(BigInteger)
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"))
    qr_code_id: Mapped[int] = mapped_column(ForeignKey("qr_code.id"))
    # Null once it is nobody's: after an account was closed, or after some years.
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    # The day it counts for: the scan's, or the day it came where that month was locked by then.
    rated_on: Mapped[date]
    scanned_on: Mapped[date]
    channel: Mapped[str] = mapped_column(String(8), server_default=SCAN)
    created_at: Mapped[datetime]
    level: Mapped[int] = mapped_column(SmallInteger)
    reason_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer), server_default="{}")
    words: Mapped[str | None] = mapped_column(Text)
    words_state: Mapped[str] = mapped_column(String(12), server_default=WordsState.NONE)
    moderation_reason: Mapped[str | None] = mapped_column(String(60))
    flagged_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]
    followup_level: Mapped[int | None] = mapped_column(SmallInteger)
    followup_words: Mapped[str | None] = mapped_column(Text)
    followup_words_state: Mapped[str] = mapped_column(String(12), server_default=WordsState.NONE)
    followup_at: Mapped[datetime | None]
    effective_level: Mapped[int] = mapped_column(
        SmallInteger, Computed("COALESCE(followup_level, level)", persisted=True)
    )
    idempotency_key: Mapped[UUID]
    request_digest: Mapped[bytes]
    scan_nonce: Mapped[bytes]


class RatingChange(Model):
    """What a rating said before its author changed it."""

    __tablename__ = "rating_change"
    __table_args__ = (Index(None, "rating_id"),)

    id: Mapped[Id]
    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id"))
    changed_at: Mapped[datetime]
    level_before: Mapped[int] = mapped_column(SmallInteger)
    reason_ids_before: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    words_before: Mapped[str | None] = mapped_column(Text)


class RatingTrace(Model):
    """What tells stuffing from a village that rates: deleted after the night that looked at it.

    Digests under the key of one day (core/web/request_fingerprint.py);
    `rated_on` is the day it came, whose key they are of; `took_seconds` from the scan to the
    answer, unknown of one that waited for a signal.
    """

    __tablename__ = "rating_trace"

    # No foreign key: nobody deletes a rating, and the hot statement pays for every check.
    rating_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    rated_on: Mapped[date]
    took_seconds: Mapped[int | None] = mapped_column(SmallInteger)
    network: Mapped[bytes | None]
    device: Mapped[bytes | None]


class RatingFlag(Model):
    """A rating flagged for review, and what a reviewer decided.

    One row a rating, whatever the number of signals that point at it, so that it is decided once:
    `findings` has the reason and the figures of each signal by its code. `bunch` names what was
    found together. A rating that was decided is not flagged again.
    """

    __tablename__ = "rating_flag"
    __table_args__ = (
        UniqueConstraint("rating_id"),
        CheckConstraint(one_of("decision", FlagDecision), name="decision"),
        CheckConstraint(
            "(decision IS NULL) = (decided_at IS NULL) AND (decision IS NULL) = (note IS NULL)"
            " AND (decision IS NULL) = (decided_by_id IS NULL)",
            name="decided",
        ),
        Index(None, "bunch"),
        Index(None, "county_id", "month"),
    )

    id: Mapped[Id]
    rating_id: Mapped[int] = mapped_column(ForeignKey("rating.id"))
    bunch: Mapped[str] = mapped_column(String(60))
    county_id: Mapped[int] = mapped_column(BigInteger)
    village_id: Mapped[int] = mapped_column(BigInteger)
    month: Mapped[date]
    findings: Mapped[dict[str, Any]]
    flagged_at: Mapped[datetime]
    decision: Mapped[str | None] = mapped_column(String(8))
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note: Mapped[str | None] = mapped_column(String(300))


class LevelCounts:
    """How many ratings stand at each effective level; flagged ratings count nowhere else.

    Kept by the statement that stores a rating, from that rating's own columns.
    """

    level_1: Mapped[int] = mapped_column(server_default=text("0"))
    level_2: Mapped[int] = mapped_column(server_default=text("0"))
    level_3: Mapped[int] = mapped_column(server_default=text("0"))
    level_4: Mapped[int] = mapped_column(server_default=text("0"))
    level_5: Mapped[int] = mapped_column(server_default=text("0"))
    flagged: Mapped[int] = mapped_column(server_default=text("0"))


NOT_NEGATIVE = f"LEAST({', '.join(COLUMNS)}, flagged) >= 0"


class RatingDayCount(LevelCounts, Model):
    """Counters of one service point on one day."""

    __tablename__ = "rating_day_count"
    __table_args__ = (
        CheckConstraint(NOT_NEGATIVE, name="not_negative"),
        Index(None, "village_id", "rated_on"),
    )

    service_point_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    rated_on: Mapped[date] = mapped_column(primary_key=True)
    village_id: Mapped[int] = mapped_column(BigInteger)


class RatingMonthCount(LevelCounts, Model):
    """Counters of one village in one month (named by its first day)."""

    __tablename__ = "rating_month_count"
    __table_args__ = (
        CheckConstraint(NOT_NEGATIVE, name="not_negative"),
        CheckConstraint("EXTRACT(DAY FROM month) = 1", name="month"),
        Index(None, "month", "county_id"),
    )

    village_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    month: Mapped[date] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(BigInteger)
