"""Writes about service points, their photos and their codes."""

import secrets
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError

from backend.app.access import Actor, Permission, may
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.files import storage
from backend.app.core.files.photos import keep_unopened
from backend.app.places.county_settings import faults_of
from backend.app.places.errors import CodeUnknown, NameTaken, RegionClosed, ServicePointUnknown
from backend.app.places.kinds import KINDS
from backend.app.places.models import (
    CountySettingsRow,
    QrCode,
    Region,
    ServicePoint,
    ServicePointKind,
)
from backend.app.places.queries import get_place

# No 0 and o, no 1, i and l: a code can be read out over the telephone.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 10
NEXT_IDS = text(
    "SELECT nextval(pg_get_serial_sequence('qr_code', 'id')) FROM generate_series(1, :count)"
)


def seed_kinds() -> None:
    """The kinds that every county has; names changed since stay changed."""
    known = set(db.session.scalars(select(ServicePointKind.code)))
    db.session.add_all(
        ServicePointKind(code=code, name=name, icon=icon, position=position)
        for position, (code, name, icon) in enumerate(KINDS, start=1)
        if code not in known
    )
    db.session.flush()


def who(actor: Actor) -> int | None:
    """The person for the record; None where a command acts for the server's operator."""
    return actor.person_id or None


def check_may_manage(actor: Actor, region_id: int) -> None:
    """Raises NotAllowed unless the actor manages places there."""
    if not may(actor, Permission.MANAGE_PLACES, get_place(region_id).path):
        raise NotAllowed


def add_service_point(actor: Actor, *, village_id: int, kind_code: str, name: str) -> ServicePoint:
    """A new service point with a code of its own."""
    check_may_manage(actor, village_id)
    village = get_place(village_id)
    if village.level != "village":
        raise InvalidInput(errors={"village_id": ["服务点只能设在村（社区）"]})
    if not village.is_open:
        raise RegionClosed
    if db.session.get(ServicePointKind, kind_code) is None:
        raise InvalidInput(errors={"kind_code": ["没有这一类服务点"]})
    point = ServicePoint(
        village_id=village_id, kind_code=kind_code, name=name, opened_on=clock.today()
    )
    _save_named(point)
    issue_codes([point.id], who(actor))
    record("add_service_point", who(actor), "service_point", point.id, name=name)
    return point


def rename_service_point(actor: Actor, service_point_id: int, name: str) -> None:
    """The poster has to be printed anew afterwards; the code stays valid."""
    point = _managed(actor, service_point_id)
    before, point.name = point.name, name
    _save_named(point)
    record("rename_service_point", who(actor), "service_point", point.id, before=before, name=name)


def close_service_point(actor: Actor, service_point_id: int) -> None:
    """Its code stops working, its ratings stay."""
    point = _managed(actor, service_point_id)
    _revoke_live_code(point.id, who(actor), "服务点已撤销")
    point.closed_on = clock.today()
    record("close_service_point", who(actor), "service_point", point.id)


def set_photo(actor: Actor, service_point_id: int, content: bytes) -> None:
    """Replaces the picture that villagers see after scanning."""
    point = _managed(actor, service_point_id)
    key = storage.new_key("photos", "jpg")
    keep_unopened(key, content)
    # The picture before stays on disk: a page that shows it may still be open somewhere.
    point.photo_key = key
    record("set_photo", who(actor), "service_point", point.id)


def rotate_code(actor: Actor, service_point_id: int, reason: str) -> QrCode:
    """Revokes the code on the wall, if any, and issues a new one in the same transaction."""
    point = _managed(actor, service_point_id)
    _revoke_live_code(point.id, who(actor), reason)
    issue_codes([point.id], who(actor))
    code = db.session.scalars(
        select(QrCode).where(QrCode.service_point_id == point.id, QrCode.revoked_at.is_(None))
    ).one()
    record("rotate_code", who(actor), "service_point", point.id, serial=code.serial)
    return code


