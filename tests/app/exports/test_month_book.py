"""The month's workbook: every sheet, the page's filters, the page's digits, nobody's data."""

import io
from typing import Any

import openpyxl
import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core.db import db, transaction
from backend.app.exports.operations import write_export
from backend.app.publications import queries as published
from backend.app.scorecards.locks import corrections
from backend.app.scorecards.operations import recompute_month
from backend.app.tickets.desk import export_rows
from backend.app.tickets.desk import queries as desk_queries
from tests.factories.console import Desk, as_shown, make_staff, sit_down
from tests.factories.county import County, actor_with, bind, make_person
from tests.factories.publications import (
    make_rated_county,
    publish,
    score_by_ratings,
)
from tests.factories.ratings import LAST_MONTH, rate_village
from tests.factories.tickets import make_offices, submit
from tests.factories.tickets import villager as open_villager

MONTH = f"{LAST_MONTH:%Y-%m}"


@pytest.fixture
def county(app) -> County:
    county = make_rated_county()
    score_by_ratings(county)
    with transaction():
        recompute_month(LAST_MONTH)
    return county


@pytest.fixture
def desk(client, county: County) -> Desk:
    return sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))


def book(desk: Desk, county: County, **form: str) -> Any:
    asked = desk.post(
        "/console/exports",
        **{"month": MONTH, "region_id": str(county.id), "format": "xlsx", **form},
    )
    assert asked.status_code == 302, asked.text
    export_id = db.session.scalar(text("SELECT max(id) FROM export"))
    write_export(export_id)
    answer = desk.get(f"/console/exports/{export_id}/file")
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(answer.data))


def rows(sheet: Any) -> list[tuple[Any, ...]]:
    return list(sheet.iter_rows(min_row=2, values_only=True))


def test_the_workbook_has_its_six_sheets_with_everything_in_them(county, desk) -> None:
    found = book(desk, county)
    assert found.sheetnames == ["汇总", "各村", "指标", "扣分的事", "更正", "说明"]
    assert len(rows(found["各村"])) == 4
    indicators = rows(found["指标"])
    assert len(indicators) == 4 * 2
    cases = rows(found["扣分的事"])
    assert len(cases) == 1 + 4
    assert {case[3] for case in cases} == {"评价"}
    assert rows(found["更正"])[0][0] == "没有更正"
    assert any("权重 60" in str(row[2]) for row in rows(found["说明"]))


def test_lost_points_of_a_village_in_the_file_and_its_total_make_a_hundred(county, desk) -> None:
    found = book(desk, county)
    for village in rows(found["各村"]):
        lost = [
            row[-1] for row in rows(found["指标"]) if row[0] == village[0] and row[-1] is not None
        ]
        total = village[4] if village[4] is not None else village[5]
        if total is not None:
            assert round(100 - sum(lost), 2) == total


def test_the_digits_of_the_file_are_those_of_the_published_page(county, desk) -> None:
    publish(county)
    found = book(desk, county)
    with transaction():
        pages = {one.code: one.content for one in published.villages_of(county.id, LAST_MONTH)}
    for row in rows(found["各村"]):
        score = pages[row[0]]["score"]
        total, few, *limits = (f"{cell:.2f}" if cell is not None else "—" for cell in row[4:8])
        assert (few if score["few"] else total) == score["total"]
        assert (total if score["few"] else few) == "—"
        assert limits == [score["low"], score["high"]]
        assert row[8] == f"{score['light']['icon']} {score['light']['word']}".strip()
        assert list(row[10:12]) == [score["from"], score["to"]]
    for row in rows(found["指标"]):
        (one,) = [i for i in pages[row[0]]["indicators"] if i["name"] == row[3]]
        assert (f"{row[-1]:.2f}" if row[-1] is not None else "—") == one["lost"]
        assert (f"{row[10]:.2f}" if row[10] is not None else "—") == one["share"]
    summary = dict(row[:2] for row in rows(found["汇总"]))
    assert summary["状态"] == "已锁定、已公示"
    assert len(summary["事实指纹"]) == 64


def test_the_filters_of_the_page_are_kept(county, desk) -> None:
    page = desk.get(f"/console/villages?month={MONTH}&status=ok&q=第1").text
    assert "f.status=ok" in page
    form = desk.get(f"/console/exports?month={MONTH}&f.status=ok&f.q=第1").text
    assert 'name="f.status" value="ok"' in form
    found = book(desk, county, **{"f.status": "ok", "f.q": "第1"})
    assert [row[1] for row in rows(found["各村"])] == ["第1村"]
    assert {row[1] for row in rows(found["指标"])} == {"第1村"}
    filters = dict(row[:2] for row in rows(found["汇总"]))["筛选"]
    assert filters == "村名或代码「第1」，样本 够 10 条"


