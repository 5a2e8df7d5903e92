"""三员分立: accounts, confirmations and the log lie in three hands that never meet."""

from contextlib import suppress
from datetime import date
from functools import partial

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Actor, Role
from backend.app.accounts.errors import OfficesApart, OwnRequest
from backend.app.accounts.grants.operations import insert_grant
from backend.app.accounts.grants.requests import ask_for_grant, ask_to_revoke, decide
from backend.app.accounts.logins import activation
from backend.app.accounts.logins import operations as logins
from backend.app.accounts.queries import actor_today as acting
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, NotAllowed, NotFound
from tests.app.ratings.conftest import open_phone
from tests.factories.console import Desk, make_staff, sit_down
from tests.factories.county import County, grant_role, make_county, make_person


@pytest.fixture
def county(app) -> County:
    return make_county()


@pytest.fixture
def system(county: County) -> Actor:
    return acting(make_staff(Role.SYSTEM_ADMIN, county.id, "chen"))


@pytest.fixture
def security(county: County) -> Actor:
    return acting(make_staff(Role.SECURITY_ADMIN, county.id, "lin"))


def ask(actor: Actor, person_id: int, role: Role, region_id: int) -> int:
    with transaction():
        return ask_for_grant(actor, person_id, role, region_id, clock.today()).id


def confirm(actor: Actor, request_id: int, is_confirmed: bool = True) -> None:
    with transaction():
        decide(actor, request_id, is_confirmed)


def test_a_grant_begins_only_when_the_security_administrator_confirmed_it(
    county, system, security, scalar
) -> None:
    person = make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "wang")
    request = ask(system, person, Role.COUNTY_STAFF, county.id)
    assert Role.COUNTY_STAFF not in acting(person).roles
    asked = scalar("SELECT title FROM notice WHERE person_id = :id", id=security.person_id)
    assert asked == "有角色等您确认"
    confirm(security, request)
    assert Role.COUNTY_STAFF in acting(person).roles
    row = scalar("SELECT row_to_json(g) FROM role_grant g WHERE role = 'county_staff'")
    assert (row["granted_by_id"], row["confirmed_by_id"]) == (
        system.person_id, security.person_id,
    )  # fmt: skip
    told = scalar("SELECT words FROM notice WHERE person_id = :id", id=person)
    assert "县工作人员" in told


def test_a_refused_grant_never_begins_and_is_decided_once(county, system, security) -> None:
    person = make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "wang")
    request = ask(system, person, Role.COUNTY_STAFF, county.id)
    with pytest.raises(Conflict):
        ask(system, person, Role.COUNTY_STAFF, county.id)
    confirm(security, request, is_confirmed=False)
    assert Role.COUNTY_STAFF not in acting(person).roles
    with pytest.raises(Conflict):
        confirm(security, request)


def test_nobody_confirms_what_is_own_or_lies_elsewhere(county, system, security) -> None:
    person = make_staff(Role.COUNTY_STAFF, county.id, "wang")
    request = ask(system, person, Role.LEADER, county.id)
    for who in (system, acting(person)):
        with pytest.raises(NotFound):
            confirm(who, request)
    other = make_county(code="360281", name="乐平市")
    stranger = acting(make_staff(Role.SECURITY_ADMIN, other.id, "stranger"))
    with pytest.raises(NotFound):
        confirm(stranger, request)
    with transaction() as session:
        session.execute(text("UPDATE console_login SET activated_at = NULL, activated_how = NULL,"
                             " opened_by_id = :by WHERE username = 'lin'"),
                        {"by": system.person_id})  # fmt: skip
    with pytest.raises(OwnRequest):
        confirm(security, request)


@pytest.mark.parametrize("first", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
@pytest.mark.parametrize(
    "second", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR, Role.COUNTY_STAFF]
)
def test_two_offices_never_meet_in_one_person_by_a_constraint(
    county, first: Role, second: Role
) -> None:
    if first is second:
        return
    person = make_staff(first, county.id, "both")
    with pytest.raises(DBAPIError, match="office of the system"):
        grant_role(person, second, county.id)


def test_two_offices_never_meet_in_one_telephone_by_a_constraint(county) -> None:
    phone = make_person("o-phone", "")
    auditor = make_staff(Role.AUDITOR, county.id, "he")
    with transaction() as session:
        session.execute(text("UPDATE console_login SET phone_person_id = :p"), {"p": phone})
    with pytest.raises(DBAPIError, match="office of the system"):
        grant_role(phone, Role.CADRE, county.village_ids[0])
    other = make_staff(Role.SYSTEM_ADMIN, county.id, "chen")
    with pytest.raises(DBAPIError, match="uq_console_login_phone"), transaction() as session:
        session.execute(
            text("UPDATE console_login SET phone_person_id = :p WHERE person_id = :id"),
            {"p": phone, "id": other},
        )
    cadre = make_person("o-cadre", "")
    grant_role(cadre, Role.CADRE, county.village_ids[0])
    with pytest.raises(DBAPIError, match="office of the system"), transaction() as session:
        session.execute(
            text("UPDATE console_login SET phone_person_id = :p WHERE person_id = :id"),
            {"p": cadre, "id": auditor},
        )


