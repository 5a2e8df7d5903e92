"""The audit log: every write and export of the console, append-only in the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core import calendar
from backend.app.core.db import Model, db
from backend.app.core.logs import current_request_id


class AuditEntry(Model):
    """Who did what to what, when. No personal data beyond ids."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "person_id", "id"),
        Index(None, "action", "id"),
        Index(None, "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(60))
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB)
    request_id: Mapped[str | None] = mapped_column(String(64))


def record(
    action: str, person_id: int | None, subject_kind: str, subject_id: int | str, **detail: Any
) -> None:
    """Adds an entry to the surrounding transaction: act and record stand or fall together."""
    db.session.add(
        AuditEntry(
            at=calendar.now(),
            person_id=person_id,
            action=action,
            subject_kind=subject_kind,
            subject_id=str(subject_id),
            detail=detail,
            request_id=current_request_id(),
        )
    )
