"""The wizard's pages: upload, progress, preview, mending, undo and what was not taken."""

import io
import re

import openpyxl
import pytest

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.files.spreadsheets import MOST_BYTES
from backend.app.exports.models import Export
from backend.app.exports.operations import write_export
from backend.app.imports import job_operations
from backend.app.tickets import handling
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.models import Ticket
from tests.app.imports.cases import case
from tests.factories.console import Desk, make_staff, sit_down
from tests.factories.county import make_county
from tests.factories.tickets import Offices, forget, make_offices

HEADING = "工单编号,诉求内容,村,诉求类型,受理时间\n"
PAGE = "/console/tickets/import"


@pytest.fixture
def offices(app) -> Offices:
    return make_offices(make_county(villages=2))


@pytest.fixture
def desk(client, offices) -> Desk:
    return sit_down(client, offices.desk.person_id)


def hand_in(desk: Desk, content: bytes | str, name: str = "a.csv", path: str = PAGE):
    raw = content.encode() if isinstance(content, str) else content
    return desk.post(path, source="市12345", month="2026-10", file=(io.BytesIO(raw), name))


def read(answer) -> int:
    import_id = int(answer.location.rpartition("/")[2])
    job_operations.check_import(import_id)
    return import_id


def test_a_file_of_many_megabytes_passes_the_check_of_its_form(desk: Desk) -> None:
    large = HEADING + "".join(
        f"N{n},{'井盖坏了' * 60},第1村,求助,2026-11-05\n" for n in range(3000)
    )
    assert len(large.encode()) > 1_000_000
    assert hand_in(desk, large).status_code == 303
    assert hand_in(desk, b"x" * (MOST_BYTES + 1)).status_code in (413, 422)


def test_the_page_leads_from_upload_over_mending_to_undoing(desk: Desk) -> None:
    rows = "A1,路灯不亮,第1村,求助,2026-11-05\nA2,井盖坏了,第一二村,求助,2026-11-05\n"
    sent = hand_in(desk, HEADING + rows)
    page = sent.location
    assert "正在读" in desk.get(page).text
    import_id = read(sent)
    preview = desk.get(page).text
    for words in ("导入 1 行", "等您选 1", "选一次，一样的行都照办", "第一二村", "庄里镇第1村"):
        assert words in preview, words
    assert desk.post(f"{page}/answers", typed_0="第2村").status_code == 303
    job_operations.check_import(import_id)
    assert "导入 2 行" in desk.get(page).text
    assert desk.post(f"{page}/apply").status_code == 303
    assert "正在导入" in desk.get(page).text
    job_operations.apply_import(import_id)
    assert "新收 2" in desk.get(page).text
    assert "a.csv" in desk.get(PAGE).text
    assert desk.post(f"{page}/undo").status_code == 303
    job_operations.undo_import(import_id)
    assert "已整批撤销" in desk.get(page).text
    assert desk.post(f"{page}/undo").status_code == 409


def test_what_was_not_taken_comes_back_as_a_workbook_with_its_reason(desk: Desk) -> None:
    answer = hand_in(desk, case("formula.xlsx"), "a.xlsx")
    read(answer)
    book = openpyxl.load_workbook(io.BytesIO(desk.get(f"{answer.location}/refused.xlsx").data))
    rows = list(book.active.iter_rows(values_only=True))
    assert rows[0][:4] == ("原表行号", "为什么没收", "工单编号", "诉求内容")
    assert "公式" in rows[1][1]
    assert rows[1][3] == "公式编号无缓存"
    assert len(rows) == 5


def test_a_second_sheet_is_named_and_read_where_it_is_chosen(desk: Desk) -> None:
    book, made = openpyxl.Workbook(), io.BytesIO()
    for name, sheet in (("十月", book.active), ("十一月", book.create_sheet())):
        sheet.title = name
        for row in (["工单编号", "诉求内容", "村"], [f"{name}1", "路灯不亮", "第1村"]):
            sheet.append(row)
    book.save(made)
    answer = hand_in(desk, made.getvalue(), "a.xlsx")
    import_id = read(answer)
    page = desk.get(answer.location).text
    assert "读的是工作表「十月」" in page
    assert "还有工作表没有读：十一月" in page
    assert desk.post(f"{answer.location}/columns", sheet="十一月").status_code == 303
    job_operations.check_import(import_id)
    page = desk.get(answer.location).text
    assert "还有工作表没有读：十月" in page
    assert "十一月1" in page


