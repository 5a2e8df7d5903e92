"""What a grant of a role has to fit, and its row."""

from datetime import date

from sqlalchemy import select, text

from backend.app.access import MAY_ASK_FOR, OFFICES, ROLE_NAMES, Actor, Permission, Role, may
from backend.app.accounts.errors import (
    ChosenRegionClosed,
    OfficesApart,
    OwnRole,
    PersonUnknown,
    RoleDoesNotFit,
)
from backend.app.accounts.models import Person, RoleGrant
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from backend.app.places.queries import Place, get_place

LEVEL_OF = {
    Role.CADRE: "village",
    Role.SHOP_KEEPER: "village",
    Role.DEPARTMENT_STAFF: "county",
    Role.TOWNSHIP_STAFF: "township",
    Role.COUNTY_STAFF: "county",
    Role.LEADER: "county",
    Role.COUNTY_MANAGER: "county",
    Role.ASSESSOR: "county",
    Role.ORGANISER: "county",
    Role.SUBJECT_STAFF: "county",
    Role.SYSTEM_ADMIN: "county",
    Role.SECURITY_ADMIN: "county",
    Role.AUDITOR: "county",
}


def check_grantable(
    actor: Actor, role: Role, region_id: int, starts_on: date, ends_on: date | None
) -> None:
    """Raises unless the actor may give this role there for these days."""
    if not check_region(actor, role, region_id).is_open:
        raise ChosenRegionClosed
    if ends_on is not None and ends_on < starts_on:
        raise InvalidInput(errors={"ends_on": ["结束日期不能早于开始日期"]})
    if ends_on is not None and ends_on < clock.today():
        raise InvalidInput(errors={"ends_on": ["结束日期已经过了"]})


def insert_grant(
    person_id: int,
    role: Role,
    region_id: int,
    starts_on: date,
    ends_on: date | None,
    granted_by_id: int | None,
    department_id: int | None = None,
    confirmed_by_id: int | None = None,
    approves: bool = False,
    subject_id: int | None = None,
) -> RoleGrant:
    """The row alone: for who confirmed a request, and for who was invited to an own phone."""
    grant = RoleGrant(
        person_id=person_id,
        role=role.value,
        region_id=region_id,
        department_id=department_id,
        subject_id=subject_id,
        starts_on=starts_on,
        ends_on=ends_on,
        granted_by_id=granted_by_id,
        granted_at=clock.now(),
        confirmed_by_id=confirmed_by_id,
        approves=approves,
    )
    db.session.add(grant)
    db.session.flush()
    return grant


def end_grant(grant_id: int, ended_by_id: int) -> None:
    """The row alone: for features that hand out a role with something of their own."""
    grant = db.session.get_one(RoleGrant, grant_id, with_for_update=True)
    if grant.revoked_at is not None:
        return
    grant.revoked_at, grant.revoked_by_id = clock.now(), ended_by_id
    record("revoke_grant", ended_by_id, "person", grant.person_id, grant_id=grant.id)
    db.session.flush()


def check_person(actor: Actor | None, person_id: int) -> None:
    """Raises OwnRole or PersonUnknown.

    The person's row is the lock: the same role granted twice at once is a conflict, not two.
    """
    if actor is not None and actor.person_id == person_id:
        raise OwnRole
    if db.session.get(Person, person_id, with_for_update=True) is None:
        raise PersonUnknown


def check_region(actor: Actor, role: Role, region_id: int) -> Place:
    """Nobody asks for more than the table says, nor outside own region."""
    grantable = frozenset().union(*(MAY_ASK_FOR.get(held, frozenset()) for held in actor.roles))
    if role not in grantable:
        raise NotAllowed("您不能授予这个角色")
    place = get_place(region_id)
    if place.level != LEVEL_OF[role]:
        raise RoleDoesNotFit(errors={"region_id": [RoleDoesNotFit.message]})
    permissions = (Permission.ASK_FOR_GRANTS, Permission.INVITE_CADRES)
    if not any(may(actor, permission, place.path) for permission in permissions):
        raise NotAllowed("这个地方不归您管")
    return place


def check_fits(
    person_id: int,
    role: Role,
    region_id: int,
    first: date,
    last: date | None,
    department_id: int | None,
) -> None:
    """Raises Conflict where the role is held already, or would meet one of the three offices."""
    query = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id,
        RoleGrant.role == role.value,
        RoleGrant.region_id == region_id,
        RoleGrant.department_id.is_not_distinct_from(department_id),
        RoleGrant.revoked_at.is_(None),
        RoleGrant.ends_on.is_(None) | (RoleGrant.ends_on >= first),
    )
    if last is not None:
        query = query.where(RoleGrant.starts_on <= last)
    if db.session.scalar(query) is not None:
        raise Conflict("这段日期里已有同样的角色")
    check_offices(person_id, role, first, last)


APART = text(
    """
    SELECT g.role FROM role_grant g
    WHERE g.revoked_at IS NULL AND (g.ends_on IS NULL OR g.ends_on >= :first)
      AND (CAST(:last AS date) IS NULL OR g.starts_on <= :last) AND g.role <> :role
      AND (g.role = ANY(:offices) OR :role = ANY(:offices))
      AND g.person_id IN (
        SELECT CAST(:person_id AS bigint)
        UNION SELECT phone_person_id FROM console_login WHERE person_id = :person_id
        UNION SELECT person_id FROM console_login WHERE phone_person_id = :person_id)
    LIMIT 1
    """
)


def check_offices(person_id: int, role: Role, first: date, last: date | None) -> None:
    """Raises OfficesApart where one of the three would meet another role in a person or phone.

    Triggers refuse the same to whoever comes by another way.
    """
    values = {
        "person_id": person_id, "role": role.value, "first": first, "last": last,
        "offices": [office.value for office in OFFICES],
    }  # fmt: skip
    met = db.session.scalar(APART, values)
    if met is not None:
        raise OfficesApart(f"{ROLE_NAMES[Role(met)]}和{ROLE_NAMES[role]}不能是同一个人或同一部手机")
