"""常住人口 of villages, as the county imported them: how many people there are to hide among."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select, update

from backend.app.access import Actor, Permission, may
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import NotAllowed
from backend.app.places.models import Region

MOST = 1_000_000


def residents_of(village_ids: Iterable[int]) -> dict[int, int]:
    """Of those villages whose number is known."""
    rows = db.session.execute(
        select(Region.id, Region.residents).where(
            Region.id.in_(list(village_ids)), Region.residents.is_not(None)
        )
    )
    return {row.id: row.residents for row in rows}


def set_residents(actor: Actor, county_id: int, wanted: Mapping[int, int | None]) -> int:
    """Numbers of several villages of one county; returns how many got another one."""
    if not may(actor, Permission.MANAGE_SCHEMES, (county_id,)):
        raise NotAllowed
    rows = db.session.execute(
        select(Region.id, Region.residents)
        .where(Region.id.in_(list(wanted)), Region.county_id == county_id)
        .order_by(Region.id)
        .with_for_update()
    ).all()
    changed = [(row.id, row.residents) for row in rows if row.residents != wanted[row.id]]
    for village_id, before in changed:
        after = wanted[village_id]
        db.session.execute(update(Region).where(Region.id == village_id).values(residents=after))
        record("set_residents", actor.person_id, "region", village_id, before=before, after=after)
    return len(changed)
