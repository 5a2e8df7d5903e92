"""What somebody is to one ticket: from the grants that hold today, never from the request."""

from collections.abc import Collection
from typing import Protocol

from backend.app.access import Actor, Grant, Permission, Role
from backend.app.access.permissions import TABLE
from backend.app.tickets.states import Party


class Facts(Protocol):
    """The columns of a ticket that decide."""

    county_id: int
    village_id: int | None
    person_id: int | None
    about_cadres: bool
    unit_region_id: int | None
    unit_department_id: int | None


HANDLERS = TABLE[Permission.HANDLE_TICKETS]
DESK = TABLE[Permission.RUN_TICKET_DESK]


def is_kept_from(grants: Collection[Grant], ticket: Facts) -> bool:
    """A complaint about a village's cadres reaches none of them, whatever else they are."""
    return ticket.about_cadres and any(
        grant.role is Role.CADRE and grant.region_id == ticket.village_id for grant in grants
    )


def belongs_to_unit(grants: Collection[Grant], ticket: Facts) -> bool:
    """Whether the ticket lies with the village, township, department or county of a grant."""
    for grant in grants:
        if grant.role not in HANDLERS:
            continue
        if grant.department_id is not None:
            if grant.department_id == ticket.unit_department_id:
                return True
        elif grant.region_id == ticket.unit_region_id:
            return True
    return False


def parties_of(actor: Actor, ticket: Facts) -> frozenset[Party]:
    """An author handles nothing of their own, and whom it is about is nobody to it."""
    found: set[Party] = set()
    if ticket.person_id is not None and ticket.person_id == actor.person_id:
        return frozenset({Party.AUTHOR})
    if is_kept_from(actor.grants, ticket):
        return frozenset()
    if belongs_to_unit(actor.grants, ticket):
        found.add(Party.HANDLER)
    if any(g.role in DESK and g.region_id == ticket.county_id for g in actor.grants):
        found.add(Party.DESK)
    return frozenset(found)
