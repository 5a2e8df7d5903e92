"""What a village's phones show: copies made weekly, and random names for cases."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Model


class ShownMonth(Model):
    """A village's card and facts as its phones show them until the month is locked."""

    __tablename__ = "shown_month"

    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    shown_on: Mapped[date]
    card: Mapped[dict[str, Any]]
    facts: Mapped[dict[str, Any]]


class PublicCase(Model):
    """A case under a random name that tells neither order nor time."""

    __tablename__ = "public_case"
    __table_args__ = (UniqueConstraint("kind", "case_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    kind: Mapped[str] = mapped_column(String(8))
    case_id: Mapped[int] = mapped_column(BigInteger)
