"""Roles are asked for by one and confirmed by another: only then do they begin or end."""

from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select, text

from backend.app.access import OFFICES, ROLE_NAMES, Actor, Permission, Role, may, regions_of
from backend.app.accounts.errors import OwnRequest
from backend.app.accounts.grants.operations import (
    check_fits,
    check_grantable,
    check_person,
    check_region,
    insert_grant,
)
from backend.app.accounts.models import GrantRequest, RoleGrant
from backend.app.accounts.notifications import notify_owner, notify_security_admins
from backend.app.accounts.queries import get_person
from backend.app.accounts.second_person import check_another_hand
from backend.app.accounts.states import GrantOutcome
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import after_commit, db, fetch_named
from backend.app.core.errors import Conflict, InvalidInput, NotFound
from backend.app.core.sessions import close_all_sessions
from backend.app.places.queries import county_of_department, get_place
from backend.app.places.sql import join_department, join_region

ASKED_ALREADY = "这个角色已经在等安全管理员确认"


def ask_for_grant(
    actor: Actor,
    person_id: int,
    role: Role,
    region_id: int,
    starts_on: date,
    ends_on: date | None = None,
    department_id: int | None = None,
    approves: bool = False,
    in_list: bool = False,
) -> GrantRequest:
    """Asks for a role in a region from one day to another (both included).

    Of one `in_list` nobody hears alone: `tell_of_list` tells of all of them.

    Staff of a department are staff of its county, wherever the form pointed. Of the assessment
    office some approve what the others draft.
    """
    if approves and role is not Role.ASSESSOR:
        raise InvalidInput(errors={"approves": ["只有考核办工作人员可以有审定权"]})
    if (role is Role.DEPARTMENT_STAFF) != (department_id is not None):
        raise InvalidInput(errors={"department_id": ["部门工作人员要选部门，其他角色不选"]})
    if department_id is not None:
        region_id = county_of_department(department_id)
    check_person(actor, person_id)
    # Neither a villager, whom a role would silence, nor another county's staff by their number.
    get_person(person_id, regions_of(actor, Permission.ASK_FOR_GRANTS))
    check_grantable(actor, role, region_id, starts_on, ends_on)
    check_fits(person_id, role, region_id, starts_on, ends_on, department_id)
    request = GrantRequest(
        kind="grant", person_id=person_id, role=role.value, region_id=region_id,
        department_id=department_id, approves=approves, starts_on=starts_on, ends_on=ends_on,
        asked_by_id=actor.person_id, asked_at=clock.now(),
    )  # fmt: skip
    return _ask(request, in_list)


def tell_of_list(actor: Actor, county_id: int, count: int) -> None:
    """One notice to each security administrator, however many roles a list asks for."""
    if count:
        notify_security_admins(
            county_id, actor.person_id, "有一份名单等您确认",
            f"名单里有 {count} 个角色，在「待确认」里办。",
        )  # fmt: skip


def ask_to_revoke(actor: Actor, grant_id: int) -> int:
    """Ends a role at once, one of the three offices once it is confirmed; returns whose it is."""
    grant = db.session.get(RoleGrant, grant_id, with_for_update=True)
    if grant is None:
        raise NotFound("没有找到这条授权")
    check_person(actor, grant.person_id)
    check_region(actor, Role(grant.role), grant.region_id)
    if grant.revoked_at is not None:
        return grant.person_id
    if Role(grant.role) in OFFICES:
        _ask(
            GrantRequest(
                kind="revoke", person_id=grant.person_id, role=grant.role,
                region_id=grant.region_id, starts_on=grant.starts_on, ends_on=grant.ends_on,
                grant_id=grant.id, asked_by_id=actor.person_id, asked_at=clock.now(),
            )
        )  # fmt: skip
    else:
        _end(grant, actor.person_id)
    return grant.person_id


def _ask(request: GrantRequest, in_list: bool = False) -> GrantRequest:
    """The person's row is locked by the caller: two requests at once number one."""
    check_not_waiting(
        request.kind, request.person_id, request.role, request.region_id, request.department_id
    )
    db.session.add(request)
    db.session.flush()
    action = "ask_for_grant" if request.kind == "grant" else "ask_to_revoke"
    record(
        action, request.asked_by_id, "person", request.person_id,
        role=request.role, region_id=request.region_id,
    )  # fmt: skip
    if in_list:
        return request
    place = get_place(request.region_id)
    what = "授予" if request.kind == "grant" else "收回"
    notify_security_admins(
        place.county_id or place.id, request.person_id, "有角色等您确认",
        f"{what}{place.name}{ROLE_NAMES[Role(request.role)]}，在「待确认」里办。",
    )  # fmt: skip
    return request


def check_not_waiting(
    kind: str, person_id: int, role: str, region_id: int, department_id: int | None
) -> None:
    """Raises Conflict where the same was asked for and nobody has decided yet."""
    waiting = select(GrantRequest.id).where(
        GrantRequest.decided_at.is_(None), GrantRequest.withdrawn_at.is_(None),
        GrantRequest.kind == kind, GrantRequest.person_id == person_id,
        GrantRequest.role == role, GrantRequest.region_id == region_id,
        GrantRequest.department_id.is_not_distinct_from(department_id),
    )  # fmt: skip
    if db.session.scalar(waiting) is not None:
        raise Conflict(ASKED_ALREADY)


