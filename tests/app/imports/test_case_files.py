"""The files that offices sent, through the pages: each upload, what the preview says, what comes.

The same values by the operations, with what else hangs on them, are in test_orders.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from backend.app.core.db import db
from backend.app.imports import job_operations
from tests.app.imports.cases import case, make_fuping
from tests.factories.console import Desk, as_shown, sit_down
from tests.factories.tickets import Offices, forget

PAGE = "/console/tickets/import"


@dataclass(frozen=True)
class Upload:
    """A file on its way through the wizard's pages."""

    desk: Desk
    address: str

    @property
    def page(self) -> str:
        return as_shown(self.desk.get(self.address))

    def choose(self, part: str, answers: Mapping[str, str]) -> None:
        assert self.desk.post(f"{self.address}/{part}", **answers).status_code == 303
        job_operations.check_import(self.number)

    def take_over(self) -> str:
        """The page after the import was confirmed."""
        assert self.desk.post(f"{self.address}/apply").status_code == 303
        job_operations.apply_import(self.number)
        return self.page

    def refused(self) -> list[str]:
        """What the page says of each refused row."""
        rows = re.findall(
            r"<tr>(.*?)</tr>", self.desk.get(f"{self.address}?outcome=refused").text, re.S
        )
        return [row for row in rows if "不收" in row]

    @property
    def number(self) -> int:
        return int(self.address.rpartition("/")[2])


@pytest.fixture
def offices(app) -> Offices:
    return make_fuping()


@pytest.fixture
def upload(client, offices: Offices):
    """Posts a file as a browser does and lets the job read it."""
    desk = sit_down(client, offices.desk.person_id)

    def send(name: str) -> Upload:
        sent = desk.post(PAGE, source="市12345", file=(io.BytesIO(case(name)), name))
        assert sent.status_code == 303
        made = Upload(desk, sent.location)
        job_operations.check_import(made.number)
        return made

    return send


def tickets() -> list[tuple[str, str]]:
    """Their number and the village."""
    forget()
    rows = db.session.execute(
        text("SELECT t.source_number, v.name FROM ticket t"
             " LEFT JOIN region v ON v.id = t.village_id ORDER BY t.id")
    )  # fmt: skip
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("name", "numbers", "words"),
    [
        ("title.xlsx", ["T0", "T1"], "表头在第 3 行"),
        ("merged.xlsx", ["M0", "M1", "M2"], "表头在第 1 行"),
        ("hidden1st.xlsx", ["X0", "X1"], "隐藏的工作表没有读：字典"),
        ("headstar.xlsx", ["H0", "H1"], "表头在第 1 行"),
        ("headnl.xlsx", ["L0", "L1"], "表头在第 1 行"),
    ],
)  # fmt: skip
def test_what_stands_around_the_rows_costs_none(upload, name, numbers, words) -> None:
    file = upload(name)
    assert words.replace(" ", "") in file.page.replace(" ", "")
    assert f"导入 {len(numbers)} 行" in file.page
    assert f"新收 {len(numbers)}、" in file.take_over()
    assert tickets() == [(number, "车站社区居委会") for number in numbers]


@pytest.mark.parametrize(
    ("name", "rows", "reason"),
    [
        ("formula.xlsx", 4, "「工单编号」是"),
        ("err.xlsx", 1, "「受理时间」是错误值"),
        ("scientific.csv", 3, "「工单编号」超过 15 位"),
    ],
)
def test_what_a_spreadsheet_destroyed_is_refused_with_its_reason(
    upload, name, rows, reason
) -> None:
    file = upload(name)
    refused = file.refused()
    assert len(refused) == rows
    assert all(reason in row for row in refused)
    assert "已有，不动" not in file.page
    assert "disabled" in re.search(r"<button[^>]*>导入 0 行", file.page)[0]
    assert tickets() == []


def test_two_columns_of_one_heading_are_shown_and_asked_about(upload) -> None:
    file = upload("duphead.xlsx")
    assert "有 2 列都叫这个名字，请选一列" in file.page
    assert {"内容", "内容#2"} <= set(re.findall(r'<option value="([^"]+)"', file.page))
    assert re.search(r'name="column_number".*?<option value="工单编号" selected>', file.page)
    columns = {"column_number": "工单编号", "column_words": "内容#2", "column_village": "村"}
    file.choose("columns", columns)
    file.take_over()
    assert db.session.scalar(text("SELECT array_agg(words) FROM ticket")) == ["后的内容"]


def test_each_spelling_finds_one_village_and_three_of_one_name_are_asked(upload) -> None:
    file = upload("village_names.xlsx")
    assert "等您选 2" in file.page
    assert "导入 22 行" in file.page
    asked = re.findall(r'name="(choice_\d+)" aria-label="村[^「]*「([^」]+)」', file.page)
    assert {words for _, words in asked} == {"三合村", "三合村委会"}
    assert file.page.count("曹村镇三合村委会</option>") == 2
    code = re.search(r'<option value="([^"]+)">曹村镇三合村委会', file.page)[1]
    file.choose("answers", {box: code for box, _ in asked})
    assert "新收 24、" in file.take_over()
    villages = dict(tickets())
    at_station = [f"C{n:03d}" for n in (*range(16), 23)]
    assert {villages.pop(number) for number in at_station} == {"车站社区居委会"}
    assert {villages.pop(number) for number in ("C021", "C022")} == {"温泉社区居委会"}
    assert set(villages.values()) == {"三合村委会"}
    towns = db.session.execute(
        text("SELECT t.source_number, w.name FROM ticket t JOIN region v ON v.id = t.village_id"
             " JOIN region w ON w.id = v.township_id WHERE v.name = '三合村委会' ORDER BY t.id")
    )  # fmt: skip
    assert dict(map(tuple, towns)) == {
        "C016": "曹村镇", "C017": "曹村镇", "C018": "张桥镇", "C019": "张桥镇", "C020": "张桥镇",
    }  # fmt: skip
    assert db.session.scalar(
        text("SELECT place_note FROM ticket WHERE source_number = 'C023'")
    ) == "一组"  # fmt: skip


def test_types_are_mapped_once_and_words_about_a_secretary_wait_at_the_county(upload) -> None:
    file = upload("kinds.xlsx")
    asked = re.findall(r'name="(choice_\d+)"[^>]*「([^」]+)」"', file.page)
    assert {"投诉举报", "咨询类", "意见建议", "Complaint", "（空）"} <= {
        words for _, words in asked
    }
    file.choose("answers", {box: "help" for box, _ in asked})
    assert "选一次，一样的行都照办" not in file.page
    assert "新收 17、" in file.take_over()
    assert "选一次，一样的行都照办" not in upload("kinds.xlsx").page
    rows = db.session.execute(
        text("SELECT DISTINCT state, about_cadres, unit_region_id FROM ticket")
    )
    assert [tuple(row) for row in rows] == [("submitted", True, None)]
