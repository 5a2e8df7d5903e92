"""Files of a year's end: the published figures, the list of evidence."""

import io

import openpyxl
import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core.db import db
from tests.app.assessments.acting import open_month
from tests.app.assessments.closing_year import published_year
from tests.app.assessments.result_year import Year
from tests.app.assessments.test_report_pages import seat, upload
from tests.factories.assessed import Assessed, add_target, at, issue
from tests.factories.console import make_staff, sit_down


def rows_of(answer, sheet: str) -> list[dict[str, object]]:
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    rows = list(book[sheet].iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def address(programme_id: int, name: str) -> str:
    return f"/console/assessments/year/{programme_id}/{name}.xlsx"


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
