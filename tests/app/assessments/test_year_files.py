"""Files of a year's end: the published figures, the list of evidence, leaders for 组织部 alone."""

import io

import openpyxl
import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core.db import db, transaction
from backend.app.places.models import Department
from tests.app.assessments.acting import accept_all, evaluate_month, open_month, send
from tests.app.assessments.closing_year import published_year
from tests.app.assessments.result_year import Year
from tests.app.assessments.test_report_pages import ReportLine, seat, upload
from tests.factories.assessed import Assessed, add_target, at, issue
from tests.factories.console import make_staff, sit_down
from tests.factories.county import OPENED_ON, County, grant_role


def rows_of(answer, sheet: str) -> list[dict[str, object]]:
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    rows = list(book[sheet].iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def address(programme_id: int, name: str) -> str:
    return f"/console/assessments/year/{programme_id}/{name}.xlsx"


def of_department(client, county: County, name: str, login: str):
    with transaction() as session:
        place = Department(county_id=county.id, name=name, opened_on=OPENED_ON)
        session.add(place)
        session.flush()
        department_id = place.id
    person_id = make_staff(None, county.id, login)
    grant_role(person_id, Role.DEPARTMENT_STAFF, county.id, department_id=department_id)
    return sit_down(client, person_id)


@pytest.fixture
def year(app) -> Year:
    return published_year()


def test_the_published_figures_go_out_as_they_stand_on_the_page(year, client) -> None:
    clerk = sit_down(client, make_staff(Role.ASSESSOR, year.made.county.id, "clerk"))
    rows = rows_of(clerk.get(address(year.made.programme_id, "publication")), "公示表")
    first = next(row for row in rows if row["单位"] == "甲6")
    assert (first["得分"], first["等次"]) == (88, "良好")
    assert first["少得的分"] == "完成率：88%，目标 100%，扣 12 分"
    with db.engine.connect() as connection:
        logged = connection.execute(
            text("SELECT detail ->> 'kind' FROM audit_entry WHERE action = 'export_year'")
        ).scalars()
        assert list(logged) == ["公示表"]


def test_leaders_are_for_the_personnel_department_alone_and_with_their_number(
    assessed: Assessed, client
) -> None:
    for code, leader in (("A1", "张县长"), ("A2", "张县长"), ("A3", "李书记")):
        add_target(assessed, code, duty_leader=leader, value=1200)
    issue(assessed)
    open_month(9)
    send(
        assessed, ReportLine(assessed.targets["A1"], 0, 600),
        ReportLine(assessed.targets["A2"], 0, 1500), month=9,
    )  # fmt: skip
    accept_all(assessed, 9)
    evaluate_month(9)
    path = address(assessed.programme_id, "leaders")
    person = of_department(client, assessed.county, "县委组织部", "personnel")
    rows = {row["分管领导"]: row for row in rows_of(person.get(path), "分管领导汇总")}
    # Ten points at half and ten at all of it; what is above counts as all.
    assert (rows["张县长"]["目标数"], rows["张县长"]["加权完成率（%）"]) == (2, 75)
    other = of_department(client, assessed.county, "县委宣传部", "propaganda")
    assert other.get(path).status_code == 403
    office = sit_down(client, make_staff(Role.ASSESSOR, assessed.county.id, "clerk"))
    assert office.get(path).status_code == 403


def test_the_list_of_evidence_names_every_file_where_it_serves(
    app, assessed: Assessed, stop_clock
) -> None:
    target = add_target(assessed)
    issue(assessed)
    open_month(10)
    stop_clock(at(10, 26))
    upload(seat(app, assessed.town), target, b"%PDF-1.7 x", "验收单.pdf")
    path = address(assessed.programme_id, "evidence")
    (row,) = rows_of(seat(app, assessed.office).get(path), "佐证材料目录")
    assert (row["单位"], row["指标编码"], row["文件"], row["月份"]) == (
        "庄里镇", "A1", "验收单.pdf", "2026-10",
    )  # fmt: skip
    assert seat(app, assessed.town).get(path).status_code == 403
