"""数据导入 and 村的类型: whole files or nothing, faults by line, history kept."""

import io

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.app.access import Role
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.files.spreadsheets import read_sheet
from backend.app.places import village_kinds
from backend.app.scorecards.imports import operations as fact_imports
from backend.app.scorecards.imports.operations import FactsReport
from backend.app.scorecards.locks import operations as locks
from tests.factories.console import sit_down
from tests.factories.county import actor_with
from tests.factories.objections import Bench, make_bench
from tests.factories.ratings import LAST_MONTH
from tests.factories.tickets import forget

ONLINE = "12位代码,乡镇,村,线上办结数,全部办结数\n"


@pytest.fixture
def bench(app) -> Bench:
    return make_bench()


def bring(bench: Bench, content: str | bytes, name: str = "数据.csv", by=None) -> FactsReport:
    raw = content.encode() if isinstance(content, str) else content
    with transaction():
        return fact_imports.import_facts(
            by or bench.staff, bench.county.id, LAST_MONTH, read_sheet(raw, name), "政务服务平台"
        )


def kept() -> list[tuple]:
    forget()
    rows = db.session.execute(
        text("SELECT v.name, source, yes, whole FROM imported_fact f"
             " JOIN region v ON v.id = f.village_id ORDER BY v.name, source")
    )  # fmt: skip
    return [tuple(row) for row in rows]


def faults(bench: Bench, content: str | bytes) -> list[str]:
    with pytest.raises(InvalidInput) as refused:
        bring(bench, content)
    assert kept() == []
    return refused.value.errors["file"]


def test_a_file_in_gbk_or_utf8_by_code_or_by_name_is_taken(bench: Bench) -> None:
    code = "610528100201"
    assert bring(bench, f"{ONLINE}{code},,,9,10\n,庄里镇,第2村,1,2\n".encode("gb18030")).new == 2
    assert kept() == [("第1村", "online", 9, 10), ("第2村", "online", 1, 2)]


def test_the_same_file_again_changes_nothing_and_a_new_one_replaces(bench: Bench, scalar) -> None:
    first = f"{ONLINE},,第1村,9,10\n,,第2村,1,2\n"
    bring(bench, first)
    again = bring(bench, first)
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    newer = bring(bench, f"{ONLINE},,第1村,8,10\n")
    assert (newer.new, newer.changed, newer.same) == (0, 1, 0)
    assert kept()[0] == ("第1村", "online", 8, 10)
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'import_facts'") == 3


def test_every_fault_is_named_by_its_line_and_nothing_is_half_written(bench: Bench) -> None:
    said = faults(
        bench,
        f"{ONLINE},,第1村,9,10\n\n,,没这村,1,2\n,,第2村,12,10\n,,第3村,很多,10\n,,第1村,1,1\n"
        "610528100202,,第1村,1,2\n",
    )  # fmt: skip
    assert said == [
        "第 4 行:没有找到村「没这村」",
        "第 5 行:「线上办结数」12 比「全部办结数」10 还多",
        "第 6 行:「线上办结数」应为整数,现在是「很多」",
        "第 7 行:和第 2 行是同一个村",
        "第 8 行:代码 610528100202 不是「第1村」",
    ]


def test_an_empty_pair_is_not_known_and_half_a_pair_is_a_fault(bench: Bench) -> None:
    bring(bench, f"{ONLINE},,第1村,,\n,,第2村,0,0\n")
    assert kept() == [("第2村", "online", 0, 0)]
    forget()
    with pytest.raises(InvalidInput) as refused:
        bring(bench, f"{ONLINE},,第1村,3,\n")
    assert refused.value.errors["file"] == ["第 2 行:「全部办结数」没填"]


def test_headings_that_are_not_ours_are_refused(bench: Bench) -> None:
    assert faults(bench, "村,数\n第1村,3\n") == ["没有认出数据列,请用下载的模板填"]
    assert faults(bench, "村,送达数\n第1村,3\n") == ["有「送达数」,还缺「发出数」这一列"]
    assert faults(bench, "甲,送达数,发出数\n第1村,3,4\n") == [
        "表头里要有「12位代码」或「村」这一列"
    ]
    assert faults(bench, b"\xff\xfe\x00\x00")[0].startswith("这个文件读不懂")


def test_a_locked_month_takes_no_import(bench: Bench) -> None:
    with transaction():
        locks.lock_month(bench.staff, bench.county.id, LAST_MONTH, "到期")
    with pytest.raises(locks.MonthLocked):
        bring(bench, f"{ONLINE},,第1村,9,10\n")
    with pytest.raises(NotAllowed):
        bring(bench, f"{ONLINE},,第1村,9,10\n", by=actor_with(Role.TOWNSHIP_STAFF, bench.county.id))


