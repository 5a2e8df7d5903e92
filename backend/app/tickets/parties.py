"""What somebody is to one ticket: from the grants that hold today, never from the request."""

from collections.abc import Collection
from typing import Protocol

from sqlalchemy import BigInteger, ColumnElement, and_, cast, func, literal, not_
from sqlalchemy.dialects.postgresql import ARRAY, array

from backend.app.access import Actor, Grant, Permission, Role
from backend.app.access.permissions import TABLE
from backend.app.places.succession import same_villages, village_now
from backend.app.tickets.models import Ticket
from backend.app.tickets.states import Party


class Facts(Protocol):
    """The columns of a ticket that decide."""

    county_id: int
    village_id: int | None
    person_id: int | None
    kept_from_regions: list[int]
    kept_from_people: list[int]
    unit_region_id: int | None
    unit_department_id: int | None


HANDLERS = TABLE[Permission.HANDLE_TICKETS]
DESK = TABLE[Permission.RUN_TICKET_DESK]


SIDES = frozenset({Role.CADRE, Role.TOWNSHIP_STAFF})


def sides_of(grants: Collection[Grant]) -> frozenset[int]:
    """The villages, with what they were merged from or into, and townships somebody works for."""
    worked_for = {grant.region_id for grant in grants if grant.role in SIDES}
    return frozenset(same_villages(worked_for)) if worked_for else frozenset()


def is_kept_from(actor: Actor, ticket: Facts) -> bool:
    """What is about somebody reaches neither them nor their office, whatever else they are."""
    if actor.person_id in ticket.kept_from_people:
        return True
    return bool(ticket.kept_from_regions) and not sides_of(actor.grants).isdisjoint(
        ticket.kept_from_regions
    )


def reaches(person_id: int, sides: Collection[int]) -> ColumnElement[bool]:
    """The same as a condition over tickets, for somebody who works for these."""
    free = not_(literal(person_id) == func.any(Ticket.kept_from_people))
    if not sides:
        return free
    own = cast(array(sorted(sides)), ARRAY(BigInteger))
    return and_(free, not_(Ticket.kept_from_regions.overlap(own)))


def belongs_to_unit(grants: Collection[Grant], ticket: Facts) -> bool:
    """Whether the ticket lies with the village, township, department or county of a grant."""
    for grant in grants:
        if grant.role not in HANDLERS:
            continue
        if grant.department_id is not None:
            if grant.department_id == ticket.unit_department_id:
                return True
        elif grant.region_id == ticket.unit_region_id or _took_over(grant, ticket.unit_region_id):
            return True
    return False


def _took_over(grant: Grant, unit_region_id: int | None) -> bool:
    """Whether the village that a closed ticket lay with has gone into the cadre's."""
    if grant.role is not Role.CADRE or unit_region_id is None:
        return False
    return village_now(unit_region_id) == grant.region_id


def parties_of(actor: Actor, ticket: Facts) -> frozenset[Party]:
    """An author handles nothing of their own, and whom it is about is nobody to it."""
    found: set[Party] = set()
    if ticket.person_id is not None and ticket.person_id == actor.person_id:
        return frozenset({Party.AUTHOR})
    if is_kept_from(actor, ticket):
        return frozenset()
    if belongs_to_unit(actor.grants, ticket):
        found.add(Party.HANDLER)
    if any(g.role in DESK and g.region_id == ticket.county_id for g in actor.grants):
        found.add(Party.DESK)
    return frozenset(found)
