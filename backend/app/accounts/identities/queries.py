"""Who came by which way."""

from typing import Any

from sqlalchemy import select

from backend.app.accounts.identities.ways import Proven
from backend.app.accounts.models import Person, PersonIdentity
from backend.app.accounts.states import WAY_NAMES, Way
from backend.app.core.db import db


def find_identity(proven: Proven) -> PersonIdentity | None:
    query = select(PersonIdentity).where(
        PersonIdentity.way == proven.way.value, PersonIdentity.digest.in_(proven.digests())
    )
    return db.session.scalar(query)


def person_of(proven: Proven) -> int:
    query = select(PersonIdentity.person_id).where(
        PersonIdentity.way == proven.way.value, PersonIdentity.digest.in_(proven.digests())
    )
    return db.session.scalars(query).one()


def ways_of(person_id: int) -> list[PersonIdentity]:
    query = (
        select(PersonIdentity)
        .where(PersonIdentity.person_id == person_id)
        .order_by(PersonIdentity.id)
    )
    return list(db.session.scalars(query))


def describe_ways(person_id: int) -> dict[str, Any]:
    """Every way by which somebody comes, as the person reads them."""
    openid = db.session.scalar(select(Person.openid).where(Person.id == person_id))
    return {
        "mini_program": openid is not None,
        "ways": [
            {
                "way": identity.way,
                "name": WAY_NAMES[Way(identity.way)],
                "hint": identity.hint,
                "added_at": identity.added_at,
            }
            for identity in ways_of(person_id)
        ],
    }
