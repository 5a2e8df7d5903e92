"""Regions with their history, service points and their codes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.app.core.db import Id, Model
from backend.app.core.states import one_of
from backend.app.places.county_settings import SETTINGS, USUAL, Setting


class Region(Model):
    """A county, township, village or group as it is today; the id never changes."""

    __tablename__ = "region"
    __table_args__ = (
        CheckConstraint("level IN ('county', 'township', 'village', 'group')", name="level"),
        CheckConstraint("code ~ '^[0-9]{12}$'", name="code_has_12_digits"),
        CheckConstraint("residents BETWEEN 0 AND 1000000", name="residents"),
        CheckConstraint("(level = 'county') = (parent_id IS NULL)", name="parent"),
        CheckConstraint("(level = 'group') = (code IS NULL)", name="only_groups_lack_a_code"),
        Index(
            "uq_region_open_code", "code", unique=True, postgresql_where=text("closed_on IS NULL")
        ),
        Index(
            "uq_region_open_group_name",
            "parent_id",
            "name",
            unique=True,
            postgresql_where=text("level = 'group' AND closed_on IS NULL"),
        ),
        Index(None, "parent_id", "name"),
        Index(None, "county_id", "level"),
        Index(None, "township_id"),
        Index(None, "merged_into_id"),
        Index("ix_region_name_pattern", "name", postgresql_ops={"name": "text_pattern_ops"}),
    )

    id: Mapped[Id]
    level: Mapped[str] = mapped_column(String(8))
    code: Mapped[str | None] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str | None] = mapped_column(String(20))
    # 常住人口 of a village, as imported; null where nobody has said.
    residents: Mapped[int | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    county_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    township_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    split_from_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))


class RegionVersion(Model):
    """What a region was called and where it belonged, from one day to another (end excluded)."""

    __tablename__ = "region_version"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="order"),
        UniqueConstraint("region_id", "valid_from"),
        Index(
            "uq_region_version_open",
            "region_id",
            unique=True,
            postgresql_where=text("valid_to IS NULL"),
        ),
    )

    id: Mapped[Id]
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    code: Mapped[str | None] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(80))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("region.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class VillageKind(Model):
    """农业村, 城郊村, 移民安置点 …: a type that a county's villages may have."""

    __tablename__ = "village_kind"

    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]


class VillageKindChange(Model):
    """A village got another type; append-only, the newest one is what `region.kind` says."""

    __tablename__ = "village_kind_change"
    __table_args__ = (Index(None, "village_id", "id"),)

    id: Mapped[Id]
    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    before: Mapped[str | None] = mapped_column(String(20))
    # Null where an import was taken back that had given the first type.
    kind: Mapped[str | None] = mapped_column(String(20))
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    changed_at: Mapped[datetime]


class Department(Model):
    """A county department, such as the water bureau."""

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("county_id", "name"),)

    id: Mapped[Id]
    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    name: Mapped[str] = mapped_column(String(80))
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]


class ServicePointKind(Model):
    """办事窗口, 卫生室, 路灯 …: kinds are data."""

    __tablename__ = "service_point_kind"

    code: Mapped[str] = mapped_column(String(30), primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    icon: Mapped[str] = mapped_column(String(30))
    position: Mapped[int] = mapped_column(SmallInteger)


class ServicePoint(Model):
    """One place or service in a village that can be rated."""

    __tablename__ = "service_point"
    __table_args__ = (
        Index(
            "uq_service_point_open_name",
            "village_id",
            "name",
            unique=True,
            postgresql_where=text("closed_on IS NULL"),
        ),
    )

    id: Mapped[Id]
    village_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    kind_code: Mapped[str] = mapped_column(ForeignKey("service_point_kind.code"))
    name: Mapped[str] = mapped_column(String(60))
    photo_key: Mapped[str | None] = mapped_column(String(80))
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]


class QrCode(Model):
    """The code on a poster: short, unguessable, revocable; one live code a service point."""

    __tablename__ = "qr_code"
    __table_args__ = (
        Index(
            "uq_qr_code_live",
            "service_point_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
        Index(None, "service_point_id"),
    )

    id: Mapped[Id]
    service_point_id: Mapped[int] = mapped_column(ForeignKey("service_point.id"))
    code: Mapped[str] = mapped_column(String(16), unique=True)
    serial: Mapped[str] = mapped_column(String(20), unique=True)
    issued_at: Mapped[datetime]
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoked_at: Mapped[datetime | None]
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    revoke_reason: Mapped[str | None] = mapped_column(String(100))


def _usual(name: str) -> Any:
    """A column whose value, where a county decided nothing, is the usual one."""
    value = getattr(USUAL, name)
    spelt = f"'{value}'" if isinstance(value, str) else str(value).lower()
    kinds: dict[type, Any] = {bool: Boolean(), int: SmallInteger(), str: String(8)}
    return mapped_column(kinds[type(value)], server_default=text(spelt))


def _bounds(name: str, setting: Setting) -> CheckConstraint:
    if setting.bounds:
        return CheckConstraint(
            f"{name} BETWEEN {setting.bounds[0]} AND {setting.bounds[1]}", name=name
        )
    return CheckConstraint(one_of(name, setting.choices or ()), name=name)


class CountySettingsRow(Model):
    """What a county decided by single values (county_settings.py): a row once it decided any.

    There are no draws before somebody has read the note about them.
    """

    __tablename__ = "county_settings"
    __table_args__ = (
        *(_bounds(name, one) for name, one in SETTINGS.items() if one.bounds or one.choices),
        CheckConstraint("NOT draws_on OR note_read_by_id IS NOT NULL", name="note_read"),
    )

    county_id: Mapped[int] = mapped_column(ForeignKey("region.id"), primary_key=True)
    bad_rating_opens: Mapped[bool] = _usual("bad_rating_opens")
    proxy_cap: Mapped[int] = _usual("proxy_cap")
    sample_share: Mapped[int] = _usual("sample_share")
    silent_days: Mapped[int] = _usual("silent_days")
    archive_days: Mapped[int] = _usual("archive_days")
    expiry_rule: Mapped[str] = _usual("expiry_rule")
    valid_months: Mapped[int] = _usual("valid_months")
    expiry_month: Mapped[int] = _usual("expiry_month")
    survey_points: Mapped[int] = _usual("survey_points")
    draws_on: Mapped[bool] = _usual("draws_on")
    objection_days: Mapped[int] = _usual("objection_days")
    note_read_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    note_read_at: Mapped[datetime | None]