def test_corrections_stand_in_their_own_sheet_and_change_no_other(county, desk) -> None:
    staff = publish(county)
    before = rows(book(desk, county)["各村"])
    rate_village(county, 3, [1] * 20)
    with transaction():
        corrections.correct_late(staff, county.id, LAST_MONTH, county.village_ids[3], "=晚传的评价")
    found = book(desk, county)
    assert rows(found["各村"]) == before
    (line,) = rows(found["更正"])
    assert line[:5] == (1, "610528100204", "第4村", "补进迟到的数据", "=晚传的评价")
    assert line[5] is None
    assert line[6] > 0
    assert found["更正"]["E2"].data_type == "s"


SECRETS = ("openid", "秘密的张三", "13800001111", "路灯坏了三天没人管")


def test_no_sheet_holds_anything_about_a_person(county, desk, client) -> None:
    offices = make_offices(county)
    person = make_person("openid-secret", "秘密的张三")
    bind(person, county)
    phone = open_villager(client, county)
    submit(phone, offices, words="路灯坏了三天没人管，电话 13800001111")
    rate_village(county, 0, [5, 4], words="秘密的张三不给办")
    form = {"month": MONTH, "region_id": str(county.id), "format": "xlsx"}
    for kind in ("month_scorecards", "tickets"):
        found = book(desk, county, **{**form, "kind": kind})
        cells = [
            str(cell)
            for sheet in found
            for row in sheet.iter_rows(values_only=True)
            for cell in row
        ]
        assert not [cell for cell in cells for secret in SECRETS if secret in cell]
    columns = {column for column in _columns_of_personal_data() if column in " ".join(cells)}
    assert columns == set()


def _columns_of_personal_data() -> set[str]:
    return {"姓名", "电话", "手机", "身份证", "微信", "内容", "原话"}


def test_the_list_of_tickets_keeps_its_filters_and_its_readers_scope(county, client) -> None:
    offices = make_offices(county)
    phone = open_villager(client, county)
    for words in ("村口路灯不亮三天了", "自来水停水两天了", "垃圾没人收臭得很"):
        submit(phone, offices, words=words)
    desk = sit_down(client, offices.desk.person_id)
    page = desk.get("/console/tickets?view=all&category=water").text
    assert "f.category=water" in page
    found = book(desk, county, kind="tickets", **{"f.view": "all", "f.category": "water"})
    listed = rows(found["诉求"])
    assert [row[2] for row in listed] == ["供水"]
    assert listed[0][7] == "县水务局"
    whole = rows(book(desk, county, kind="tickets", **{"f.view": "all"})["诉求"])
    assert len(whole) == 3
    searched = book(desk, county, kind="tickets", **{"f.view": "all", "f.search": "垃圾没人"})
    assert len(rows(searched["诉求"])) == 1
    nothing = book(desk, county, kind="tickets", **{"f.view": "closed"})
    assert rows(nothing["诉求"])[0][0] == "没有符合的诉求"


def test_a_township_lists_only_its_own_tickets(county, client) -> None:
    offices = make_offices(county)
    submit(open_villager(client, county), offices)
    elsewhere = actor_with(Role.TOWNSHIP_STAFF, county.village_ids[1])
    with transaction():
        scope = desk_queries.scope_of(elsewhere)
        assert export_rows.rows_of(scope, export_rows.filters_from({"view": "all"})) == []


def test_sheets_of_a_region_are_written_in_the_background(county, desk) -> None:
    form = {"month": MONTH, "region_id": str(county.id), "kind": "village_sheets"}
    assert desk.post("/console/exports", **form).status_code == 302
    write_export(db.session.scalar(text("SELECT max(id) FROM export")))
    assert "这个月还没有公示" in desk.get("/console/exports").text
    publish(county)
    desk.post("/console/exports", **form)
    export_id = db.session.scalar(text("SELECT max(id) FROM export"))
    write_export(export_id)
    answer = desk.get(f"/console/exports/{export_id}/file")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert "4 张" in as_shown(desk.get("/console/exports"))


def test_offline_ratings_stand_apart_in_page_file_and_facts(desk: Desk, county: County) -> None:
    village = county.village_ids[0]
    with transaction() as session:
        session.execute(
            text(
                "UPDATE rating SET channel = 'offline' WHERE id IN"
                " (SELECT id FROM rating WHERE village_id = :village ORDER BY id LIMIT 2)"
            ),
            {"village": village},
        )
        recompute_month(LAST_MONTH)
    fact = "SELECT counts -> 'offline' FROM month_fact WHERE village_id = :village"
    assert db.session.scalar(text(fact), {"village": village}) == [2]
    assert "没有信号时评的 2" in desk.get(f"/console/villages/{village}?month={MONTH}").text
    sheet = book(desk, county)["各村"]
    assert next(sheet.iter_rows(max_row=1, values_only=True))[-1] == "没有信号时评的"
    assert sorted(row[-1] for row in rows(sheet)) == [0, 0, 0, 2]
