"""人员与权限 in a browser: who sees whom, and who may do what to whom."""

from datetime import timedelta

import pytest

from backend.app.access import Role
from backend.app.accounts.logins.operations import create_login, own_login
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.places.models import Region
from tests.factories.console import PASSWORD, Desk, log_in, make_staff, sit_down
from tests.factories.county import (
    OPENED_ON,
    County,
    grant_role,
    make_county,
    make_person,
    number_of,
)


@pytest.fixture
def county(app) -> County:
    return make_county()


@pytest.fixture
def elsewhere(county: County) -> County:
    """Another county on the same server."""
    return make_county(code="360281", name="乐平市")


@pytest.fixture
def desk(client, county: County) -> Desk:
    return sit_down(client, make_staff(Role.SYSTEM_ADMIN, county.id, "boss"))


def newcomer(desk: Desk, username: str = "wang") -> int:
    """Somebody for whom an account was opened at this desk, without a role yet."""
    with transaction():
        return create_login(username, "王会计", PASSWORD, opened_by_id=desk.person_id)


def grant(desk: Desk, person_id: int, role: str, region_id: int, **dates: str) -> object:
    return desk.post(
        f"/console/people/{number_of(person_id)}/grants",
        role=role,
        region_id=str(region_id),
        **dates,
    )


def test_people_of_another_county_are_neither_listed_nor_shown(desk, elsewhere) -> None:
    stranger = make_staff(Role.COUNTY_STAFF, elsewhere.id, "lepingren")
    assert "lepingren" not in desk.get("/console/people").text
    assert desk.get(f"/console/people/{number_of(stranger)}").status_code == 404


@pytest.mark.parametrize("act", ["password", "unlock", "disabled"])
def test_the_log_in_of_another_county_cannot_be_taken_over(
    desk, county, elsewhere, scalar, act: str
) -> None:
    both = make_staff(Role.COUNTY_STAFF, elsewhere.id, "both")
    grant_role(both, Role.TOWNSHIP_STAFF, county.township_ids[0])
    before = scalar("SELECT password_hash FROM console_login WHERE username = 'both'")
    answer = desk.post(f"/console/people/{number_of(both)}/{act}", disabled="1")
    assert answer.status_code == 403
    assert "不归您管" in answer.text
    assert scalar("SELECT password_hash FROM console_login WHERE username = 'both'") == before
    assert scalar("SELECT disabled_at IS NULL FROM console_login WHERE username = 'both'")


def test_a_villager_has_no_page_even_for_administrators(desk) -> None:
    assert desk.get(f"/console/people/{number_of(make_person('o-1', '李村民'))}").status_code == 404


def test_people_are_found_by_name_user_name_and_role(desk, county) -> None:
    make_staff(Role.LEADER, county.id, "shuji")
    make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "ganshi")
    page = desk.get("/console/people?q=shuj").text
    assert "shuji" in page
    assert "ganshi" not in page
    page = desk.get("/console/people?role=township_staff").text
    assert "ganshi" in page
    assert "shuji先生" not in page
    assert "没有找到" in desk.get("/console/people?q=%25").text


def test_roles_that_are_over_are_not_among_the_roles_in_the_list(desk, county) -> None:
    person = newcomer(desk)
    over = clock.today() - timedelta(days=1)
    grant_role(person, Role.LEADER, county.id, ends_on=over)
    assert "还没有角色" in desk.get("/console/people?q=wang").text
    assert "没有找到" in desk.get("/console/people?role=leader").text
    assert "已到期" in desk.get(f"/console/people/{number_of(person)}").text


def test_many_people_come_in_pages(desk, app) -> None:
    with transaction():
        for number in range(55):
            name = f"staff-{number:02d}"
            create_login(name, "工作人员", PASSWORD, opened_by_id=desk.person_id)
    first, second = (desk.get(f"/console/people?page={n}").text for n in (1, 2))
    assert "staff-00" in first
    assert "staff-54" not in first
    assert "staff-54" in second
    for odd in ("0", "-1", "x", "99999", "9" * 40):
        assert desk.get(f"/console/people?page={odd}").status_code == 200


def test_a_refused_new_account_says_why_beside_the_form(desk) -> None:
    newcomer(desk, "wang")
    for username, name, words, status in (
        ("WANG", "王二", "已有人用", 409),
        ("王", "王二", "小写字母", 422),
        ("x", "王二", "2 到 40", 422),
        ("fine", " ", "请填姓名", 422),
        ("fine", "王" * 41, "请填姓名", 422),
    ):
        answer = desk.post("/console/people", username=username, display_name=name)
        assert answer.status_code == status
        assert words in answer.text


