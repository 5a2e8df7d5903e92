"""The county's own data that tickets run on."""

from datetime import date, datetime

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.tickets.clocks.deadlines import Unit, Urgency


class TicketCategory(Model):
    """What a ticket is about; a changed category is a new row and the old one ends."""

    __tablename__ = "ticket_category"
    __table_args__ = (
        Index(
            "uq_ticket_category_open", "county_id", "code", unique=True,
            postgresql_where=text("valid_to IS NULL"),
        ),
        # What a ticket of the county may refer to.
        UniqueConstraint("county_id", "id"),
        CheckConstraint("valid_to > valid_from", name="order"),
        CheckConstraint(one_of("urgency", Urgency), name="urgency"),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(20))
    icon: Mapped[str] = mapped_column(String(20))
    urgency: Mapped[str] = mapped_column(String(10))
    synonyms: Mapped[list[str]] = mapped_column(ARRAY(String(20)))
    position: Mapped[int] = mapped_column(SmallInteger)
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]


class RoutingRule(Model):
    """Which unit a category goes to in a place: a department, or the place's own office."""

    __tablename__ = "ticket_routing_rule"
    __table_args__ = (
        CheckConstraint("target IN ('department', 'township', 'village', 'county')", name="target"),
        CheckConstraint(
            "(target = 'department') = (department_id IS NOT NULL)", name="department"
        ),
        Index(
            "uq_ticket_routing_rule", "county_id", "category_code", "region_id", unique=True,
            postgresql_nulls_not_distinct=True,
        ),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    category_code: Mapped[str | None] = mapped_column(String(20))
    region_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    target: Mapped[str] = mapped_column(String(10))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))


class DeadlineRule(Model):
    """A county's own length for one class and stage, from one instant on."""

    __tablename__ = "ticket_deadline_rule"
    __table_args__ = (
        UniqueConstraint("county_id", "urgency", "stage", "valid_from"),
        CheckConstraint("amount BETWEEN 1 AND 100000", name="amount"),
        CheckConstraint(
            one_of("unit", Unit), name="unit"
        ),
    )  # fmt: skip

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    urgency: Mapped[str] = mapped_column(String(10))
    stage: Mapped[str] = mapped_column(String(12))
    amount: Mapped[int]
    unit: Mapped[str] = mapped_column(String(15))
    valid_from: Mapped[datetime]


class CalendarDay(Model):
    """A day that is worked or not, whatever its weekday."""

    __tablename__ = "calendar_day"

    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    name: Mapped[str] = mapped_column(String(20))


class CalendarYear(Model):
    """A year whose holidays somebody has filled in."""

    __tablename__ = "calendar_year"

    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    filled_at: Mapped[datetime]
    filled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class CountyHours(Model):
    """The county's office hours from one day on, as minutes after midnight: open, close, …"""

    __tablename__ = "county_hours"

    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    edges: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger))


class ReplyTemplate(Model):
    """Words a cadre may start a reply from; the category's own before the general ones."""

    __tablename__ = "ticket_reply_template"
    __table_args__ = (UniqueConstraint("county_id", "title"),)

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    category_code: Mapped[str | None] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(40))
    words: Mapped[str] = mapped_column(String(500))
