"""Where a ticket goes first: 先属主、后属地, as data; the county desk for what is unclear."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import select

from backend.app.access import Role
from backend.app.accounts.queries import staff_of
from backend.app.core.db import db
from backend.app.core.read_cache import remembered
from backend.app.places.queries import Place, get_place
from backend.app.tickets.city.kinds import FirstOffice
from backend.app.tickets.city.queries import class_of
from backend.app.tickets.kinds import Channel
from backend.app.tickets.models import RoutingRule, Ticket
from backend.app.tickets.naming import may_read
from backend.app.tickets.parties import HANDLERS


@dataclass(frozen=True)
class Office:
    """A unit that handles tickets: a region's own office or a department; neither is nobody."""

    region_id: int | None = None
    department_id: int | None = None

    def __bool__(self) -> bool:
        return self.region_id is not None or self.department_id is not None


class RoutingCriteria(Protocol):
    """The columns of a routing rule that decide."""

    category_code: str | None
    region_id: int | None
    target: str
    department_id: int | None


def choose(
    rules: Sequence[RoutingCriteria], category: str | None, path: Sequence[int]
) -> RoutingCriteria | None:
    """The rule that fits best: its category named before any, the narrower place first.

    `path` are the ids of the place and what lies above it, narrowest first. Where a department
    and a place fit alike, the department, to which the matter belongs, comes first.
    """

    def fits(rule: RoutingCriteria) -> bool:
        return rule.category_code in (None, category) and (
            rule.region_id is None or rule.region_id in path
        )

    def order(rule: RoutingCriteria) -> tuple[bool, int, bool]:
        narrow = path.index(rule.region_id) if rule.region_id in path else len(path)
        return (rule.category_code is None, narrow, rule.target != "department")

    return min(filter(fits, rules), key=order, default=None)


@remembered
def _rules_of(county_id: int) -> Sequence[RoutingRule]:
    return db.session.scalars(select(RoutingRule).where(RoutingRule.county_id == county_id)).all()


@remembered
def staff_for(office: Office) -> list[int]:
    """Who may sign for what comes to this office today."""
    roles = HANDLERS - {Role.DEPARTMENT_STAFF}
    return staff_of(roles, office.region_id, office.department_id) if office else []


def route(ticket: Ticket, category_code: str | None) -> Office:
    """The office the rules name, or the next one above that has anybody in it; or the desk's none.

    What is about somebody never goes to their office; reports, and complaints of another system
    about somebody, go to the desk. A bad rating is called back by the level above the village.
    """
    if ticket.village_id is None or ticket.kind == "report":
        return Office()
    place = get_place(ticket.village_id)
    if ticket.channel == Channel.RATING:
        return _first(ticket, [Office(place.township_id), Office(ticket.county_id)])
    if ticket.channel == Channel.MENDING:
        return _first(ticket, [Office(place.id)])
    if ticket.about_cadres and ticket.channel == Channel.HOTLINE:
        return Office()
    if ticket.city_class_id is not None:
        return _of_class(ticket, place)
    rule = choose(_rules_of(ticket.county_id), category_code, place.path)
    if rule is None or rule.target == "county":
        return Office()
    if rule.target == "department":
        department = Office(department_id=rule.department_id)
        return department if _can_sign(department, ticket) else Office()
    return _of_place(ticket, place, rule.target)


def _of_class(ticket: Ticket, place: Place) -> Office:
    """Of a part or event: its owner and the township, in the order that the class says."""
    row = class_of(ticket.city_class_id)
    wanted = [Office(place.township_id)]
    if row is not None and row.owner_department_id is not None:
        at = 0 if row.first_office == FirstOffice.OWNER else 1
        wanted.insert(at, Office(department_id=row.owner_department_id))
    return _first(ticket, wanted)


def _can_sign(office: Office, ticket: Ticket) -> bool:
    """Nobody handles a ticket of their own or about them: such an office is an empty one."""
    if office.region_id in ticket.kept_from_regions:
        return False
    return any(one != ticket.person_id for one in may_read(staff_for(office), ticket))


def _of_place(ticket: Ticket, place: Place, target: str) -> Office:
    village, township = Office(place.id), Office(place.township_id)
    wanted = [village, township] if target == "village" else [township]
    return _first(ticket, wanted)


def _first(ticket: Ticket, wanted: Sequence[Office]) -> Office:
    """The first of these offices with somebody who may handle it; else the desk's none."""
    return next((office for office in wanted if _can_sign(office, ticket)), Office())