def revoke_code(actor: Actor, service_point_id: int, reason: str) -> None:
    """The poster on the wall stops working, and no other takes its place."""
    point = _managed(actor, service_point_id)
    if not _revoke_live_code(point.id, who(actor), reason):
        raise CodeUnknown("这个服务点现在没有在用的码")
    record("revoke_code", who(actor), "service_point", point.id, reason=reason)


def furnish_villages(
    region_id: int, points: Sequence[tuple[str, str]], person_id: int | None = None
) -> int:
    """Gives every open village in a region the same service points (kind, name) with codes.

    Villages that already have one of that name keep it; returns how many points are new.
    """
    villages = text(
        "SELECT id FROM region WHERE level = 'village' AND closed_on IS NULL"
        " AND :region_id IN (id, township_id, county_id)"
    )
    village_ids = db.session.scalars(villages, {"region_id": region_id}).all()
    new = text(
        """
        INSERT INTO service_point (village_id, kind_code, name, opened_on)
        SELECT v.id, wanted.kind_code, wanted.name, :today
        FROM unnest(CAST(:village_ids AS bigint[])) AS v (id)
        CROSS JOIN unnest(CAST(:kinds AS text[]), CAST(:names AS text[]))
            WITH ORDINALITY AS wanted (kind_code, name, position)
        ORDER BY v.id, wanted.position
        ON CONFLICT DO NOTHING
        RETURNING id
        """
    )
    ids = db.session.scalars(
        new,
        {
            "village_ids": list(village_ids),
            "kinds": [kind for kind, _ in points],
            "names": [name for _, name in points],
            "today": clock.today(),
        },
    ).all()
    issue_codes(ids, person_id)
    return len(ids)


def issue_codes(service_point_ids: Collection[int], person_id: int | None) -> None:
    """One new code for each point; the database refuses a second living one."""
    if not service_point_ids:
        return
    at = clock.now()
    ids = db.session.scalars(NEXT_IDS, {"count": len(service_point_ids)}).all()
    counties = {
        row.id: row.code
        for row in db.session.execute(
            select(ServicePoint.id, Region.code)
            .join(Region, Region.id == ServicePoint.village_id)
            .where(ServicePoint.id.in_(service_point_ids))
        )
    }
    rows = [
        {
            "id": id_,
            "service_point_id": point_id,
            "code": new_code(),
            "serial": f"{(counties[point_id] or '')[:6]}-{id_:07d}",
            "issued_at": at,
            "issued_by_id": person_id,
        }
        for id_, point_id in zip(ids, service_point_ids, strict=True)
    ]
    db.session.execute(insert(QrCode), rows)


def new_code() -> str:
    """Ten letters and digits out of 31: 49 bits, so that guessing finds nothing."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def _managed(actor: Actor, service_point_id: int) -> ServicePoint:
    point = db.session.get(ServicePoint, service_point_id, with_for_update=True)
    if point is None or point.closed_on is not None:
        raise ServicePointUnknown
    check_may_manage(actor, point.village_id)
    return point


def _save_named(point: ServicePoint) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(point)
    except IntegrityError:
        raise NameTaken(errors={"name": ["这个村已有同名的服务点"]}) from None


def _revoke_live_code(service_point_id: int, person_id: int | None, reason: str) -> bool:
    code = db.session.scalar(
        select(QrCode)
        .where(QrCode.service_point_id == service_point_id, QrCode.revoked_at.is_(None))
        .with_for_update()
    )
    if code is None:
        return False
    code.revoked_at, code.revoked_by_id, code.revoke_reason = clock.now(), person_id, reason
    db.session.flush()
    return True


def keep_settings(county_id: int, values: Mapping[str, object], **beside: object) -> None:
    """A county's values; raises InvalidInput naming each that is out of its bounds."""
    if faults := faults_of(values):
        raise InvalidInput(errors=faults)
    changed = {**values, **beside}
    statement = upsert(CountySettingsRow).values(county_id=county_id, **changed)
    db.session.execute(statement.on_conflict_do_update(index_elements=["county_id"], set_=changed))
    db.session.get(CountySettingsRow, county_id, populate_existing=True)