def withdraw(actor: Actor, request_id: int) -> bool:
    """By whoever asked; False where somebody has decided, which stays."""
    request = db.session.get(GrantRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None or request.asked_by_id != actor.person_id:
        raise NotFound("没有找到这条申请")
    if request.decided_at is not None:
        return False
    if request.withdrawn_at is None:
        request.withdrawn_at = clock.now()
        record(
            "withdraw_request", actor.person_id, "person", request.person_id,
            role=request.role, region_id=request.region_id,
        )  # fmt: skip
    return True


def decide(actor: Actor, request_id: int, is_confirmed: bool) -> GrantRequest:
    """By a security administrator who is neither the one who asked nor the one concerned."""
    request = db.session.get(GrantRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None or not may(
        actor, Permission.CONFIRM_ACCOUNTS, get_place(request.region_id).path
    ):
        raise NotFound("没有找到这条申请")
    check_another_hand(actor, request.asked_by_id, request.person_id, refusal=OwnRequest())
    if request.decided_at is not None:
        raise Conflict("这条申请已经办过了")
    if request.withdrawn_at is not None:
        raise Conflict("申请的人已经撤回了")
    request.decided_by_id, request.decided_at = actor.person_id, clock.now()
    request.outcome = GrantOutcome.CONFIRMED if is_confirmed else GrantOutcome.REFUSED
    record(
        "decide_grant", actor.person_id, "person", request.person_id,
        role=request.role, region_id=request.region_id, decision=request.outcome,
        move=request.kind,
    )  # fmt: skip
    if is_confirmed:
        _carry_out(request)
    db.session.flush()
    return request


def _carry_out(request: GrantRequest) -> None:
    if request.kind == "revoke":
        grant = db.session.get_one(RoleGrant, request.grant_id, with_for_update=True)
        if grant.revoked_at is None:
            _end(grant, request.asked_by_id)
        return
    role, person_id = Role(request.role), request.person_id
    check_person(None, person_id)
    # A year may lie between asking and confirming.
    check_fits(
        person_id, role, request.region_id, request.starts_on, request.ends_on,
        request.department_id,
    )  # fmt: skip
    grant = insert_grant(
        person_id, role, request.region_id, request.starts_on, request.ends_on,
        request.asked_by_id, request.department_id, confirmed_by_id=request.decided_by_id,
        approves=request.approves,
    )  # fmt: skip
    request.grant_id = grant.id
    place = get_place(request.region_id)
    notify_owner(person_id, "您有了新的角色", f"{place.name}{ROLE_NAMES[role]}，安全管理员已确认。")
    after_commit(lambda: close_all_sessions(person_id))


def _end(grant: RoleGrant, revoked_by_id: int) -> None:
    person_id = grant.person_id
    grant.revoked_at, grant.revoked_by_id = clock.now(), revoked_by_id
    db.session.flush()
    record("revoke_grant", revoked_by_id, "person", person_id, grant_id=grant.id)
    place = get_place(grant.region_id)
    notify_owner(person_id, "您的角色被收回了", f"{place.name}{ROLE_NAMES[Role(grant.role)]}")
    after_commit(lambda: close_all_sessions(person_id))


WAITING = text(
    f"""
    SELECT q.id, q.kind, q.role, q.approves, q.starts_on, q.ends_on, q.asked_at, q.person_id,
           p.number, p.display_name AS name, l.username, a.display_name AS asked_by, q.asked_by_id,
           COALESCE(d.name, r.name) AS place
    FROM grant_request q
    JOIN person p ON p.id = q.person_id
    JOIN person a ON a.id = q.asked_by_id
    {join_region("r", "q.region_id")}
    LEFT {join_department("d", "q.department_id")}
    LEFT JOIN console_login l ON l.person_id = q.person_id
    WHERE q.decided_at IS NULL AND q.withdrawn_at IS NULL AND r.county_id = ANY(:within)
      AND (:person_id = 0 OR q.person_id = :person_id)
    ORDER BY q.id LIMIT 200
    """
)


class WaitingRequest(NamedTuple):
    """A role that somebody is to get or lose, and who asked for it."""

    id: int
    kind: str
    role: str
    approves: bool
    starts_on: date
    ends_on: date | None
    asked_at: datetime
    person_id: int
    number: int
    name: str
    username: str | None
    asked_by: str
    asked_by_id: int
    place: str


def list_waiting(actor: Actor, permission: Permission, person_id: int = 0) -> list[WaitingRequest]:
    """What waits for a decision in the reader's counties, the oldest first."""
    counties = {get_place(region).county_id for region in regions_of(actor, permission)}
    values = {"within": sorted(filter(None, counties)), "person_id": person_id}
    return fetch_named(WaitingRequest, WAITING, values)