def test_a_file_that_could_not_be_read_leads_back_to_the_form(desk: Desk) -> None:
    answer = hand_in(desk, "村\n")
    read(answer)
    page = desk.get(answer.location).text
    assert "没有数据" in page
    assert f'href="{PAGE}">再传一个文件' in page


def test_columns_are_chosen_on_the_page_and_none_twice(desk: Desk) -> None:
    answer = hand_in(desk, case("duphead.xlsx"), "a.xlsx")
    import_id = read(answer)
    assert "有 2 列都叫这个名字" in desk.get(answer.location).text
    wrong = {"column_number": "内容", "column_words": "内容", "column_village": "村"}
    assert desk.post(f"{answer.location}/columns", **wrong).status_code == 422
    right = {**wrong, "column_number": "工单编号"}
    assert desk.post(f"{answer.location}/columns", **right).status_code == 303
    job_operations.check_import(import_id)
    # Neither village of the file is one of this county's: it is asked, nothing is lost.
    assert "等您选 1" in desk.get(answer.location).text


@pytest.mark.parametrize(
    "path",
    [
        PAGE, "/console/scores/imports", "/console/village-types/files",
        "/console/points/deeds/files", "/console/people/lists",
    ],
)  # fmt: skip
def test_a_stranger_sees_no_import_of_any_kind(desk: Desk, app, offices, path: str) -> None:
    answer = hand_in(desk, HEADING + "A1,路灯不亮,第1村,求助,2026-11-05\n", path=path)
    if answer.status_code != 303:
        assert answer.status_code in (403, 422)
        return
    page = answer.location
    other = make_staff(Role.TOWNSHIP_STAFF, offices.county.township_ids[0], "elsewhere")
    stranger = sit_down(app.test_client(), other)
    for address in (page, f"{page}/refused.xlsx"):
        assert stranger.get(address).status_code in (403, 404)
    assert stranger.post(f"{page}/apply").status_code in (403, 404)


def test_results_go_back_to_the_hotline_in_its_own_numbers(desk: Desk, offices, app) -> None:
    answer = hand_in(desk, HEADING + "GD20261105000001,路灯不亮,第1村,求助,2026-11-05 09:00\n")
    import_id = read(answer)
    desk.post(f"{answer.location}/apply")
    job_operations.apply_import(import_id)
    forget()
    ticket_id = db.session.query(Ticket.id).scalar()
    for act in (
        lambda version: handling.sign(offices.cadre, ticket_id, version),
        lambda version: handling.reply(
            offices.cadre, ticket_id, version, "done", WrittenReply("已换灯泡，今晚能亮")
        ),
    ):
        with transaction():
            act(db.session.get_one(Ticket, ticket_id).version)
    # Lists and search know their number.
    found = desk.get("/console/tickets?view=all&q=GD2026110500").text
    assert "GD20261105000001" in found
    assert "市12345的回填表" in desk.get(PAGE).text
    asked = desk.post(
        "/console/exports", kind="hotline_answers", month=f"{clock.today():%Y-%m}",
        region_id=str(offices.county.id), format="xlsx", **{"f.source": "市12345"},
    )  # fmt: skip
    assert asked.status_code == 302
    forget()
    export_id = db.session.query(Export.id).scalar()
    write_export(export_id)
    sheet = openpyxl.load_workbook(
        io.BytesIO(desk.get(f"/console/exports/{export_id}/file").data)
    ).active
    heading, row = list(sheet.iter_rows(values_only=True))[:2]
    told = dict(zip(heading, row, strict=True))
    assert told["工单编号"] == "GD20261105000001"
    assert (told["办理结果"], told["答复内容"]) == ("已办好", "已换灯泡，今晚能亮")
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", told["答复时间"])
