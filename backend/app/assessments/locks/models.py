"""A programme whose year stands."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.assessments.columns import first_of_month
from backend.app.core.db import Model


class ProgrammeLock(Model):
    """A programme's year, frozen: from then on the database refuses to change what it is made of.

    `units` holds for each unit the digests of its facts and of its result, so that a difference
    has a name; `checklist` what was left open, with the reason.
    """

    __tablename__ = "programme_lock"
    __table_args__ = (
        CheckConstraint(first_of_month("until"), name="until"),
        CheckConstraint(
            "octet_length(facts_digest) = 32 AND octet_length(programme_digest) = 32"
            " AND octet_length(results_digest) = 32",
            name="digests",
        ),
    )

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id"), primary_key=True)
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    # The last month that counts.
    until: Mapped[date]
    rules_version: Mapped[int] = mapped_column(SmallInteger)
    facts_digest: Mapped[bytes]
    programme_digest: Mapped[bytes]
    results_digest: Mapped[bytes]
    units: Mapped[dict[str, Any]]
    checklist: Mapped[dict[str, Any]]
    locked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    locked_at: Mapped[datetime]