def test_the_place_of_a_role_is_found_by_name_or_code(desk, county, elsewhere) -> None:
    address = f"/console/people/{number_of(newcomer(desk))}"
    assert "第1村" not in desk.get(address).text
    page = desk.get(f"{address}?place=第1村").text
    assert "第1村（村，庄里镇）" in page
    assert f'value="{elsewhere.village_ids[0]}"' not in page
    assert "第2村" in desk.get(f"{address}?place=610528100202").text
    assert "没有找到" in desk.get(f"{address}?place=没有这个村").text


def test_a_refused_grant_keeps_what_was_filled_in(desk, county) -> None:
    village = county.village_ids[0]
    answer = grant(desk, newcomer(desk), "leader", village, ends_on="2199-01-01")
    assert answer.status_code == 422
    assert f'<option value="{village}" selected' in answer.text
    assert '<option value="leader" selected' in answer.text
    assert 'value="2199-01-01"' in answer.text


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        ({"starts_on": "2026-02-30"}, "应为日期"),
        ({"starts_on": "0001-01-01"}, "应为日期"),
        ({"ends_on": "9999-12-31"}, "应为日期"),
        ({"starts_on": "2030-01-02", "ends_on": "2030-01-01"}, "不能早于"),
        ({"starts_on": "2020-01-02", "ends_on": "2020-02-01"}, "已经过了"),
    ],
)
def test_impossible_days_are_refused_in_words(desk, county, dates, words: str) -> None:
    answer = grant(desk, newcomer(desk), "leader", county.id, **dates)
    assert answer.status_code == 422
    assert words in answer.text


@pytest.mark.parametrize(
    ("region", "status"), [("", 422), ("x", 422), ("999999", 404), ("9" * 40, 422), ("-1", 422)]
)
def test_an_impossible_place_is_refused_in_words(desk, region: str, status: int) -> None:
    assert grant(desk, newcomer(desk), "leader", region).status_code == status


def test_a_merged_village_gets_no_new_cadre_but_the_old_one_can_be_revoked(
    desk, county, scalar
) -> None:
    person, village = newcomer(desk), county.village_ids[0]
    grant_id = grant_role(person, Role.CADRE, village)
    with transaction() as session:
        session.get(Region, village).closed_on = OPENED_ON
    assert "已撤并" in grant(desk, newcomer(desk, "li"), "cadre", village).text
    assert desk.post(f"/console/grants/{grant_id}/revoke").status_code == 302
    assert scalar("SELECT revoked_by_id FROM role_grant WHERE id = :id", id=grant_id)


def test_county_staff_see_no_button_for_roles_above_their_own(client, county) -> None:
    boss = make_staff(Role.SYSTEM_ADMIN, county.id, "boss")
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))
    page = desk.get(f"/console/people/{number_of(boss)}").text
    assert "收回" not in page
    assert '<option value="system_admin"' not in page
    assert "重置密码" not in page


def test_nobody_gets_buttons_on_the_own_page(desk) -> None:
    page = desk.get(f"/console/people/{number_of(desk.person_id)}").text
    assert "申请角色" not in page
    assert "重置密码" not in page
    assert desk.post(f"/console/people/{number_of(desk.person_id)}/password").status_code == 403


def test_a_new_password_ends_the_lock_the_second_factor_and_every_session(
    app, desk, county, scalar
) -> None:
    person = make_staff(Role.LEADER, county.id, "shuji")
    their = sit_down(app.test_client(), person)
    with transaction():
        own_login(person).locked_until = clock.now() + timedelta(minutes=5)
    assert "已锁定" in desk.get("/console/people?q=shuji").text
    page = desk.post(f"/console/people/{number_of(person)}/password").text
    password = page.partition('class="secret">')[2].partition("<")[0]
    assert their.get("/console/").status_code == 302
    entered = log_in(app.test_client(), "shuji", password)
    assert entered.location.endswith("/console/login/password")
    assert password not in str(scalar("SELECT string_agg(detail::text, '') FROM audit_entry"))


def test_who_is_disabled_is_out_at_once_and_back_when_enabled(app, desk, county) -> None:
    person = make_staff(Role.LEADER, county.id, "shuji")
    their = sit_down(app.test_client(), person)
    desk.post(f"/console/people/{number_of(person)}/disabled", disabled="1")
    assert their.get("/console/").status_code == 302
    assert log_in(app.test_client(), "shuji").status_code == 401
    desk.post(f"/console/people/{number_of(person)}/disabled", disabled="0")
    assert log_in(app.test_client(), "shuji").status_code == 302


def test_what_people_wrote_is_shown_as_text(desk) -> None:
    opened = desk.post("/console/people", username="wang", display_name="<script>alert(1)</script>")
    assert "<script>alert" not in opened.text
    assert "&lt;script&gt;" in opened.text
