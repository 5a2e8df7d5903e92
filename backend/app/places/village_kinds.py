"""Types of villages: a county's own words, which its schemes may ask different things of."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, text, union, update
from sqlalchemy.exc import IntegrityError

from backend.app.access import Actor, Permission, may
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.places.errors import NameTaken
from backend.app.places.models import Region, VillageKind, VillageKindChange
from backend.app.places.queries import get_place

LONGEST = 20
USUAL = ("农业村", "城郊村", "移民安置点", "旅游村", "牧业村", "社区")
VILLAGES = text(
    """
    SELECT v.id, v.code, v.name, t.name AS township, v.kind, v.residents,
           (SELECT max(c.changed_at) FROM village_kind_change c WHERE c.village_id = v.id)
               AS changed_at
    FROM region v JOIN region t ON t.id = v.township_id
    WHERE v.county_id = :county_id AND v.level = 'village' AND v.closed_on IS NULL
    ORDER BY v.code
    """
)
CHANGES = text(
    """
    SELECT v.name, c.before, c.kind, c.changed_at, c.changed_by_id
    FROM village_kind_change c
    JOIN region v ON v.id = c.village_id
    WHERE v.county_id = :county_id ORDER BY c.id DESC LIMIT 50
    """
)


class KindOfVillage(NamedTuple):
    """An open village with its type, how many live there, and when its type last changed."""

    id: int
    code: str
    name: str
    township: str
    kind: str | None
    residents: int | None
    changed_at: datetime | None


class KindChange(NamedTuple):
    """Whose type was changed, from what to what."""

    name: str
    before: str | None
    kind: str | None
    changed_at: datetime
    changed_by_id: int


def kinds_of(county_id: int) -> list[str]:
    """Those the county added and those its villages carry, by name."""
    carried = select(Region.kind).where(
        Region.county_id == county_id, Region.level == "village", Region.closed_on.is_(None),
        Region.kind.is_not(None),
    )  # fmt: skip
    added = select(VillageKind.name).where(VillageKind.county_id == county_id)
    return sorted(db.session.scalars(union(carried, added)))


def villages_with_kinds(county_id: int) -> list[KindOfVillage]:
    """The open villages by code, each with its type and when that was last changed."""
    rows = db.session.execute(VILLAGES, {"county_id": county_id})
    return [KindOfVillage(*row) for row in rows]


def list_changes(county_id: int) -> list[KindChange]:
    """The newest fifty."""
    return [KindChange(*row) for row in db.session.execute(CHANGES, {"county_id": county_id})]


def add_kind(actor: Actor, county_id: int, name: str) -> None:
    """A new type, for villages to be given."""
    _check(actor, county_id)
    words = name.strip()
    if not 1 <= len(words) <= LONGEST or not words.isprintable():
        raise InvalidInput(errors={"name": [f"请填类型，最多 {LONGEST} 个字"]})
    if words in kinds_of(county_id):
        raise NameTaken("已经有这个类型", {"name": ["已经有这个类型"]})
    made = VillageKind(
        county_id=county_id, name=words, added_by_id=actor.person_id, added_at=clock.now()
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        raise NameTaken("已经有这个类型", {"name": ["已经有这个类型"]}) from None
    record("add_village_kind", actor.person_id, "county", county_id, name=words)


def set_kind(actor: Actor, village_id: int, kind: str) -> bool:
    """Whether anything changed; raises InvalidInput for a type the county does not have."""
    place = get_place(village_id)
    if place.level != "village" or not place.is_open or place.county_id is None:
        raise InvalidInput(errors={"village": ["这不是现有的村"]})
    return set_kinds(actor, place.county_id, {village_id: kind}) == 1


def set_kinds(actor: Actor, county_id: int, wanted: Mapping[int, str | None]) -> int:
    """Types of several villages of one county; returns how many got another one."""
    _check(actor, county_id)
    unknown = sorted({kind for kind in wanted.values() if kind} - set(kinds_of(county_id)))
    if unknown:
        raise InvalidInput(errors={"kind": [f"没有类型「{kind}」，请先新增" for kind in unknown]})
    now = clock.now()
    rows = db.session.execute(
        select(Region.id, Region.kind)
        .where(Region.id.in_(list(wanted)), Region.county_id == county_id)
        .order_by(Region.id)
        .with_for_update()
    ).all()
    changed = [(row.id, row.kind) for row in rows if row.kind != wanted[row.id]]
    for village_id, before in changed:
        kind = wanted[village_id]
        db.session.execute(update(Region).where(Region.id == village_id).values(kind=kind))
        db.session.add(
            VillageKindChange(
                village_id=village_id, before=before, kind=kind, changed_by_id=actor.person_id,
                changed_at=now,
            )
        )  # fmt: skip
        record("set_village_kind", actor.person_id, "region", village_id, before=before, after=kind)
    db.session.flush()
    return len(changed)


def _check(actor: Actor, county_id: int) -> None:
    if not may(actor, Permission.MANAGE_SCHEMES, (county_id,)):
        raise NotAllowed
