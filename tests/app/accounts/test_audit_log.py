"""操作记录: complete, in words, and nobody's to change."""

import ast
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.app.access import Role
from backend.app.accounts.audit.console import describe
from backend.app.accounts.audit.words import ACTIONS, DETAILS, SUBJECTS
from backend.app.core.audit import record
from backend.app.core.db import transaction
from backend.app.core.settings import REPOSITORY
from tests.factories.console import Desk, log_in, make_staff, sit_down
from tests.factories.county import County, make_county

SOURCES = sorted((REPOSITORY / "backend" / "app").rglob("*.py"))


@pytest.fixture
def county(app) -> County:
    return make_county()


@pytest.fixture
def desk(client, county: County) -> Desk:
    return sit_down(client, make_staff(Role.AUDITOR, county.id, "boss"))


def recorded(path: Path) -> list[ast.Call]:
    """Every call of record(…) in a file."""
    return [
        node
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and "record" in (getattr(node.func, "id", ""), getattr(node.func, "attr", ""))
    ]


def constants(node: ast.expr) -> list[str]:
    return [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]


def test_every_act_that_is_recorded_anywhere_has_words() -> None:
    calls = [call for path in SOURCES for call in recorded(path)]
    assert len(calls) > 20
    for call in calls:
        for action in constants(call.args[0]):
            assert action in ACTIONS
        for kind in constants(call.args[2]):
            assert kind in SUBJECTS
        for keyword in call.keywords:
            assert keyword.arg is None or keyword.arg in DETAILS, ast.unparse(call)


def test_details_are_told_in_chinese() -> None:
    names = {("region", "7"): "西村"}
    assert describe({"role": "cadre", "region_id": 7}, names) == "角色 村干部，地方 西村"
    assert describe({"into": 8}, names) == "并入 8"
    assert describe({"decision": "refuse"}, names) == "结论 不通过"
    assert describe({}, names) == ""


@pytest.mark.parametrize(
    ("way", "word"), [("sms", "手机号"), ("wechat_web", "微信公众号"), ("oidc", "统一身份认证")]
)
def test_a_way_to_log_in_is_told_in_chinese(way, word) -> None:
    assert describe({"way": way}, {}).endswith(f" {word}")


def test_people_and_places_are_called_by_their_names(app, desk, county) -> None:
    boss = sit_down(app.test_client(), make_staff(Role.SYSTEM_ADMIN, county.id, "chen"))
    boss.post("/console/people", username="wang", display_name="王会计")
    with transaction():
        record("rename_region", desk.person_id, "region", county.village_ids[0], name="新村")
        record("import_divisions", None, "region", 0, total=3)
    page = desk.get("/console/audit").text
    assert "人员 王会计</td>" in page
    assert "地方 第1村" in page
    assert "名称 新村" in page


def test_the_log_is_filtered_by_person_action_and_day(
    desk, county, monkeypatch: pytest.MonkeyPatch, stop_clock
) -> None:
    clerk = make_staff(Role.COUNTY_STAFF, county.id, "clerk")
    # 2 March 2026, 00:30 in the county: still 1 March in UTC.
    stop_clock(datetime(2026, 3, 1, 16, 30, tzinfo=UTC))
    with transaction():
        record("set_photo", clerk, "service_point", 4711)
    monkeypatch.undo()
    for query, found in (
        ("person=clerk", True), ("person=boss", False), ("person=%25", False),
        ("action=set_photo", True), ("action=rotate_code", False), ("action=nothing", False),
        ("first=2026-03-02&last=2026-03-02", True), ("first=2026-03-03", False),
        ("last=2026-03-01", False), ("last=2026-03-02", True), ("page=2", False),
    ):  # fmt: skip
        page = desk.get(f"/console/audit?{query}")
        assert page.status_code == 200, query
        assert ("服务点 4711" in page.text) is found, query


@pytest.mark.parametrize("query", ["first=x", "last=9999-12-31", "first=0001-01-01"])
def test_an_impossible_day_is_refused_in_words(desk, query: str) -> None:
    answer = desk.get(f"/console/audit?{query}")
    assert answer.status_code == 422
    assert "应为日期" in answer.text


def test_the_log_comes_in_pages_that_keep_the_filter(desk) -> None:
    with transaction():
        for number in range(51):
            record("set_photo", desk.person_id, "service_point", number)
    page = desk.get("/console/audit?action=set_photo")
    assert "action=set_photo&amp;page=2" in page.text
    assert "服务点 0<" not in page.text
    assert "服务点 0<" in desk.get("/console/audit?action=set_photo&page=2").text


def test_what_happens_in_another_county_is_not_shown(desk) -> None:
    other = make_county(code="360281", name="乐平市")
    clerk = make_staff(Role.COUNTY_STAFF, other.id, "lepingren")
    with transaction():
        record("set_photo", clerk, "service_point", 4711)
    page = desk.get("/console/audit").text
    assert "lepingren" not in page
    assert "4711" not in page


def test_only_auditors_read_the_log(client, county) -> None:
    for number, role in enumerate(Role):
        if role in (Role.VILLAGER, Role.AUDITOR):
            continue
        reader = sit_down(client, make_staff(role, county.id, f"reader-{number}"))
        assert reader.get("/console/audit").status_code == 403


def test_logging_in_and_out_is_recorded_once_each(app, desk, county, scalar) -> None:
    leader = make_staff(Role.LEADER, county.id, "leader")
    client = app.test_client()
    log_in(client, "leader", "wrong pass 1")
    log_in(client, "leader")
    sit_down(client, leader).post("/console/logout")
    count = "SELECT count(*) FROM audit_entry WHERE action = :action AND person_id = :id"
    for action in ("log_in", "log_out"):
        assert scalar(count, action=action, id=leader) == 1, action


def test_an_entry_carries_the_request_and_no_names(client, county, scalar) -> None:
    desk = sit_down(client, make_staff(Role.SYSTEM_ADMIN, county.id, "chen"))
    desk.post("/console/people", username="wang", display_name="王会计")
    entry = scalar("SELECT row_to_json(e) FROM audit_entry e WHERE action = 'open_login'")
    assert entry["request_id"]
    assert "王会计" not in json.dumps(entry, ensure_ascii=False)
    assert "wang" not in json.dumps(entry)
