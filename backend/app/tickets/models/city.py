"""Classes of parts and events of a county, their handling times, and what was before the system."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Numeric,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.tickets.city.kinds import CityKind, FirstOffice
from backend.app.tickets.clocks.deadlines import Unit


class CityClass(Model):
    """A kind of part or event by its code; one out of use stays with the tickets that carry it."""

    __tablename__ = "city_class"
    __table_args__ = (
        UniqueConstraint("county_id", "code"),
        # What a ticket of the county may refer to.
        UniqueConstraint("county_id", "id"),
        CheckConstraint(one_of("kind", CityKind), name="kind"),
        CheckConstraint(one_of("first_office", FirstOffice), name="first_office"),
    )

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    code: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(8))
    group_name: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(20))
    is_example: Mapped[bool]
    is_used: Mapped[bool] = mapped_column(server_default=text("true"))
    first_office: Mapped[str] = mapped_column(String(10))
    owner_department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))


class CityClassLimit(Model):
    """How long a unit has for a class, from one instant on; no unit named means every unit."""

    __tablename__ = "city_class_limit"
    __table_args__ = (
        ForeignKeyConstraint(["county_id", "class_id"], ["city_class.county_id", "city_class.id"]),
        Index(
            None, "class_id", "region_id", "department_id", "valid_from", unique=True,
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("region_id IS NULL OR department_id IS NULL", name="one_unit"),
        CheckConstraint("amount BETWEEN 1 AND 100000", name="amount"),
        CheckConstraint(one_of("unit", Unit), name="unit"),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    class_id: Mapped[int] = mapped_column(BigInteger)
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))
    amount: Mapped[int]
    unit: Mapped[str] = mapped_column(String(15))
    valid_from: Mapped[datetime]


class CityBaseline(Model):
    """The four numbers before the system, as somebody entered them with their source."""

    __tablename__ = "city_baseline"
    __table_args__ = (
        CheckConstraint("discovery_rate BETWEEN 0 AND 100", name="discovery_rate"),
        CheckConstraint("handling_rate BETWEEN 0 AND 100", name="handling_rate"),
        CheckConstraint("handled_a_month >= 0", name="handled_a_month"),
        CheckConstraint("handling_hours >= 0", name="handling_hours"),
        CheckConstraint("source <> '' AND time_words <> ''", name="source"),
    )

    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    discovery_rate: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    handling_rate: Mapped[Decimal] = mapped_column(Numeric(5, 2))
    handled_a_month: Mapped[Decimal] = mapped_column(Numeric(9, 2))
    handling_hours: Mapped[Decimal] = mapped_column(Numeric(9, 2))
    time_words: Mapped[str] = mapped_column(String(40))
    source: Mapped[str] = mapped_column(String(100))
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    entered_at: Mapped[datetime]
