"""Roles: who may give them, when they hold, what they open."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Actor, Permission, Role, has_permission
from backend.app.accounts.errors import OwnRole, RoleDoesNotFit
from backend.app.accounts.grants.requests import ask_for_grant, ask_to_revoke, decide
from backend.app.accounts.logins.operations import find_login, open_login
from backend.app.accounts.queries import actor_today as acting
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from tests.factories.console import as_shown, make_staff, sit_down
from tests.factories.county import County, grant_role, make_county, make_person, number_of


@pytest.fixture
def county(app) -> County:
    return make_county()


def newcomer(boss: Actor) -> int:
    with transaction() as session:
        person_id = open_login(boss, "new", "小王")[0]
        session.execute(
            text("UPDATE console_login SET activated_at = now(), activated_how = 'slip'"
                 " WHERE person_id = :id"),
            {"id": person_id},
        )  # fmt: skip
    return person_id


def grant(boss: Actor, person_id: int, role: Role, region_id: int, day: date) -> None:
    """Asked for by one, confirmed by a security administrator."""
    with transaction():
        request = ask_for_grant(boss, person_id, role, region_id, day).id
    with transaction():
        decide(acting(find_login("guard").person_id), request, is_confirmed=True)


@pytest.fixture(autouse=True)
def guard(county: County) -> int:
    return make_staff(Role.SECURITY_ADMIN, county.id, "guard")


def test_an_administrator_grants_what_fits_the_place(county, scalar) -> None:
    boss = acting(make_staff(Role.SYSTEM_ADMIN, county.id, "boss"))
    new = newcomer(boss)
    for role, region in (
        (Role.CADRE, county.village_ids[0]),
        (Role.TOWNSHIP_STAFF, county.township_ids[0]),
        (Role.COUNTY_STAFF, county.id),
    ):
        grant(boss, new, role, region, clock.today())
    assert acting(new).roles == {
        Role.VILLAGER, Role.CADRE, Role.TOWNSHIP_STAFF, Role.COUNTY_STAFF,
    }  # fmt: skip
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'decide_grant'") == 3
    assert scalar("SELECT count(DISTINCT confirmed_by_id) FROM role_grant") == 1


def test_nobody_changes_own_roles(county) -> None:
    boss = acting(make_staff(Role.SYSTEM_ADMIN, county.id, "boss"))
    with pytest.raises(OwnRole):
        grant(boss, boss.person_id, Role.CADRE, county.village_ids[0], clock.today())


def test_nobody_grants_above_own_role_or_outside_own_region(county) -> None:
    clerk = acting(make_staff(Role.COUNTY_STAFF, county.id, "clerk"))
    other = make_county(code="360281", name="乐平市")
    new = make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "new")
    for role, region in ((Role.LEADER, county.id), (Role.CADRE, other.village_ids[0])):
        with pytest.raises(NotAllowed):
            grant(clerk, new, role, region, clock.today())


def test_a_role_must_fit_its_place(county) -> None:
    boss = acting(make_staff(Role.SYSTEM_ADMIN, county.id, "boss"))
    with pytest.raises(RoleDoesNotFit):
        grant(boss, newcomer(boss), Role.CADRE, county.id, clock.today())


def test_the_same_role_twice_at_a_time_is_a_conflict(county) -> None:
    boss = acting(make_staff(Role.SYSTEM_ADMIN, county.id, "boss"))
    new = newcomer(boss)
    grant(boss, new, Role.CADRE, county.village_ids[0], clock.today())
    with pytest.raises(Conflict):
        grant(boss, new, Role.CADRE, county.village_ids[0], clock.today())


def test_a_role_begins_and_ends_by_date_without_any_job(county, client, stop_clock) -> None:
    person = make_staff(None, county.id, "temp")
    today = clock.today()
    grant_role(
        person, Role.LEADER, county.id,
        starts_on=today + timedelta(days=1), ends_on=today + timedelta(days=2),
    )  # fmt: skip
    begin = clock.now()
    for days, status in ((0, 403), (1, 200), (2, 200), (3, 403)):
        stop_clock(begin + timedelta(days=days))
        assert sit_down(client, person).get("/console/").status_code == status, days


def test_a_revoked_role_is_gone_at_the_next_request(county, client) -> None:
    boss = acting(make_staff(Role.SYSTEM_ADMIN, county.id, "boss"))
    person = make_staff(None, county.id, "leader")
    granted = grant_role(person, Role.LEADER, county.id)
    desk = sit_down(client, person)
    assert desk.get("/console/").status_code == 200
    with transaction():
        ask_to_revoke(boss, granted)
    assert desk.get("/console/").status_code == 302
    assert sit_down(client, person).get("/console/").status_code == 403


def test_a_leader_reads_and_never_writes(county, client, app, many_requests) -> None:
    desk = sit_down(client, make_staff(Role.LEADER, county.id, "leader"))
    assert desk.get("/console/").status_code == 200
    own = {"accounts_console.logout", "accounts_console.login", "accounts_console.change_password",
           "accounts_console.enrol", "accounts_console.enter_code", "accounts_console.activate",
           "notices_console.mark_read"}  # fmt: skip
    for rule in app.url_map.iter_rules():
        if not str(rule).startswith("/console") or "POST" not in rule.methods:
            continue
        if rule.endpoint in own:
            continue
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", str(rule))
        path = re.sub(r"<(int:)?\w+>", "1", path)
        assert desk.post(path).status_code == 403, rule


def test_the_people_list_never_names_a_villager(county, client) -> None:
    make_person("o-villager", "李村民")
    desk = sit_down(client, make_staff(Role.SYSTEM_ADMIN, county.id, "boss"))
    page = desk.get("/console/people").text
    assert "boss先生" in page
    assert "李村民" not in page
    assert "o-villager" not in page


def test_the_pages_of_people_work_from_opening_to_revoking(
    county, client, app, guard, scalar
) -> None:
    desk = sit_down(client, make_staff(Role.SYSTEM_ADMIN, county.id, "boss"))
    opened = desk.post("/console/people", username="wang", display_name="王会计")
    assert "只显示这一回" in opened.text
    person_id = scalar("SELECT person_id FROM console_login WHERE username = 'wang'")
    refused = desk.post(
        f"/console/people/{number_of(person_id)}/grants", role="cadre", region_id=str(county.id)
    )
    assert refused.status_code == 422
    assert "村干部选村" in refused.text
    desk.post(
        f"/console/people/{number_of(person_id)}/grants", role="township_staff",
        region_id=str(county.township_ids[0]), starts_on="2026-01-01",
    )  # fmt: skip
    page = as_shown(desk.get(f"/console/people/{number_of(person_id)}"))
    assert "等安全管理员确认：乡镇工作人员 · 庄里镇" in page
    assert scalar("SELECT count(*) FROM role_grant WHERE role = 'township_staff'") == 0
    watcher = sit_down(app.test_client(), guard)
    assert "王会计" in watcher.get("/console/security").text
    request = scalar("SELECT id FROM grant_request")
    watcher.post(f"/console/security/grants/{request}", outcome="confirmed")
    page = desk.get(f"/console/people/{number_of(person_id)}").text
    assert "● 有效" in page
    grant_id = scalar("SELECT max(id) FROM role_grant")
    desk.post(f"/console/grants/{grant_id}/revoke", person_id=str(person_id))
    assert "已收回" in desk.get(f"/console/people/{number_of(person_id)}").text
    for path in ("password", "unlock"):
        assert desk.post(f"/console/people/{number_of(person_id)}/{path}").status_code in (200, 302)
    desk.post(f"/console/people/{number_of(person_id)}/disabled", disabled="1")
    assert "已停用" in desk.get("/console/people?q=wang").text
    reader = sit_down(client, make_staff(Role.AUDITOR, county.id, "reader"))
    log = reader.get("/console/audit").text
    for words in (
        "开账号",
        "申请角色",
        "确认角色申请",
        "收回角色",
        "重置密码",
        "解锁账号",
        "停用账号",
    ):
        assert words in log


def test_the_audit_log_cannot_be_changed_in_the_database(county, client) -> None:
    desk = sit_down(client, make_staff(Role.SYSTEM_ADMIN, county.id, "boss"))
    desk.post("/console/people", username="wang", display_name="王会计")
    for statement in ("DELETE FROM audit_entry", "UPDATE audit_entry SET action = 'x'"):
        with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
            session.execute(text(statement))


def test_who_approves_in_the_assessment_office_is_asked_for_and_confirmed_with_the_role(
    county, scalar
) -> None:
    boss = acting(make_staff(Role.SYSTEM_ADMIN, county.id, "boss"))
    new = newcomer(boss)
    today = clock.today()
    with transaction():
        asked = ask_for_grant(boss, new, Role.ASSESSOR, county.id, today, approves=True).id
    assert not has_permission(acting(new), Permission.APPROVE_PROGRAMMES)
    with transaction():
        decide(acting(find_login("guard").person_id), asked, is_confirmed=True)
    assert has_permission(acting(new), Permission.APPROVE_PROGRAMMES)
    other = make_staff(None, county.id, "other")
    grant_role(other, Role.ASSESSOR, county.id)
    assert not has_permission(acting(other), Permission.APPROVE_PROGRAMMES)


def test_only_the_assessment_office_has_people_who_approve(county, client) -> None:
    boss = acting(make_staff(Role.SYSTEM_ADMIN, county.id, "boss"))
    new = newcomer(boss)
    with pytest.raises(InvalidInput, match="填写的内容"), transaction():
        ask_for_grant(boss, new, Role.COUNTY_STAFF, county.id, clock.today(), approves=True)
    with pytest.raises(DBAPIError, match="ck_role_grant_approves"):
        grant_role(new, Role.LEADER, county.id, approves=True)
    desk = sit_down(client, boss.person_id)
    page = desk.post(
        f"/console/people/{number_of(new)}/grants", role="assessor", region_id=county.id,
        approves="1",
    )  # fmt: skip
    assert page.status_code == 302
    assert "考核办工作人员（有审定权）" in as_shown(desk.get(f"/console/people/{number_of(new)}"))


def test_settings_of_one_entry_lead_each_reader_to_the_first_page_he_may_open(
    county, client
) -> None:
    opened = {}
    for role in (Role.COUNTY_STAFF, Role.AUDITOR, Role.LEADER, Role.ASSESSOR):
        desk = sit_down(client, make_staff(role, county.id, role.value.replace("_", "-")))
        page = as_shown(desk.get("/console/digest"))
        found = re.search(r'<a href="([^"]+)"[^>]*>设置</a>', page)
        opened[role] = found and found[1]
    assert opened == {
        Role.COUNTY_STAFF: "/console/people", Role.AUDITOR: "/console/audit",
        Role.LEADER: None, Role.ASSESSOR: None,
    }  # fmt: skip
    clerk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))
    page = as_shown(clerk.get("/console/places/settings"))
    assert '<a href="/console/people" aria-current="page">设置</a>' in page
    assert '<a href="/console/places/settings" aria-current="page">县里的设置</a>' in page