def test_the_template_filled_in_comes_back_through_the_page(client, bench: Bench) -> None:
    desk = sit_down(client, bench.staff.person_id)
    blank = read_sheet(desk.get("/console/scores/imports/template.xlsx").data, "a.xlsx")
    assert blank.rows[0][:3] == ["610528100201", "庄里镇", "第1村"]
    filled = f"{','.join(blank.headings)}\n{','.join(blank.rows[0][:3])},5,10,,,,\n"

    def hand_in(content: str, month: str = f"{LAST_MONTH:%Y-%m}"):
        return desk.post("/console/scores/imports", month=month, origin="平台",
                         file=(io.BytesIO(content.encode()), "数据.csv"))  # fmt: skip

    page = hand_in(filled)
    assert page.status_code == 200, page.text
    assert "新增 1 个数" in page.text
    assert "50.0%" in page.text
    wrong = hand_in(filled.replace(",5,10", ",五,10"))
    assert wrong.status_code == 422
    assert "第 2 行" in wrong.text
    assert hand_in(filled, month="2099-01").status_code == 422


def test_a_village_gets_a_type_the_county_has_and_history_keeps_the_former(bench: Bench) -> None:
    county, village = bench.county.id, bench.village_id
    with pytest.raises(InvalidInput), transaction():
        village_kinds.set_kind(bench.staff, village, "城郊村")
    with transaction():
        village_kinds.add_kind(bench.staff, county, "城郊村")
        village_kinds.add_kind(bench.staff, county, "农业村")
    with transaction():
        assert village_kinds.set_kind(bench.staff, village, "城郊村")
        assert not village_kinds.set_kind(bench.staff, village, "城郊村")
    with transaction():
        village_kinds.set_kind(bench.staff, village, "农业村")
    history = [(row.before, row.kind) for row in village_kinds.list_changes(county)]
    assert history == [("城郊村", "农业村"), (None, "城郊村")]
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text("DELETE FROM village_kind_change"))
    with pytest.raises(NotAllowed), transaction():
        village_kinds.set_kind(
            actor_with(Role.TOWNSHIP_STAFF, bench.county.township_ids[0]), village, "城郊村"
        )


def test_types_come_by_the_page_and_by_file_all_lines_or_none(client, bench: Bench, scalar) -> None:
    desk = sit_down(client, bench.staff.person_id)
    assert desk.post("/console/village-types/new", name="移民安置点").status_code == 303
    assert desk.post("/console/village-types/new", name="移民安置点").status_code == 422
    one = desk.post("/console/village-types", village=str(bench.village_id), kind="移民安置点")
    assert one.status_code == 303
    names = read_sheet(desk.get("/console/village-types/villages.xlsx").data, "a.xlsx")
    assert names.rows[0] == ["610528100201", "庄里镇", "第1村", "移民安置点", ""]

    def hand_in(content: str):
        return desk.post("/console/village-types/file",
                         file=(io.BytesIO(content.encode()), "类型.csv"))  # fmt: skip

    half = hand_in("村,类型\n第2村,移民安置点\n第3村,月球村\n")
    assert half.status_code == 422
    assert "第 3 行:没有类型「月球村」" in half.text
    assert scalar("SELECT count(*) FROM region WHERE kind = '移民安置点'") == 1
    assert "改了 1 个村的类型" in hand_in("村,类型\n第2村,移民安置点\n第3村,\n").text
    assert scalar("SELECT count(*) FROM region WHERE kind = '移民安置点'") == 2


def test_residents_come_by_the_same_file_and_stand_on_the_villages_page(
    client, bench: Bench, scalar
) -> None:
    desk = sit_down(client, bench.staff.person_id)

    def hand_in(content: str):
        return desk.post("/console/village-types/file",
                         file=(io.BytesIO(content.encode()), "人口.csv"))  # fmt: skip

    page = f"/console/places/villages/{bench.village_id}"
    assert "常住人口没有导入" in desk.get(page).text
    refused = hand_in("村,常住人口\n第1村,812\n第2村,约三百\n第3村,-1\n")
    assert refused.status_code == 422
    for fault in ("第 3 行:常住人口「约三百」应是 0 到 1000000 的整数", "第 4 行:常住人口「-1」"):
        assert fault in refused.text
    assert scalar("SELECT count(*) FROM region WHERE residents IS NOT NULL") == 0
    assert "2 个村的常住人口" in hand_in("村,常住人口\n第1村,812\n第2村,0\n第3村,\n").text
    assert "没有改动" in hand_in("村,常住人口\n第1村,812\n").text
    assert "常住人口 812 人" in desk.get(page).text
    listed = read_sheet(desk.get("/console/village-types/villages.xlsx").data, "a.xlsx")
    assert [row[4] for row in listed.rows[:3]] == ["812", "0", ""]
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'set_residents'") == 2
