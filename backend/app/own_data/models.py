"""What people without a telephone asked the county's desk for."""

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.own_data.states import RequestState


class DataRequest(Model):
    """One wish, seen by two: who wrote it down and who looked at it again.

    It is about a person, or about a telephone that the office wrote down; done, the telephone goes.
    """

    __tablename__ = "data_request"
    __table_args__ = (
        CheckConstraint("kind IN ('export', 'erase')", name="kind"),
        CheckConstraint(one_of("state", RequestState), name="state"),
        CheckConstraint(
            f"(state = '{RequestState.WAITING}') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name="decided",
        ),
        CheckConstraint("decided_by_id <> asked_by_id", name="second_person"),
        CheckConstraint(
            f"state <> '{RequestState.WAITING}' OR num_nonnulls(person_id, phone_sealed) = 1",
            name="about_somebody",
        ),
        Index(None, "county_id", "id"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    kind: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    phone_sealed: Mapped[bytes | None]
    # How the desk made sure that it was the person who asked.
    proof: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(8), server_default=text("'waiting'"))
    asked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
