"""人员与权限: pages about staff and cadres."""

from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import MAY_ASK_FOR, ROLE_NAMES, Permission, Role, has_permission, regions_of
from backend.app.accounts import numbers, queries
from backend.app.accounts.blueprints import console as blueprint
from backend.app.accounts.grants import invitations
from backend.app.accounts.grants import requests as grant_requests
from backend.app.accounts.logins import operations as logins
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query, form_args, read_id
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page, status_of
from backend.app.places.divisions import LEVEL_NAMES
from backend.app.places.picker_queries import find_regions
from backend.app.places.queries import list_departments

PEOPLE = Query.of(q=boxes.Text(40), role=boxes.Choice(list(Role)), page=boxes.Page())
# By which words regions are looked for, and the one that was chosen.
REGION = Query.of(place=boxes.Text(40), region_id=boxes.Id())
INVITATION = Form.of(
    name=boxes.Text(), village=boxes.Text(), starts_on=boxes.Day(), ends_on=boxes.Day()
)
GRANT = Form.of(
    role=boxes.Choice(list(Role), missing="请选角色"), department_id=boxes.Id(),
    starts_on=boxes.Day(), ends_on=boxes.Day(), approves=boxes.YesNo(),
)  # fmt: skip


@blueprint.get("/people")
@guard(Permission.SEE_PEOPLE)
def list_people() -> str:
    """Staff and cadres, with what they may do."""
    return _people_page()


def _people_page(error: DomainError | None = None, **more: Any) -> str:
    search, role, page = PEOPLE.read().values()
    within = regions_of(actor(), Permission.SEE_PEOPLE)
    lines, total = queries.list_people(within, search, role, page)
    return render_template(
        "accounts/people.html",
        lines=lines, total=total, page=page, size=queries.PAGE, search=search, role=role,
        role_names=ROLE_NAMES, now=clock.now(), today=clock.today(),
        may_open=has_permission(actor(), Permission.MANAGE_LOGINS),
        may_ask=has_permission(actor(), Permission.ASK_FOR_GRANTS),
        may_invite=has_permission(actor(), Permission.INVITE_CADRES),
        handles_own_data=has_permission(actor(), Permission.HANDLE_OWN_DATA),
        error=error, **more,
    )  # fmt: skip


def _person_page(person_id: int, error: DomainError | None = None, **more: Any) -> Any:
    me, (search, chosen) = actor(), REGION.read().values()
    grantable = frozenset().union(*(MAY_ASK_FOR.get(role, frozenset()) for role in me.roles))
    return render_page(
        "accounts/person.html", error,
        person=queries.get_person(person_id, regions_of(me, Permission.SEE_PEOPLE)),
        grants=queries.grant_lines(person_id),
        waiting=grant_requests.list_waiting(me, Permission.SEE_PEOPLE, person_id),
        role_names=ROLE_NAMES, level_names=LEVEL_NAMES, search=search,
        grantable=[role for role in Role if role in grantable],
        may_grant=has_permission(me, Permission.ASK_FOR_GRANTS) and me.person_id != person_id,
        may_manage=has_permission(me, Permission.MANAGE_LOGINS) and me.person_id != person_id,
        regions=lambda: find_regions(
            regions_of(me, Permission.ASK_FOR_GRANTS), search, chosen
        ),
        departments=lambda: [
            department
            for county_id in sorted(regions_of(me, Permission.ASK_FOR_GRANTS))
            for department in list_departments(county_id)
        ],
        today=clock.today(), now=clock.now(),
        **more,
    )  # fmt: skip


@blueprint.get("/people/<int:number>")
@guard(Permission.SEE_PEOPLE)
def show_person(number: int) -> Any:
    """One person's grants and their history."""
    return _person_page(numbers.person_numbered(number))


@blueprint.post("/people")
@guard(Permission.MANAGE_LOGINS)
@form_args(username=boxes.Text(), display_name=boxes.Text())
def open_login(username: str, display_name: str) -> Any:
    """A new member of staff; the password is shown this once."""
    try:
        with transaction():
            person_id, password = logins.open_login(actor(), username, display_name)
    except DomainError as refused:
        return _people_page(refused), status_of(refused)
    return _person_page(person_id, password=password)


@blueprint.post("/people/invitations")
@guard(Permission.INVITE_CADRES)
def invite_cadre() -> Any:
    """A code that makes a WeChat user a cadre; shown this once."""
    try:
        name, village, starts_on, ends_on = INVITATION.read().values()
        with transaction():
            village, code = invitations.invite(
                actor(), name, village, starts_on or clock.today(), ends_on
            )
    except DomainError as refused:
        return _people_page(invitation_error=refused), status_of(refused)
    return _people_page(invitation={"village": village, "code": code})


@blueprint.post("/people/<int:number>/grants")
@guard(Permission.ASK_FOR_GRANTS)
def grant_role(number: int) -> Any:
    """Asks for a role; a refusal is shown beside the form."""
    person_id = numbers.person_numbered(number)
    try:
        role, department_id, starts_on, ends_on, approves = GRANT.read().values()
        region_id = read_id("region_id") if department_id is None else 0
        starts_on = starts_on or clock.today()
        with transaction():
            grant_requests.ask_for_grant(
                actor(),
                person_id,
                role,
                region_id,
                starts_on,
                ends_on,
                department_id,
                approves,
            )
    except DomainError as refused:
        return _person_page(person_id, refused)
    return _back(person_id)


@blueprint.post("/grants/<int:grant_id>/revoke")
@guard(Permission.ASK_FOR_GRANTS)
def revoke_grant(grant_id: int) -> Response:
    """Ends a grant at once, or asks for the end of one of the three offices."""
    with transaction():
        person_id = grant_requests.ask_to_revoke(actor(), grant_id)
    return _back(person_id)


@blueprint.post("/people/<int:number>/password")
@guard(Permission.MANAGE_LOGINS)
def reset_password(number: int) -> Any:
    """A new one-time password, shown this once."""
    person_id = numbers.person_numbered(number)
    with transaction():
        password = logins.reset_password(actor(), person_id)
    return _person_page(person_id, password=password)


@blueprint.post("/people/<int:number>/unlock")
@guard(Permission.MANAGE_LOGINS)
def unlock(number: int) -> Response:
    """Ends a lock early."""
    person_id = numbers.person_numbered(number)
    with transaction():
        logins.unlock(actor(), person_id)
    return _back(person_id)


@blueprint.post("/people/<int:number>/disabled")
@guard(Permission.MANAGE_LOGINS)
@form_args(disabled=boxes.YesNo())
def set_disabled(number: int, disabled: bool) -> Response:
    """Disables or enables a log-in."""
    person_id = numbers.person_numbered(number)
    with transaction():
        logins.set_disabled(actor(), person_id, disabled)
    return _back(person_id)


def _back(person_id: int) -> Response:
    number = numbers.numbers_of([person_id])[person_id]
    return redirect(address_of("accounts_console.show_person", number=number))
