"""Reorganisations of villages as they were proposed, and what moved with them."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.reorganisations.states import ReorganisationKind, ReorganisationState

MERGE, SPLIT, RENAME, MOVE = ReorganisationKind
PROPOSED, DONE, _ = ReorganisationState


class Reorganisation(Model):
    """区划调整: nothing changes until somebody else has confirmed it; a village waits for one."""

    __tablename__ = "reorganisation"
    __table_args__ = (
        CheckConstraint(one_of("kind", ReorganisationKind), name="kind"),
        CheckConstraint(one_of("state", ReorganisationState), name="state"),
        CheckConstraint(f"(kind = '{MERGE}') = (into_id IS NOT NULL)", name="into"),
        CheckConstraint(f"(kind = '{MOVE}') = (township_id IS NOT NULL)", name="township"),
        CheckConstraint(f"({one_of('kind', {SPLIT, RENAME})}) = (name IS NOT NULL)", name="name"),
        CheckConstraint(f"kind <> '{SPLIT}' OR code IS NOT NULL", name="code"),
        CheckConstraint("code ~ '^[0-9]{12}$'", name="code_has_12_digits"),
        CheckConstraint("decided_by_id <> author_id", name="another_confirms"),
        CheckConstraint(f"(state = '{DONE}') = (decided_by_id IS NOT NULL)", name="decider"),
        CheckConstraint(f"(state = '{PROPOSED}') = (decided_at IS NULL)", name="decided"),
        Index(
            "uq_reorganisation_proposed",
            "village_id",
            unique=True,
            postgresql_where=text(f"state = '{PROPOSED}'"),
        ),
        Index(None, "county_id", "id"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    kind: Mapped[str] = mapped_column(String(8))
    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    # As it was called then.
    village_name: Mapped[str] = mapped_column(String(80))
    into_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    township_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    name: Mapped[str | None] = mapped_column(String(80))
    code: Mapped[str | None] = mapped_column(String(12))
    group_ids: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), server_default=text("'{}'::bigint[]")
    )
    point_ids: Mapped[list[int]] = mapped_column(
        ARRAY(BigInteger), server_default=text("'{}'::bigint[]")
    )
    takes_effect_on: Mapped[date]
    basis: Mapped[str] = mapped_column(String(200))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    authored_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(8), server_default=PROPOSED.value)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    # What hung on the village when it was carried out: words and counts as they were shown.
    moved: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
