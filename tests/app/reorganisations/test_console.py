"""区划调整 at the console: what would move, one proposes, another confirms, all or nothing."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.places import reorganisation
from backend.app.places.queries import get_place
from tests.app.ratings.conftest import open_phone
from tests.factories.console import Desk, sit_down
from tests.factories.county import actor_with, bind, make_county, make_person
from tests.factories.tickets import Offices, make_offices, submit, villager

PAGE = "/console/reorganisations"
BASIS = "富政函〔2026〕18 号"


@pytest.fixture
def offices(app) -> Offices:
    return make_offices(make_county(villages=3))


@pytest.fixture
def clerk(app, offices: Offices) -> Desk:
    return sit_down(app.test_client(), offices.desk.person_id)


@pytest.fixture
def colleague(app, offices: Offices) -> Desk:
    return sit_down(app.test_client(), offices.other_desk.person_id)


@pytest.fixture
def villages(offices: Offices) -> list[int]:
    return offices.county.village_ids


def propose(desk: Desk, village_id: int, kind: str = "merge", **boxes: Any) -> Any:
    today = clock.today().isoformat()
    return desk.post(
        PAGE, **{"village_id": village_id, "kind": kind, "on": today, "basis": BASIS, **boxes}
    )


def waiting(scalar) -> int:
    return scalar("SELECT id FROM reorganisation WHERE state = 'proposed'")


def confirm(desk: Desk, number: int) -> Any:
    return desk.post(f"{PAGE}/{number}", choice="confirm")


def test_the_page_says_what_hangs_on_the_village_before_anybody_proposes(
    client, clerk, offices, villages
) -> None:
    phone = villager(client, offices.county)
    submit(phone, offices)
    page = clerk.get(f"{PAGE}/new?village=第1村&kind=merge").text
    rows = [" ".join(row.split()) for row in page.split("<tr>")[2:]]
    counted = {row.split(">")[1].split("<")[0]: row.split(">")[3].split("<")[0] for row in rows}
    assert counted == {
        "绑定的村民": "1", "服务点": "1", "在用的海报码": "1", "没办完的诉求": "1",
        "任职的村干部、店员": "1",
    }  # fmt: skip
    assert "王建国" in page
    assert "不用重贴，旧码照样能扫" in page


def test_nothing_changes_until_another_hand_confirms_and_then_everything(
    client, clerk, colleague, offices, villages, scalar
) -> None:
    gone, into = villages[:2]
    ticket_id = submit(villager(client, offices.county), offices).json["id"]
    assert propose(clerk, gone, into="第2村").status_code == 303
    number = waiting(scalar)
    assert confirm(clerk, number).status_code == 403
    assert get_place(gone).is_open
    assert scalar("SELECT count(*) FROM notice WHERE kind = 'reorganisation'") == 1
    page = colleague.get(f"{PAGE}/{number}").text
    assert "看过了，确认办理" in page
    assert BASIS in page
    assert confirm(colleague, number).status_code == 303
    db.session.rollback()
    assert get_place(gone).merged_into_id == into
    assert scalar("SELECT unit_region_id FROM ticket WHERE id = :id", id=ticket_id) == into
    kept = scalar("SELECT moved FROM reorganisation")
    assert {one["label"]: one["count"] for one in kept}["没办完的诉求"] == 1
    assert "王建国" not in str(kept)


def test_confirmed_twice_is_done_once(clerk, colleague, villages, scalar) -> None:
    propose(clerk, villages[0], into="第2村")
    number = waiting(scalar)
    assert [confirm(colleague, number).status_code for _ in range(2)] == [303, 303]
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'merge_villages'") == 1
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'confirm_reorganisation'") == 1


def test_a_village_waits_for_one_reorganisation_at_a_time_and_it_can_be_taken_back(
    clerk, colleague, villages, scalar
) -> None:
    propose(clerk, villages[0], into="第2村")
    again = propose(clerk, villages[0], kind="rename", name="永宁村委会")
    assert (again.status_code, "已有一次调整在等确认" in again.text) == (409, True)
    number = waiting(scalar)
    assert clerk.post(f"{PAGE}/{number}", choice="drop").status_code == 303
    assert confirm(colleague, number).status_code == 409
    assert get_place(villages[0]).is_open
    assert propose(clerk, villages[0], kind="rename", name="永宁村委会").status_code == 303


def test_a_day_to_come_can_be_prepared_and_is_confirmed_on_that_day(
    clerk, colleague, villages, scalar, stop_clock
) -> None:
    tomorrow = clock.today() + timedelta(days=1)
    propose(clerk, villages[0], into="第2村", on=tomorrow.isoformat())
    number = waiting(scalar)
    refused = confirm(colleague, number)
    assert (refused.status_code, "还没到这一天" in refused.text) == (422, True)
    later = clock.now() + timedelta(days=1)
    stop_clock(later)
    assert confirm(colleague, number).status_code in (302, 303)


def test_who_waits_for_a_busy_village_is_told_so_and_nothing_is_done(
    clerk, colleague, villages, scalar, settings
) -> None:
    propose(clerk, villages[0], into="第2村")
    number = waiting(scalar)
    db.session.rollback()
    url = settings.database_url.replace("+psycopg", "")
    with psycopg.connect(url) as other:
        other.execute("UPDATE region SET name = name WHERE id = %s", [villages[1]])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("backend.app.core.db.PATIENCE", "200ms")
            refused = confirm(colleague, number)
        other.rollback()
    assert (refused.status_code, "请过一分钟再试一次" in refused.text) == (409, True)
    assert get_place(villages[0]).is_open
    db.session.rollback()
    assert confirm(colleague, number).status_code == 303


@pytest.mark.parametrize(
    ("kind", "boxes", "words"),
    [
        ("merge", {"into": "没有这个村"}, "没有找到「没有这个村」"),
        ("merge", {"into": "第1村"}, "请选另一个村"),
        ("merge", {"into": "第2村", "basis": ""}, "请写依据"),
        ("merge", {"into": "第2村", "on": ""}, "请选从哪天起"),
        ("rename", {"name": "村"}, "请填新的村名"),
        ("move", {}, "请选划到哪个乡镇"),
        ("split", {"name": "新村委会", "code": "12"}, "代码是 12 位数字"),
        ("split", {"name": "新村委会", "code": "610528100299"}, "请选归新村的小组或服务点"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form(
    clerk, villages, scalar, kind: str, boxes: dict[str, str], words: str
) -> None:
    answer = propose(clerk, villages[0], kind=kind, **boxes)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert scalar("SELECT count(*) FROM reorganisation") == 0


def test_a_village_is_split_by_groups_whose_people_and_posters_go_along(
    client, clerk, colleague, offices, villages, scalar
) -> None:
    old = villages[0]
    manager = actor_with(Role.COUNTY_MANAGER, offices.county.id)
    with transaction():
        group = reorganisation.add_group(manager, old, "一组").id
    people = [make_person(), make_person()]
    for person in people:
        bind(person, offices.county)
    with transaction() as session:
        session.execute(
            text("UPDATE binding SET group_id = :g WHERE person_id = :p"),
            {"g": group, "p": people[0]},
        )
    point = offices.county.service_point_ids[0]
    propose(
        clerk, old, kind="split", name="新村委会", code="610528100299", groups=[group],
        points=[point],
    )  # fmt: skip
    assert confirm(colleague, waiting(scalar)).status_code == 303
    new = scalar("SELECT id FROM region WHERE name = '新村委会'")
    homes = {
        person: open_phone(client, person).call("GET", "/me").json["binding"]["village"]["id"]
        for person in people
    }
    assert homes == {people[0]: new, people[1]: old}
    assert open_phone(client).scan(offices.county.code)["village"]["id"] == new
    assert scalar("SELECT split_from_id FROM region WHERE id = :id", id=new) == old


def test_a_village_is_renamed_and_moved(clerk, colleague, offices, villages, scalar) -> None:
    with transaction() as session:
        town = session.execute(
            text("INSERT INTO region (level, code, name, parent_id, county_id, opened_on)"
                 " VALUES ('township', '610528101000', '张桥镇', :county, :county, '2020-01-01')"
                 " RETURNING id"), {"county": offices.county.id},
        ).scalar_one()  # fmt: skip
    propose(clerk, villages[0], kind="rename", name="永宁村委会")
    confirm(colleague, waiting(scalar))
    propose(clerk, villages[0], kind="move", township_id=town, code="610528101201")
    confirm(colleague, waiting(scalar))
    place = get_place(villages[0])
    assert (place.name, place.township_id, place.code) == ("永宁村委会", town, "610528101201")
    page = clerk.get(PAGE).text
    assert "第1村 改名 永宁村委会" in page
    assert "永宁村委会 划到 张桥镇" in page


def test_a_township_has_no_such_page(app, offices, villages) -> None:
    town = sit_down(app.test_client(), offices.township.person_id)
    assert town.get(PAGE).status_code == 403
    assert "合并、分设" not in town.get(f"/console/places/villages/{villages[0]}").text
