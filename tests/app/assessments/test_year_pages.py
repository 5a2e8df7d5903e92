"""Pages of a year's end: the steps, the meeting's paper, the preview; who sees them."""

import io

import openpyxl
import pytest
from flask.testing import FlaskClient

from backend.app.access import Role
from tests.app.assessments.closing_year import (
    MEETING,
    TEN,
    add_units,
    close,
    decide_all,
    lock,
    make_year,
    propose,
    publish,
    shown,
    state_of,
)
from tests.app.assessments.result_year import Year, run
from tests.app.assessments.test_pages import statements_of
from tests.factories.console import Desk, as_shown, make_staff, sit_down

BASE = "/console/assessments"


@pytest.fixture
def year(app) -> Year:
    year = make_year()
    add_units(year, "甲", TEN)
    return year


def desk(client: FlaskClient, year: Year, role: Role, name: str, approves: bool = False) -> Desk:
    return sit_down(client, make_staff(role, year.made.county.id, name, approves=approves))


def path(year: Year, kind: str, rest: str = "") -> str:
    return f"{BASE}/{kind}/{year.made.programme_id}{rest}"


def test_the_year_is_walked_from_closing_to_the_publication(year, client, stop_clock) -> None:
    run(year)
    stop_clock(MEETING)
    clerk = desk(client, year, Role.ASSESSOR, "clerk")
    page = clerk.get(path(year, "year")).text
    assert "开始年终考核" in page
    assert "10 个单位，0 个已自评" in page
    assert f"/console/assessments/self?programme={year.made.programme_id}" in page
    assert clerk.post(path(year, "year", "/close")).status_code == 303
    assert "没有定等的单位 10 件" in as_shown(clerk.get(path(year, "year")))
    assert clerk.post(path(year, "grades", "/proposals")).status_code == 303
    page = as_shown(clerk.get(path(year, "grades")))
    assert "优秀最多 3 个，已定 0 个" in page
    assert "优秀名额已满" in page
    boss = desk(client, year, Role.ASSESSOR, "boss", approves=True)
    grid = {"minutes_number": "县委考核委纪要〔2027〕1号"}
    for row in shown(year).values():
        if row.grade_id:
            grid |= {
                f"grade-{row.unit_id}": row.proposed, f"version-{row.unit_id}": row.version,
                f"reason-{row.unit_id}": "",
            }  # fmt: skip
    assert boss.post(path(year, "grades", "/decisions"), **grid).status_code == 303
    assert "已定 3 个" in as_shown(boss.get(path(year, "grades")))
    assert boss.post(path(year, "year", "/lock"), note="").status_code == 303
    assert state_of(year) == "locked"
    preview = as_shown(boss.get(path(year, "year", "/preview")))
    assert "这是公示前的预览" in preview
    refused = boss.post(path(year, "year", "/publish"))
    assert refused.status_code == 403
    assert "锁定的人不能自己公示" in as_shown(refused)
    boss = desk(client, year, Role.ASSESSOR, "boss2", approves=True)
    assert boss.post(path(year, "year", "/publish")).status_code == 303
    assert state_of(year) == "published"
    assert "打开公示页" in as_shown(boss.get(path(year, "year")))


def test_a_refused_decision_names_its_unit_and_keeps_what_was_typed(year, client, stop_clock):
    close(year)
    propose(year)
    stop_clock(MEETING)
    boss = desk(client, year, Role.ASSESSOR, "boss", approves=True)
    row = shown(year)["甲8"]
    answer = boss.post(
        path(year, "grades", "/decisions"),
        **{
            "minutes_number": "1号", f"grade-{row.unit_id}": "good",
            f"version-{row.unit_id}": row.version, f"reason-{row.unit_id}": "",
        },
    )  # fmt: skip
    assert answer.status_code == 422
    assert "须写明理由" in answer.text
    assert 'value="1号"' in answer.text


def test_the_meetings_paper_has_the_pages_figures(year, client, stop_clock) -> None:
    close(year)
    propose(year)
    stop_clock(MEETING)
    leader = desk(client, year, Role.LEADER, "leader")
    book = openpyxl.load_workbook(io.BytesIO(leader.get(path(year, "grades", "/paper.xlsx")).data))
    rows = list(book["定等建议表"].iter_rows(values_only=True))
    lines = [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]
    first = next(line for line in lines if line["单位"] == "甲1")
    assert (first["单位"], first["得分"], first["名次"], first["建议等次"]) == (
        "甲1",
        96,
        1,
        "优秀",
    )
    paper = leader.get(path(year, "grades", "/paper.pdf"))
    assert paper.data.startswith(b"%PDF")
    assert leader.get(path(year, "grades", "/paper.doc")).status_code == 404


def test_units_the_desk_and_administrators_see_no_year_end(year, client, stop_clock) -> None:
    close(year)
    propose(year)
    stop_clock(MEETING)
    county = year.made.county
    for number, role in enumerate(
        (Role.COUNTY_STAFF, Role.COUNTY_MANAGER, Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN)
    ):
        person = desk(client, year, role, f"p-{number}")
        for kind in ("year", "grades"):
            assert person.get(path(year, kind)).status_code in (403, 404), role
    town = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "p-town"))
    for kind in ("year", "grades"):
        assert town.get(path(year, kind)).status_code == 404
    assert town.post(path(year, "year", "/close")).status_code == 403


def test_pages_take_a_flat_number_of_statements(year, client, stop_clock) -> None:
    close(year)
    propose(year)
    decide_all(year)
    lock(year)
    publish(year)
    stop_clock(MEETING)
    clerk = desk(client, year, Role.ASSESSOR, "clerk", approves=True)
    for address in (
        path(year, "year"), path(year, "grades"),
        f"/p/610528/assessments/{year.made.programme_id}",
    ):  # fmt: skip
        clerk.get(address)
        said = statements_of(lambda address=address: clerk.get(address))
        assert len(said) <= 12, (address, said)
