"""Pages of totals: who sees whose, each lost point with its case, the workbook, the quarters."""

import io
import re
from datetime import date
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from backend.app.access import Role
from backend.app.assessments.results.operations import recompute_results
from backend.app.core.clock import clock_at
from backend.app.core.db import transaction
from tests.app.assessments.result_year import (
    Year,
    add_element,
    add_group,
    add_target,
    add_unit,
    measure,
    move,
    run,
)
from tests.app.assessments.test_report_pages import MOST, seat, statements
from tests.factories.assessed import YEAR, at
from tests.factories.console import as_shown, make_staff, sit_down

PAGE = "/console/assessments/results"


@pytest.fixture
def now():
    with clock_at(at(12, 21)):
        yield


@pytest.fixture
def year(assessed, now) -> Year:
    """The township and the bureau with a river each, and what happened there."""
    made = Year(assessed)
    made.units = {"庄里镇": assessed.town_unit, "教育局": assessed.bureau_unit}
    add_element(made, "河湖长制", {"rule": "per_case", "deduct": "2"}, kind="negative")
    add_element(made, "道路养护", {"rule": "proportional"}, kind="cumulative", measured_in="公里")
    for unit in made.units:
        add_target(made, "河湖长制", unit, "10")
        add_target(made, "道路养护", unit, "90", value=Decimal(12))
        measure(made, "道路养护", unit, "6", period=date(YEAR, 3, 1))
        measure(made, "道路养护", unit, "12")
    measure(made, "河湖长制", "庄里镇", "1", case_words="河道污染整改不力")
    measure(made, "河湖长制", "教育局", "0")
    run(made)
    move(made, "庄里镇", "bonus", "1.5", "获市级表彰", basis="市政办函〔2026〕8号")
    return made


def address(year: Year, rest: str = "") -> str:
    return f"{PAGE}/{year.made.programme_id}{rest}"


def count(year: Year) -> None:
    with transaction():
        recompute_results(year.made.programme_id)


def test_the_office_computes_and_reads_every_lost_point(app, year: Year) -> None:
    office = seat(app, year.made.office)
    assert "还没有得分" in office.get(address(year)).text
    assert office.post(address(year)).status_code == 303
    page = as_shown(office.get(address(year)))
    assert "因河道污染整改不力扣 2 分" in page
    assert page.index("教育局") < page.index("庄里镇"), "the highest total first"
    unit = as_shown(office.get(address(year, f"/units/{year.units['庄里镇']}")))
    assert "100 − 失分 2.00 = 98.00，加减分 +1.50，合计 99.50" in unit
    assert "市政办函〔2026〕8号" in unit


def test_a_unit_sees_its_own_and_nobody_elses(app, year: Year) -> None:
    count(year)
    town = seat(app, year.made.town)
    page = as_shown(town.get(address(year)))
    assert "庄里镇" in page
    assert "教育局" not in page
    assert town.get(address(year, f"/units/{year.units['庄里镇']}")).status_code == 200
    assert town.get(address(year, f"/units/{year.units['教育局']}")).status_code == 404
    assert "重新计算" not in page
    assert town.post(address(year)).status_code == 403


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.COUNTY_STAFF, 200), (Role.LEADER, 200), (Role.COUNTY_MANAGER, 403),
        (Role.SYSTEM_ADMIN, 403), (Role.SECURITY_ADMIN, 403), (Role.AUDITOR, 403),
    ],
)  # fmt: skip
def test_who_reads_and_who_does_not(app, year: Year, role: Role, status: int) -> None:
    count(year)
    person = make_staff(role, year.made.county.id, f"{role.value[:6]}1")
    desk = sit_down(app.test_client(), person)
    assert desk.get(address(year)).status_code == status
    assert desk.get(address(year, "/results.xlsx")).status_code == status
    assert desk.post(address(year)).status_code == 403


def test_points_to_date_are_computed_and_not_stored(app, year: Year, scalar) -> None:
    office = seat(app, year.made.office)
    page = as_shown(office.get(address(year, "?until=2026-03")))
    # 6 of 12 kilometres by March, no river measured yet; the award came later.
    assert re.search(r"<strong>50\.00</strong>", page)
    assert "到 9 月" in page
    assert scalar("SELECT count(*) FROM unit_result") == 0


def test_the_workbook_has_the_digits_of_the_page(app, year: Year) -> None:
    count(year)
    answer = seat(app, year.made.office).get(address(year, "/results.xlsx"))
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    totals = book.get_sheet_by_name("得分汇总表").to_python()
    assert totals[0][9:11] == ["E01 河湖长制", "E02 道路养护"]
    row = next(row for row in totals if row[1] == "庄里镇")
    assert row[4:6] == [99.5, 98]
    assert row[9:11] == [8, 90]
    lines = book.get_sheet_by_name("单位扣分明细").to_python()[1:]
    of_town = [row for row in lines if row[1] == "庄里镇"]
    assert [(row[4], row[5]) for row in of_town] == [
        (-2, "因河道污染整改不力扣 2 分"), (1.5, "获市级表彰"),
    ]  # fmt: skip
    assert 100 + sum(row[4] for row in of_town) == row[4]


def test_pages_ask_few_statements_however_many_units_there_are(app, assessed, now) -> None:
    made = Year(assessed)
    add_element(made, "全部任务", {"rule": "floor_target", "floor": "0", "target": "100"})
    for at_group in range(3):
        add_group(made, f"第{at_group}类", 80, 20)
        for nth in range(4):
            unit = f"{at_group}类{nth}局"
            add_unit(made, unit, f"第{at_group}类")
            add_target(made, "全部任务", unit, "100")
            measure(made, "全部任务", unit, "90")
    run(made)
    count(made)
    office = seat(app, assessed.office)
    asked = {
        rest: len(statements(lambda rest=rest: office.get(address(made, rest))))
        for rest in ("", "?until=2026-12", f"/units/{made.units['1类1局']}", "/results.xlsx")
    }
    assert max(asked.values()) <= MOST, asked


def test_a_draft_has_no_totals(app, assessed, now) -> None:
    made = Year(assessed)
    add_group(made, "部门", 80, 20)
    add_unit(made, "水务局", "部门")
    office = seat(app, assessed.office)
    assert office.get(f"{PAGE}/{assessed.programme_id}").status_code == 404
    assert office.get(PAGE).status_code == 302
