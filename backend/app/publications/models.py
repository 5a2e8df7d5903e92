"""公示: what the county has told everybody about a month."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Model
from backend.app.scorecards.columns import FIRST_OF_MONTH


class Publication(Model):
    """A county's month as it was published: a frozen copy; append-only.

    `content` is what publication_content.py composed, figures as they are written; `digest` is the
    SHA-256 over it and the villages' contents. Corrections stand beside it, never in it.
    """

    __tablename__ = "score_publication"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="month"),
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        ForeignKeyConstraint(["county_id", "month"], ["month_lock.county_id", "month_lock.month"]),
        Index("uq_score_publication_code", "code", "month", unique=True),
    )

    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12))
    content: Mapped[dict[str, Any]]
    digest: Mapped[bytes]
    published_at: Mapped[datetime]
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))


class VillagePublication(Model):
    """One village's page of a published month."""

    __tablename__ = "score_publication_village"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_id", "month"], ["score_publication.county_id", "score_publication.month"]
        ),
        Index("uq_score_publication_village_code", "code", "month", unique=True),
        Index(None, "county_id", "month"),
    )

    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    township_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    code: Mapped[str] = mapped_column(String(12))
    content: Mapped[dict[str, Any]]
