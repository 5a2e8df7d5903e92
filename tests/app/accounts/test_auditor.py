"""The auditor's page: failed log-ins with their addresses, shell acts, and a log nobody changes."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Role
from backend.app.core.audit import record
from backend.app.core.db import transaction
from tests.app.ratings.conftest import open_phone
from tests.factories.console import Desk, log_in, make_staff, sit_down
from tests.factories.county import County, make_county


@pytest.fixture
def county(app) -> County:
    return make_county()


@pytest.fixture
def auditor(app, county: County) -> Desk:
    return sit_down(app.test_client(), make_staff(Role.AUDITOR, county.id, "he"))


def entries(scalar, action: str) -> list[dict[str, object]]:
    query = "SELECT json_agg(row_to_json(e) ORDER BY id) FROM audit_entry e WHERE action = :action"
    return scalar(query, action=action) or []


def test_a_failed_log_in_is_recorded_with_its_address(app, county, auditor, scalar) -> None:
    person = make_staff(Role.COUNTY_STAFF, county.id, "clerk")
    stranger = app.test_client()
    stranger.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    log_in(stranger, "clerk", "wrong pass 1")
    (entry,) = entries(scalar, "log_in_failed")
    assert (entry["subject_kind"], entry["subject_id"]) == ("person", str(person))
    assert (entry["address"], entry["origin"]) == ("203.0.113.9", "console")
    page = auditor.get("/console/audit?action=failed").text
    assert "203.0.113.9" in page
    assert "登录失败" in page
    assert "203.0.113.9" in auditor.get("/console/audit?address=203.0.113.9").text
    assert (
        "203.0.113.9"
        not in auditor.get("/console/audit?address=203.0.113.7").text.partition("<tbody")[2]
    )


def test_a_name_nobody_has_is_masked_because_it_may_be_a_password(app, county, scalar) -> None:
    log_in(app.test_client(), "correct horse 42", "x")
    log_in(app.test_client(), "13800138000", "x")
    told = entries(scalar, "log_in_failed")
    assert [entry["subject_id"] for entry in told] == ["co***", "13***"]
    assert all(entry["person_id"] is None for entry in told)


def test_every_way_of_failing_is_recorded(app, county, scalar) -> None:
    make_staff(Role.COUNTY_STAFF, county.id, "clerk")
    for _ in range(6):
        log_in(app.test_client(), "clerk", "wrong pass 1")
    log_in(app.test_client(), "clerk")
    assert len(entries(scalar, "log_in_failed")) == 7


def test_a_villagers_phone_leaves_no_address(client, county, auditor, scalar) -> None:
    phone = open_phone(client)
    phone.call("PUT", "/me/binding", json={"village_id": county.village_ids[0]})
    assert scalar("SELECT count(*) FROM audit_entry WHERE origin = 'app'"
                  " AND address IS NOT NULL") == 0  # fmt: skip


def test_commands_of_the_server_stand_on_the_auditors_page(app, county, auditor) -> None:
    app.test_cli_runner().invoke(args=["accounts", "new-slip", "he"])
    page = auditor.client.get("/console/audit")
    assert page.status_code == 302
    again = sit_down(app.test_client(), make_staff(Role.AUDITOR, county.id, "he2"))
    page = again.get("/console/audit?action=shell").text
    assert "accounts new-slip" in page
    assert "服务器命令" in page


def test_telephones_written_into_a_reason_stay_out_of_the_log(county, scalar) -> None:
    with transaction():
        record("correct_month", None, "county", county.id, reason="问过13800138000，属实")
    (entry,) = entries(scalar, "correct_month")
    assert entry["detail"]["reason"] == "问过138****8000，属实"


def test_the_log_is_append_only_by_the_database(auditor) -> None:
    auditor.get("/console/audit")
    auditor.post("/console/logout")
    for statement in (
        "DELETE FROM audit_entry",
        "UPDATE audit_entry SET address = NULL",
        "TRUNCATE audit_entry",
    ):
        with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
            session.execute(text(statement))


def test_the_auditor_reads_and_writes_nothing_else(app, county, auditor, many_requests) -> None:
    for rule in app.url_map.iter_rules():
        if not str(rule).startswith("/console") or "POST" not in rule.methods:
            continue
        if rule.endpoint.startswith("accounts_console.") and rule.endpoint.rpartition(".")[2] in {
            "login", "logout", "enter_code", "enrol", "change_password", "activate",
        }:  # fmt: skip
            continue
        if rule.endpoint == "notices_console.mark_read":
            continue
        path = str(rule)
        for name in rule.arguments:
            path = path.replace(f"<int:{name}>", "1").replace(f"<{name}>", "1")
            path = path.replace(f"<string:{name}>", "1")
        assert auditor.post(path).status_code in (403, 404), rule
