"""What other systems counted, by village and month."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.scorecards.columns import FIRST_OF_MONTH
from backend.app.scoring.catalog import IMPORTED

SOURCES = ", ".join(f"'{source}'" for source in IMPORTED.values())


class ImportedFact(Model):
    """What another system counted for a village and month: yes of all, by whom and from where."""

    __tablename__ = "imported_fact"
    __table_args__ = (
        CheckConstraint(FIRST_OF_MONTH, name="month"),
        CheckConstraint("0 <= yes AND yes <= whole", name="share"),
        CheckConstraint(f"source IN ({SOURCES})", name="source"),
        Index("uq_imported_fact", "village_id", "month", "source", unique=True),
        Index(None, "month", "county_id"),
    )

    id: Mapped[Id]
    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    month: Mapped[date]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    source: Mapped[str] = mapped_column(String(10))
    yes: Mapped[int]
    whole: Mapped[int]
    origin: Mapped[str] = mapped_column(String(60))
    imported_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    imported_at: Mapped[datetime]
