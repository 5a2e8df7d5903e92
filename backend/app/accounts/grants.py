"""Writes about roles: granted and revoked, never by or for oneself."""

from datetime import date

from sqlalchemy import select

from backend.app.access import MAY_GRANT, Actor, Permission, Role, may, regions_of
from backend.app.accounts.errors import OwnRole, PersonUnknown, RegionClosed, RoleDoesNotFit
from backend.app.accounts.models import Person, RoleGrant
from backend.app.accounts.queries import get_person
from backend.app.core import calendar
from backend.app.core.audit import record
from backend.app.core.db import after_commit, db
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from backend.app.core.sessions import close_all_sessions
from backend.app.places.queries import Place, county_of_department, get_place

LEVEL_OF = {
    Role.CADRE: "village",
    Role.SHOP_KEEPER: "village",
    Role.DEPARTMENT_STAFF: "county",
    Role.TOWNSHIP_STAFF: "township",
    Role.COUNTY_STAFF: "county",
    Role.LEADER: "county",
    Role.ADMINISTRATOR: "county",
}


def grant_role(
    actor: Actor,
    person_id: int,
    role: Role,
    region_id: int,
    starts_on: date,
    ends_on: date | None = None,
    department_id: int | None = None,
) -> RoleGrant:
    """Gives a role in a region from one day to another (both included).

    Staff of a department are staff of its county, wherever the form pointed.
    """
    if (role is Role.DEPARTMENT_STAFF) != (department_id is not None):
        raise InvalidInput(errors={"department_id": ["部门工作人员要选部门,其他角色不选"]})
    if department_id is not None:
        region_id = county_of_department(department_id)
    _check_person(actor, person_id)
    # Neither a villager, whom a role would silence, nor another county's staff by their number.
    get_person(person_id, regions_of(actor, Permission.GRANT_ROLES))
    check_grantable(actor, role, region_id, starts_on, ends_on)
    if _held(person_id, role, region_id, starts_on, ends_on, department_id):
        raise Conflict("这段日期里已有同样的角色")
    grant = insert_grant(
        person_id, role, region_id, starts_on, ends_on, actor.person_id, department_id
    )
    record(
        "grant_role", actor.person_id, "person", person_id,
        role=role.value, region_id=region_id, grant_id=grant.id,
    )  # fmt: skip
    after_commit(lambda: close_all_sessions(person_id))
    return grant


def check_grantable(
    actor: Actor, role: Role, region_id: int, starts_on: date, ends_on: date | None
) -> None:
    """Raises unless the actor may give this role there for these days."""
    if not _check_region(actor, role, region_id).is_open:
        raise RegionClosed
    if ends_on is not None and ends_on < starts_on:
        raise InvalidInput(errors={"ends_on": ["结束日期不能早于开始日期"]})
    if ends_on is not None and ends_on < calendar.today():
        raise InvalidInput(errors={"ends_on": ["结束日期已经过了"]})


def insert_grant(
    person_id: int,
    role: Role,
    region_id: int,
    starts_on: date,
    ends_on: date | None,
    granted_by_id: int | None,
    department_id: int | None = None,
) -> RoleGrant:
    """The row alone: for the first administrator, whom nobody can grant."""
    grant = RoleGrant(
        person_id=person_id,
        role=role.value,
        region_id=region_id,
        department_id=department_id,
        starts_on=starts_on,
        ends_on=ends_on,
        granted_by_id=granted_by_id,
        granted_at=calendar.now(),
    )
    db.session.add(grant)
    db.session.flush()
    return grant


def revoke_grant(actor: Actor, grant_id: int) -> int:
    """Ends a grant at once and returns whose it was; it stays in the history."""
    grant = db.session.get(RoleGrant, grant_id, with_for_update=True)
    if grant is None:
        raise PersonUnknown("没有找到这条授权")
    person_id = grant.person_id
    _check_person(actor, person_id)
    _check_region(actor, Role(grant.role), grant.region_id)
    if grant.revoked_at is not None:
        return person_id
    grant.revoked_at = calendar.now()
    grant.revoked_by_id = actor.person_id
    record("revoke_grant", actor.person_id, "person", person_id, grant_id=grant.id)
    after_commit(lambda: close_all_sessions(person_id))
    return person_id


def end_grant(grant_id: int, ended_by_id: int) -> None:
    """The row alone: for features that hand out a role with something of their own."""
    grant = db.session.get_one(RoleGrant, grant_id, with_for_update=True)
    if grant.revoked_at is not None:
        return
    grant.revoked_at, grant.revoked_by_id = calendar.now(), ended_by_id
    record("revoke_grant", ended_by_id, "person", grant.person_id, grant_id=grant.id)
    db.session.flush()


def _check_person(actor: Actor, person_id: int) -> None:
    if actor.person_id == person_id:
        raise OwnRole
    # The person's row is the lock: the same role granted twice at once is a conflict, not two.
    if db.session.get(Person, person_id, with_for_update=True) is None:
        raise PersonUnknown


def _check_region(actor: Actor, role: Role, region_id: int) -> Place:
    """Nobody hands out more than own, nor outside own region."""
    grantable = frozenset().union(*(MAY_GRANT.get(held, frozenset()) for held in actor.roles))
    if role not in grantable:
        raise NotAllowed("您不能授予这个角色")
    place = get_place(region_id)
    if place.level != LEVEL_OF[role]:
        raise RoleDoesNotFit(errors={"region_id": [RoleDoesNotFit.message]})
    if not may(actor, Permission.GRANT_ROLES, place.path):
        raise NotAllowed("这个地方不归您管")
    return place


def _held(
    person_id: int,
    role: Role,
    region_id: int,
    first: date,
    last: date | None,
    department_id: int | None,
) -> bool:
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
    return db.session.scalar(query) is not None
