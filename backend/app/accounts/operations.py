"""Writes about villagers: who they are and where they belong."""

from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from backend.app.accounts import persons
from backend.app.accounts.errors import VillageClosed, WrongPlace
from backend.app.accounts.models import Binding, Person
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.core.text_check import clean_words
from backend.app.places.errors import RegionUnknown
from backend.app.places.queries import Place, get_place
from backend.app.places.succession import picked_village, village_now

MAX_HOUSEHOLD = 30


def lock_person(person_id: int) -> None:
    """Others who lock this person wait until the end of the transaction."""
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


def enter_by_openid(openid: str) -> int:
    """The person behind an openid, made at the first log-in; safe when two phones race."""
    made = (
        insert(Person)
        .values(openid=openid, created_at=clock.now())
        .on_conflict_do_nothing(index_elements=["openid"])
        .returning(Person.id)
    )
    person_id = db.session.scalar(select(Person.id).where(Person.openid == openid))
    if person_id is None:
        persons.check_open(openid)
        person_id = db.session.scalar(made)
    if person_id is None:
        person_id = db.session.scalars(select(Person.id).where(Person.openid == openid)).one()
    return person_id


def name_person(person_id: int, name: str) -> None:
    """What the office calls somebody who has no name with us yet."""
    person = db.session.get_one(Person, person_id)
    person.display_name = person.display_name or name
    db.session.flush()


def bind_village(
    person_id: int,
    village_id: int,
    group_id: int | None = None,
    household: str | None = None,
    of_age: bool | None = None,
) -> Binding:
    """Binds to a village; the binding before ends and is kept. The same again changes nothing.

    A village from an old list is what it became: the answer says which.
    """
    village = _village(picked_village(village_id, group_id))
    _check_group(group_id, village.id)
    name = _household(household)
    # The person's row is the lock: two phones at once end in one active binding.
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    current = db.session.scalar(
        select(Binding).where(Binding.person_id == person_id, Binding.ended_at.is_(None))
    )
    if current is not None:
        before = (village_now(current.village_id), current.group_id, current.household)
        if before == (village.id, group_id, name):
            return current
        current.ended_at = clock.now()
        db.session.flush()
    binding = Binding(
        person_id=person_id,
        county_id=village.county_id,
        village_id=village.id,
        group_id=group_id,
        household=name,
        of_age=of_age,
        bound_at=clock.now(),
    )
    db.session.add(binding)
    db.session.flush()
    return binding


def _village(village_id: int) -> Place:
    try:
        place = get_place(village_id)
    except RegionUnknown:
        raise WrongPlace(errors={"village_id": ["没有这个村"]}) from None
    if place.level != "village":
        raise WrongPlace(errors={"village_id": ["请选到村"]})
    if place.closed_on is not None:
        raise VillageClosed
    return place


def _check_group(group_id: int | None, village_id: int) -> None:
    if group_id is None:
        return
    try:
        group = get_place(group_id)
    except RegionUnknown:
        group = None
    fits = group is not None and group.level == "group" and group.parent_id == village_id
    if group is None or not fits or not group.is_open:
        raise WrongPlace(errors={"group_id": ["请选本村的小组"]})


def _household(household: str | None) -> str | None:
    try:
        return clean_words(household, "household", MAX_HOUSEHOLD)
    except InvalidInput as error:
        raise InvalidInput("户名写得不对", error.errors) from None


def bind_groups(group_ids: Collection[int], village_id: int) -> int:
    """Whoever bound one of these groups is of that village now; since when they bound it stays."""
    moved = (
        update(Binding)
        .where(Binding.group_id.in_(group_ids), Binding.ended_at.is_(None))
        .values(village_id=village_id)
        .returning(Binding.id)
    )
    return len(db.session.scalars(moved).all())
