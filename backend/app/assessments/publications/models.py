"""What the county has told everybody about a programme's year."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Model


class ProgrammePublication(Model):
    """A year as it was published: a frozen copy; append-only.

    `content` holds figures as they are written, `digest` is the SHA-256 over it. Corrections stand
    beside it, never in it.
    """

    __tablename__ = "programme_publication"
    __table_args__ = (
        CheckConstraint("octet_length(digest) = 32", name="digest"),
        CheckConstraint("published_at < appeals_until", name="appeals"),
        Index(None, "code"),
    )

    programme_id: Mapped[int] = mapped_column(
        ForeignKey("programme_lock.programme_id"), primary_key=True
    )
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    # Six digits of the county, as they stand in addresses.
    code: Mapped[str] = mapped_column(String(6))
    content: Mapped[dict[str, Any]]
    digest: Mapped[bytes]
    published_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    published_at: Mapped[datetime]
    appeals_until: Mapped[datetime]
