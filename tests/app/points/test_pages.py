"""The console's pages of points, as a clerk goes through them."""

import io
import re
from datetime import date
from typing import Any

import openpyxl
import pytest

from backend.app.access import Role
from backend.app.core.db import transaction
from backend.app.exports.operations import write_export
from backend.app.points.ledger import credit
from backend.app.points.rules.queries import rule_sets_of
from tests.app.points.voting import put_in_force
from tests.factories.console import Desk, as_shown, make_staff, sit_down
from tests.factories.county import bind, make_person, number_of

BASE = "/console/points"


@pytest.fixture
def desk(client, county, clerk) -> Desk:
    return sit_down(client, clerk.person_id)


def items(*lines: tuple[Any, ...]) -> dict[str, Any]:
    names = ("group", "code", "label", "amount", "daily_cap", "monthly_cap")
    return {name: [str(line[n]) for line in lines] for n, name in enumerate(names)}


RATING = ("村务参与", "rating", "评价服务", 2, 3, 30)
MEETING = ("村务参与", "", "参加村民会议", 10, 1, 3)
VOTE = {"voted_on": "2026-11-10", "votes_yes": "38", "votes_no": "2", "votes_abstain": "1",
        "starts_on": "2026-12-01"}  # fmt: skip


def test_from_the_first_draft_to_a_version_in_force(desk: Desk, county) -> None:
    saved = desk.post(
        f"{BASE}/rules/edit", region=str(county.id), title="富平县积分办法",
        yearly_budget="9000", act="save", **items(RATING, MEETING),
    )  # fmt: skip
    assert saved.status_code == 302
    page = desk.get(f"{BASE}/rules").text
    assert "还没表决" in page
    assert "参加村民会议" in page
    minutes = (io.BytesIO(b"%PDF-1.7" + bytes(200_000)), "会议记录.pdf")
    done = desk.post(f"{BASE}/rules/adopt", region=str(county.id), minutes=minutes, **VOTE)
    assert done.status_code == 302
    page = desk.get(f"{BASE}/rules").text
    assert "同意 38、反对 2、弃权 1" in page
    number = rule_sets_of(county.id)[0].id
    fetched = desk.get(f"{BASE}/rules/{number}/minutes")
    assert fetched.data.startswith(b"%PDF-1.7")
    assert "attachment" in fetched.headers["Content-Disposition"]


def test_a_refused_draft_comes_back_as_typed_with_every_reason(desk: Desk, county) -> None:
    bad = ("村务参与", "rating", "给好评", 50, 3, 2)
    answer = desk.post(
        f"{BASE}/rules/edit", region=str(county.id), title="办法", yearly_budget="x",
        act="save", **items(bad),
    )  # fmt: skip
    assert answer.status_code == 422
    for words in ("好评差评一个样", "每次 1 到 20 分", "每月上限不能少于", "全年最多发多少分"):
        assert words in answer.text
    assert 'value="给好评"' in answer.text


def test_the_example_can_be_loaded_tried_and_changed(desk: Desk, county) -> None:
    loaded = desk.post(f"{BASE}/rules/example/yuechi", region=str(county.id))
    assert loaded.status_code == 302
    page = desk.get(f"{BASE}/rules/edit?region={county.id}").text
    assert len(re.findall('name="label" value="[^"]', page)) == 17
    tried = desk.post(
        f"{BASE}/rules/edit", region=str(county.id), title="办法", yearly_budget="10",
        act="try", **items(RATING),
    )  # fmt: skip
    assert "上季度要是用这份办法" in tried.text


def test_without_a_majority_the_page_says_why(desk: Desk, county) -> None:
    desk.post(f"{BASE}/rules/example/yuechi", region=str(county.id))
    refused = desk.post(f"{BASE}/rules/adopt", region=str(county.id), **{**VOTE, "votes_no": "99"})
    assert refused.status_code == 422
    assert "没有过半" in refused.text
    assert "请上传会议记录" in refused.text


def test_many_people_are_entered_at_once_and_another_confirms(
    desk: Desk, client, county, clerk, second, clock
) -> None:
    put_in_force(clerk, county.id)
    clock.set(date(2026, 12, 10))
    desk = sit_down(client, clerk.person_id)
    people = [make_person() for _ in range(3)]
    for person in people:
        bind(person, county)
    village = county.village_ids[0]
    assert "第1村" in desk.get(f"{BASE}/deeds/new?q=第1").text
    form = desk.get(f"{BASE}/deeds/new?village={village}").text
    rule = re.search(r'<option value="(\d+)">参加村民会议', form)[1]
    sent = {"village": str(village), "rule_id": rule, "happened_on": "2026-12-09"}
    refused = desk.post(f"{BASE}/deeds/new", note="会", numbers="abc", **sent)
    assert "积分号只有数字" in refused.text
    entered = desk.post(
        f"{BASE}/deeds/new", note="村民代表会", people=[str(number_of(people[0]))],
        numbers=f"{number_of(people[1])}、{number_of(people[2])}", **sent,
    )  # fmt: skip
    assert entered.status_code == 302
    assert "您登记的，要另一个人确认" in desk.get(f"{BASE}/deeds").text
    assert desk.post(f"{BASE}/deeds/1", decision="confirm").status_code == 409
    other = sit_down(client, second.person_id)
    assert other.post(f"{BASE}/deeds/1", decision="confirm").status_code == 302
    assert "已通过" in other.get(f"{BASE}/deeds?state=confirmed").text
    assert "村民代表会" in other.get(f"{BASE}/deeds?state=").text
    assert "村民代表会" not in other.get(f"{BASE}/deeds").text


