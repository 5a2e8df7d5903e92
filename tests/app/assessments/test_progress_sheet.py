"""月度进度表: out with what is known, back in as drafts, all lines or none, faults by line."""

import io
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from backend.app.assessments.reports.operations import ReportLine
from backend.app.assessments.reports.progress_sheet import HEADINGS
from backend.app.core.clock import clock_at
from backend.app.core.files.workbooks import form_sheet
from tests.app.assessments.acting import accept_all, open_month, send
from tests.app.assessments.test_report_pages import seat
from tests.app.imports.cases import case
from tests.factories.assessed import Assessed, add_target, at, issue
from tests.factories.console import Desk

FILE = "/console/assessments/fill/2026-10/progress.xlsx"


@pytest.fixture
def desk(app, assessed: Assessed):
    add_target(assessed, plan={10: Decimal(1000)})
    add_target(assessed, "A2")
    add_target(assessed, "A3", kind="milestone", value=None, milestones=[(11, 100)])
    issue(assessed)
    open_month(9)
    send(assessed, ReportLine(assessed.targets["A1"], 0, Decimal(900)), month=9)
    accept_all(assessed, 9)
    open_month(10)
    with clock_at(at(10, 26)):
        yield seat(app, assessed.town)


def table(desk: Desk) -> list[list[str]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(desk.get(FILE).data))
    return book.get_sheet_by_index(0).to_python()


def upload(desk: Desk, rows: list[list[str]], name: str = "进度.xlsx"):
    content = form_sheet("月度进度表", HEADINGS, rows)
    return desk.post(FILE, file=(io.BytesIO(content), name))


def test_the_workbook_comes_with_plan_and_last_value(desk: Desk) -> None:
    first, *lines = table(desk)
    assert tuple(first) == HEADINGS
    assert [line[0] for line in lines] == ["A1", "A2"]
    assert lines[0][1:7] == ["庄里镇", "指标A1：任务A1", "1200", "1000", "900", ""]


def test_it_comes_back_as_drafts(desk: Desk, scalar) -> None:
    _, first, second = table(desk)
    first[6:8], second[-1] = ["980.5", "开工两处"], "是"
    assert upload(desk, [first, second]).location.endswith("done=read")
    drafts = "SELECT count(*) FROM target_report WHERE state = 'draft' AND {}"
    assert scalar(drafts.format("value = 980.5 AND words = '开工两处'")) == 1
    assert scalar(drafts.format("no_change AND value = 0")) == 1
    assert "读进来了" in desk.get("/console/assessments/fill/2026-10?done=read").text


def test_every_fault_is_named_by_its_line_and_nothing_is_kept(desk: Desk, scalar) -> None:
    _, first, second = table(desk)
    first[6] = "980"
    second[1], second[6], second[-2] = "别的镇", "很多", "也许"
    unknown = ["Z9", *[""] * (len(HEADINGS) - 1)]
    answer = upload(desk, [first, second, unknown, first])
    assert answer.status_code == 422
    for words in (
        "第 3 行：「单位」应为 庄里镇", "第 3 行：「本月累计完成」很多 应为数字",
        "第 3 行：「停工」填「是」，或空着", "第 4 行：「指标编码」Z9：这个月没有要您填的这项",
        "第 5 行：和第 2 行是同一个指标",
    ):  # fmt: skip
        assert words in answer.text
    assert scalar("SELECT count(*) FROM target_report WHERE period = '2026-10-01'") == 0


def test_a_value_below_the_last_one_is_refused_by_its_line(desk: Desk, scalar) -> None:
    _, first, _ = table(desk)
    first[6] = "5"
    answer = upload(desk, [first])
    assert answer.status_code == 422
    assert "比上次少了，请写明更正原因" in answer.text
    first[10] = "上月多算一处"
    assert upload(desk, [first]).status_code == 303


def test_a_file_that_is_none_is_refused(desk: Desk) -> None:
    assert desk.post(FILE, file=(io.BytesIO(b"nothing"), "a.xlsx")).status_code == 422
    assert desk.post(FILE).status_code == 422
    corner = desk.post(FILE, file=(io.BytesIO(case("corner_full.xlsx")), "a.xlsx"))
    assert corner.status_code == 422
    assert "这个表格打不开" in corner.text
