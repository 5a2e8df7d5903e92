"""What somebody is to one target: the unit that has to reach it, its owner, or the office."""

from collections.abc import Collection
from typing import Protocol

from backend.app.access import Actor, Permission, Role, may
from backend.app.assessments.states import TargetParty
from backend.app.places.queries import get_place


class UnitPlace(Protocol):
    """A township, a department or a subject."""

    @property
    def region_id(self) -> int | None: ...
    @property
    def department_id(self) -> int | None: ...
    @property
    def subject_id(self) -> int | None: ...


class TargetSides(UnitPlace, Protocol):
    """A target with its unit and owner."""

    @property
    def county_id(self) -> int: ...
    @property
    def owner_department_id(self) -> int | None: ...


def office_of(region_id: int | None) -> int | None:
    """The township that acts for a place: a village has no staff of its own."""
    return region_id and (get_place(region_id).township_id or region_id)


def works_for(actor: Actor, unit: UnitPlace) -> bool:
    """Whether the actor is staff of the unit."""
    return any(
        (grant.role is Role.TOWNSHIP_STAFF and _acts_for(grant.region_id, unit.region_id))
        or (grant.department_id is not None and grant.department_id == unit.department_id)
        or (grant.subject_id is not None and grant.subject_id == unit.subject_id)
        for grant in actor.grants
    )


def _acts_for(township_id: int, region_id: int | None) -> bool:
    return township_id == region_id or township_id == office_of(region_id)


def parties_of(actor: Actor, facts: TargetSides) -> Collection[TargetParty]:
    """Whoever works for the unit is nothing else to its targets."""
    if works_for(actor, facts):
        return {TargetParty.UNIT}
    found = set()
    if may(actor, Permission.MANAGE_PROGRAMMES, (facts.county_id,)):
        found.add(TargetParty.OFFICE)
    owners = {grant.department_id for grant in actor.grants} - {None}
    if facts.owner_department_id in owners:
        found.add(TargetParty.OWNER)
    return found
