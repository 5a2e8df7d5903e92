"""Reads about service points and the codes on their posters."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from backend.app.core.db import db
from backend.app.places.errors import CodeRevoked, CodeUnknown, ServicePointUnknown
from backend.app.places.models import QrCode, Region, ServicePoint, ServicePointKind
from backend.app.places.queries import VillageLabel, village_labels

# Anything else never was a code; the database would choke on some of it.
CODE = re.compile(r"[0-9A-Za-z]{1,16}")


def photo_address(key: str | None) -> str | None:
    """Where a stored photo is shown."""
    return f"/photos/{key.partition('/')[2]}" if key else None


@dataclass(frozen=True)
class Point:
    """A service point with its kind, its village and the code that is on the wall now."""

    id: int
    name: str
    kind_code: str
    kind_name: str
    icon: str
    photo_key: str | None
    village: VillageLabel
    county_id: int
    qr_code_id: int | None
    code: str | None
    serial: str | None
    issued_at: datetime | None

    @property
    def photo_url(self) -> str | None:
        """Where everybody can see the picture."""
        return photo_address(self.photo_key)


def find_target(code: str) -> Point:
    """What a scanned code stands for; raises CodeUnknown or CodeRevoked."""
    scanned = None
    if CODE.fullmatch(code):
        scanned = db.session.scalar(select(QrCode).where(QrCode.code == code))
    if scanned is None:
        raise CodeUnknown
    living = (ServicePoint.closed_on.is_(None), Region.closed_on.is_(None))
    found = _load(QrCode.id == scanned.id, *living)
    if not found:
        raise CodeRevoked
    return found[0]


def get_code_id(code: str) -> int:
    """The id of a printed code, in force or not; raises CodeUnknown."""
    found = db.session.scalar(select(QrCode.id).where(QrCode.code == code))
    if found is None:
        raise CodeUnknown
    return found


def get_point(service_point_id: int) -> Point:
    """Raises ServicePointUnknown; a closed one is unknown too."""
    found = _load(ServicePoint.id == service_point_id, ServicePoint.closed_on.is_(None))
    if not found:
        raise ServicePointUnknown
    return found[0]


def list_points(region_id: int, in_ended: bool = False) -> list[Point]:
    """The living service points of a village, township or county, by village and kind.

    `in_ended`: also those that were left in a village that was closed.
    """
    inside = or_(
        Region.id == region_id, Region.township_id == region_id, Region.county_id == region_id
    )
    open_there = [] if in_ended else [Region.closed_on.is_(None)]
    return _load(inside, ServicePoint.closed_on.is_(None), *open_there)


def list_kinds() -> list[ServicePointKind]:
    """The kinds a service point can be of, in their order."""
    return list(db.session.scalars(select(ServicePointKind).order_by(ServicePointKind.position)))


def _load(*conditions: ColumnElement[bool]) -> list[Point]:
    rows = [dict(row) for row in db.session.execute(_points().where(*conditions)).mappings()]
    labels = village_labels({row["village_id"] for row in rows})
    return [Point(village=labels[row.pop("village_id")], **row) for row in rows]


def _points() -> Select[*tuple[Any, ...]]:
    live = (QrCode.service_point_id == ServicePoint.id) & QrCode.revoked_at.is_(None)
    return (
        select(
            ServicePoint.id,
            ServicePoint.name,
            ServicePoint.kind_code,
            ServicePointKind.name.label("kind_name"),
            ServicePointKind.icon,
            ServicePoint.photo_key,
            ServicePoint.village_id,
            Region.county_id,
            QrCode.id.label("qr_code_id"),
            QrCode.code,
            QrCode.serial,
            QrCode.issued_at,
        )
        .join(ServicePointKind, ServicePointKind.code == ServicePoint.kind_code)
        .join(Region, Region.id == ServicePoint.village_id)
        .outerjoin(QrCode, live)
        .order_by(Region.code, ServicePointKind.position, ServicePoint.id)
    )