def test_an_office_that_would_meet_another_role_is_refused_in_words(county, system) -> None:
    person = make_staff(Role.COUNTY_STAFF, county.id, "wang")
    with pytest.raises(OfficesApart, match="县工作人员和审计员"):
        ask(system, person, Role.AUDITOR, county.id)


def test_the_end_of_an_office_needs_a_second_person_and_its_account_cannot_be_shut(
    county, system, security
) -> None:
    auditor = make_staff(None, county.id, "he")
    grant = grant_role(auditor, Role.AUDITOR, county.id)
    with transaction():
        ask_to_revoke(system, grant)
    assert Role.AUDITOR in acting(auditor).roles
    with pytest.raises(NotAllowed), transaction():
        logins.set_disabled(system, auditor, True)


def test_a_confirmed_end_of_an_office_ends_it(county, system, security, scalar) -> None:
    auditor = make_staff(None, county.id, "he")
    grant = grant_role(auditor, Role.AUDITOR, county.id)
    with transaction():
        ask_to_revoke(system, grant)
    confirm(security, scalar("SELECT id FROM grant_request"))
    assert Role.AUDITOR not in acting(auditor).roles


def test_an_office_is_led_to_its_own_screen_and_finds_no_business(app, county) -> None:
    for role, home in (
        (Role.SYSTEM_ADMIN, "/console/people"),
        (Role.SECURITY_ADMIN, "/console/security"),
        (Role.AUDITOR, "/console/audit"),
    ):
        desk = sit_down(app.test_client(), make_staff(role, county.id, role.value[:6]))
        assert desk.get("/console/").location.endswith(home)
        assert desk.get(home).status_code == 200
        for business in ("tickets", "villages", "adjustments", "points", "exports"):
            assert desk.get(f"/console/{business}").status_code == 403, (role, business)


def test_the_grant_row_itself_refuses_to_be_confirmed_by_who_granted(county) -> None:
    person, by = make_person("o-1", ""), make_person("o-2", "")
    with pytest.raises(DBAPIError, match="confirmed_by_another"), transaction():
        insert_grant(person, Role.LEADER, county.id, date(2026, 1, 1), None, by, confirmed_by_id=by)


def test_a_cadre_invited_to_the_phone_of_an_office_is_refused(client, county, scalar) -> None:
    phone = open_phone(client)
    make_staff(Role.AUDITOR, county.id, "he")
    with transaction() as session:
        session.execute(
            text("UPDATE console_login SET phone_person_id = :p"), {"p": phone.person_id}
        )
    clerk: Desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))
    page = clerk.post("/console/people/invitations", name="李会计", village="第1村").text
    code = page.partition('class="secret">')[2].partition("<")[0]
    answer = phone.call("POST", "/me/roles", json={"code": code})
    assert (answer.status_code, answer.json["code"]) == (409, "offices_apart")


def test_of_two_offices_given_at_once_to_one_person_one_is_refused(county, at_once, scalar) -> None:
    person = make_person("o-1", "")

    def give(role: Role) -> None:
        with suppress(DBAPIError):
            grant_role(person, role, county.id)

    at_once(partial(give, Role.AUDITOR), partial(give, Role.SYSTEM_ADMIN))
    assert scalar("SELECT count(*) FROM role_grant WHERE person_id = :id", id=person) == 1


def test_activation_lists_only_the_readers_county(county, security, system) -> None:
    with transaction():
        logins.open_login(system, "wang", "王会计")
    assert [one.username for one in activation.list_waiting(security)] == ["wang"]
    other = make_county(code="360281", name="乐平市")
    stranger = acting(make_staff(Role.SECURITY_ADMIN, other.id, "stranger"))
    assert activation.list_waiting(stranger) == []


def test_only_the_desk_that_handles_own_data_is_sent_to_it(client, county: County) -> None:
    for role, is_shown in ((Role.SYSTEM_ADMIN, False), (Role.COUNTY_STAFF, True)):
        desk = sit_down(client, make_staff(role, county.id, f"reader-{int(is_shown)}"))
        assert ("/console/own-data" in desk.get("/console/people").text) is is_shown