def test_an_entry_is_found_by_its_number_and_says_nothing_of_the_answer(desk: Desk, county) -> None:
    person = make_person()
    bind(person, county)
    with transaction():
        credit(person, county.id, "rating", "rating", 987654)
    page = desk.get(f"{BASE}/ledger?entry=1").text
    assert "评价服务" in page
    assert "987654" not in page
    number = number_of(person)
    assert f"积分号 {number}：余额 <b>2</b>" in desk.get(f"{BASE}/ledger?person={number}").text
    assert "没有查到" in desk.get(f"{BASE}/ledger?person={person}").text, "an id is no number"
    assert "没有查到" in desk.get(f"{BASE}/ledger?entry=77").text


def test_another_countys_entries_and_minutes_are_not_found(client, county, clerk, stranger) -> None:
    number = put_in_force(clerk, county.id).id
    with transaction():
        credit(make_person(), county.id, "rating", "rating", 1)
    desk = sit_down(client, stranger.person_id)
    assert "没有查到" in desk.get(f"{BASE}/ledger?entry=1").text
    assert desk.get(f"{BASE}/rules/{number}/minutes").status_code == 404
    assert desk.get(f"{BASE}/rules?region={county.id}").status_code == 404


def test_the_overview_says_what_was_given_and_what_waits(desk: Desk, county) -> None:
    with transaction():
        credit(make_person(), county.id, "rating", "rating", 1, county.village_ids[0])
    page = desk.get(BASE).text
    assert "第1村" in page or "庄里镇" in page
    assert "还没有表决过的积分办法" in page
    assert "排名" in page  # that there is none


def test_a_township_sees_its_own_villages_and_changes_no_rules(client, county) -> None:
    desk = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "zheng"))
    assert desk.get(BASE).status_code == 200
    assert desk.get(f"{BASE}/rules").status_code == 200
    assert desk.get(f"{BASE}/rules/edit").status_code == 403


def test_the_months_sums_are_exported(desk: Desk, county, files) -> None:
    with transaction():
        credit(make_person(), county.id, "rating", "rating", 1, county.village_ids[0])
    asked = desk.post(
        "/console/exports", month="2026-11", region_id=str(county.id), format="xlsx",
        kind="month_points",
    )  # fmt: skip
    assert asked.status_code == 302
    write_export(1)
    content = desk.get("/console/exports/1/file").data
    rows = list(openpyxl.load_workbook(io.BytesIO(content))["各村"].values)
    assert rows[0][1:4] == ("村", "乡镇", "发出")
    assert rows[1][1:4] == ("第1村", "庄里镇", 2)
    assert rows[2][3] == 2
    wrong = desk.post(
        "/console/exports", month="2026-11", region_id=str(county.id), format="xlsx", kind="x"
    )
    assert wrong.status_code == 422


def test_the_command_loads_the_example_as_somebody_who_may(app, county, clerk, stranger) -> None:
    runner = app.test_cli_runner()
    args = ["points", "load-example", str(county.id), "--as-person"]
    done = runner.invoke(args=[*args, "clerk"])
    assert "6 类 17 项" in done.output
    assert runner.invoke(args=[*args, "stranger"]).exit_code != 0
    assert runner.invoke(args=[*args, "nobody"]).exit_code != 0


def test_what_a_survey_is_worth_is_set_beside_the_expiry(
    desk: Desk, client, county, scalar
) -> None:
    worth = "SELECT survey_points FROM county_settings"
    assert 'name="survey_points" value="5"' in as_shown(desk.get(f"{BASE}/watch"))
    assert desk.post(f"{BASE}/survey", survey_points="0").status_code == 302
    assert scalar(worth) == 0
    assert 'name="survey_points" value="0"' in as_shown(desk.get(f"{BASE}/watch"))
    for wrong in ("21", "-1", "x", ""):
        refused = desk.post(f"{BASE}/survey", survey_points=wrong)
        assert refused.status_code == 422
        assert "0 到 20" in refused.text
    town = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "zheng"))
    assert town.post(f"{BASE}/survey", survey_points="8").status_code == 403
    assert scalar(worth) == 0
