"""How a WeChat user becomes a cadre of one village."""

import re
from datetime import timedelta

import pytest

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.places.reorganisation import merge_villages
from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.console import Desk, make_staff, sit_down
from tests.factories.county import County, actor_with, make_county


@pytest.fixture
def county(app) -> County:
    return make_county()


@pytest.fixture
def desk(client, county: County) -> Desk:
    return sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))


def invite(desk: Desk, **form: str) -> str:
    page = desk.post(
        "/console/people/invitations", **{"name": "李会计", "village": "第1村", **form}
    )
    assert page.status_code == 200, page.text
    return re.search(r'class="secret">([^<]+)', page.text)[1]


def accept(phone: Phone, code: str) -> object:
    return phone.call("POST", "/me/roles", json={"code": code})


def test_a_code_from_the_office_makes_a_cadre_who_may_not_rate_the_own_village(
    client, county: County, desk: Desk, scalar
) -> None:
    code, phone = invite(desk), open_phone(client)
    answer = accept(phone, code)
    assert answer.status_code == 201
    assert [role["region_name"] for role in answer.json["roles"]] == ["第1村"]
    assert phone.rate(county.code).json["code"] == "own_village_cadre"
    assert scalar("SELECT granted_by_id FROM role_grant WHERE role = 'cadre'") == desk.person_id
    assert "李会计" in desk.get("/console/people?role=cadre").text
    boss = sit_down(client, make_staff(Role.AUDITOR, county.id, "reader"))
    for words in ("请村干部", "接受邀请"):
        assert words in boss.get("/console/audit").text


def test_the_code_may_be_typed_with_capitals_and_without_the_space(client, desk: Desk) -> None:
    code = invite(desk)
    assert accept(open_phone(client), code.upper().replace(" ", "-")).status_code == 201


def test_a_code_works_for_one_person_however_often_that_one_sends_it(
    client, desk: Desk, scalar
) -> None:
    code, phone = invite(desk), open_phone(client)
    assert [accept(phone, code).status_code for _ in range(2)] == [201, 201]
    assert scalar("SELECT count(*) FROM role_grant WHERE role = 'cadre'") == 1
    other = accept(open_phone(client), code)
    assert (other.status_code, other.json["code"]) == (404, "invitation_unknown")


def test_wrong_and_expired_codes_sound_the_same(client, desk: Desk, stop_clock) -> None:
    code = invite(desk)
    wrong = accept(open_phone(client), "abcde fghjk")
    later = clock.now() + timedelta(days=3, minutes=1)
    stop_clock(later)
    expired = accept(open_phone(client), code)
    for answer in (wrong, expired):
        assert answer.status_code == 404
        assert answer.json["message"] == wrong.json["message"]


def test_only_a_hash_of_the_code_is_stored(desk: Desk, scalar) -> None:
    code = invite(desk).replace(" ", "")
    assert code not in str(scalar("SELECT row_to_json(cadre_invitation) FROM cadre_invitation"))


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"name": ""}, "请填姓名"),
        ({"village": ""}, "没有找到这个村"),
        ({"village": "没有的村"}, "没有找到这个村"),
        ({"village": "村"}, "有好几个"),
        ({"ends_on": "2020-01-01"}, "结束日期"),
        ({"starts_on": "x"}, "应为日期"),
    ],
)
def test_what_is_wrong_with_an_invitation_stands_beside_the_form(
    desk: Desk, scalar, form: dict[str, str], words: str
) -> None:
    page = desk.post("/console/people/invitations", **{"name": "李", "village": "第1村", **form})
    assert page.status_code == 422
    assert words in page.text
    assert scalar("SELECT count(*) FROM cadre_invitation") == 0


def test_nobody_invites_cadres_of_another_county_or_as_a_township(client, county: County) -> None:
    other = make_county(code="360281", name="乐平市")
    stranger = sit_down(client, make_staff(Role.COUNTY_STAFF, other.id, "stranger"))
    page = stranger.post("/console/people/invitations", name="李", village="610528100201")
    assert page.status_code == 403
    town = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "town"))
    assert town.post("/console/people/invitations", name="李", village="第1村").status_code == 403


def test_whose_village_went_into_another_one_meanwhile_becomes_a_cadre_of_that_one(
    client, county: County, desk: Desk
) -> None:
    code, phone = invite(desk), open_phone(client)
    gone, into = county.village_ids
    with transaction():
        merge_villages(actor_with(Role.COUNTY_MANAGER, county.id), gone, into)
    assert accept(phone, code).status_code == 201
    roles = phone.call("GET", "/me").json["roles"]
    assert [(one["role"], one["region_id"]) for one in roles] == [("cadre", into)]
