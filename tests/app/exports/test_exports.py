"""Files for the county's staff: asked for, written by a worker, fetched, forgotten."""

import csv
import io
import re
from datetime import timedelta

import openpyxl
import pytest
from python_calamine import load_workbook
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.files.csv_safety import safe_text
from backend.app.core.files.workbooks import write_csv
from backend.app.exports import month_book
from backend.app.exports.models import Export
from backend.app.exports.operations import delete_old_exports, write_export
from backend.jobs import worker
from tests.factories.console import Desk, as_shown, make_staff, sit_down
from tests.factories.county import County, make_county
from tests.factories.ratings import LAST_MONTH, rate_village
from tests.factories.worker import work_off

MONTH = f"{LAST_MONTH:%Y-%m}"
HEADERS = [column.name for column in month_book.VILLAGES]
NASTY = ["=1+1", "@SUM(A1)", "\t=1", "＝1+1", "\n+1", "-1", "+1", "＠x", '村,"引号"']


@pytest.fixture
def county(app) -> County:
    county = make_county(villages=3)
    rate_village(county, 0, [1] * 8 + [2] * 3 + [5])
    rate_village(county, 1, [4, 5])
    return county


@pytest.fixture
def desk(client, county: County) -> Desk:
    return sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "clerk"))


def ask(desk: Desk, region_id: int, format_: str = "xlsx") -> int:
    answer = desk.post("/console/exports", month=MONTH, region_id=str(region_id), format=format_)
    assert answer.status_code == 302
    return newest(desk)


def newest(desk: Desk) -> int:
    """The newest file that can be fetched, 0 where there is none."""
    found = re.findall(r"/console/exports/(\d+)/file", desk.get("/console/exports").text)
    return int(found[0]) if found else 0


def fetch(desk: Desk, export_id: int) -> bytes:
    answer = desk.get(f"/console/exports/{export_id}/file")
    assert answer.status_code == 200
    return answer.data


def work(app, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "application", lambda: app)
    work_off()


@pytest.fixture
def xlsx(app, desk: Desk, county: County, monkeypatch: pytest.MonkeyPatch) -> bytes:
    ask(desk, county.id)
    work(app, monkeypatch)
    return fetch(desk, newest(desk))


def test_a_worker_writes_what_was_asked_for(app, desk, county, monkeypatch) -> None:
    assert ask(desk, county.id) == 0
    assert "排队中" in desk.get("/console/exports/table").text
    work(app, monkeypatch)
    table = as_shown(desk.get("/console/exports/table"))
    assert "已写好" in table
    assert "3 个村" in table
    assert "hx-get" not in table


def test_the_digits_of_the_file_are_the_digits_of_the_page(xlsx: bytes, desk: Desk) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx))["各村"]
    lines = list(sheet.iter_rows(min_row=2, values_only=True))
    assert lines[0][:3] == ("610528100201", "第1村", "庄里镇")
    assert lines[0][12] == 12
    page = desk.get(f"/console/villages?month={MONTH}").text
    shown = re.findall(r'<td class="num">([^<]+)</td>', page[page.index("<tbody>") :])
    assert [f"{lines[0][12]:.0f}", f"{lines[0][20]:.1f}", f"{lines[0][23]:.1f}%"] == shown[:3]
    assert lines[1][19] == "不足 10 条"
    assert lines[2][12:21] == (0, 0, 0, 0, 0, 0, 0, "无评价", None)
    assert lines[2][4:9] == (None, None, None, None, "– 无数据")
    dashboard = desk.get(f"/console/?month={MONTH}").text
    summary = dict(openpyxl.load_workbook(io.BytesIO(xlsx))["汇总"].iter_rows(
        min_row=3, max_col=2, values_only=True))  # fmt: skip
    values = re.findall(r'class="value">([^<]+)', dashboard)
    assert type(summary["满意度"]) in (int, float)
    figures = [f"{summary['评价数']:.0f}", f"{summary['满意度']:.1f}", f"{summary['好评率%']:.1f}%"]
    assert list(map(str, figures)) == values[:3]


def test_another_reader_opens_the_file_too(xlsx: bytes) -> None:
    book = load_workbook(io.BytesIO(xlsx))
    assert book.sheet_names == ["汇总", "各村", "指标", "扣分的事", "更正", "说明"]
    assert book.get_sheet_by_name("各村").to_python()[0] == HEADERS


def test_the_sheet_is_ready_to_read_and_print(xlsx: bytes) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx))["各村"]
    assert sheet.freeze_panes == "C2"
    assert sheet.page_setup.orientation == "landscape"
    assert str(sheet.page_setup.paperSize) == "9"
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.auto_filter.ref == "A1:AA4"
    assert sheet["U2"].number_format == "0.0"
    assert sheet["E2"].number_format == "0.00"
    assert sheet["M2"].value == 12


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_nothing_in_a_file_can_be_opened_as_a_formula(
    app, desk: Desk, county: County, monkeypatch: pytest.MonkeyPatch, format_: str
) -> None:
    with transaction() as session:
        for number, name in enumerate(NASTY[:3]):
            session.execute(
                text("UPDATE region SET name = :name WHERE id = :id"),
                {"name": name, "id": county.village_ids[number]},
            )
    ask(desk, county.id, format_)
    work(app, monkeypatch)
    content = fetch(desk, newest(desk))
    if format_ == "csv":
        names = [line[1] for line in csv.reader(io.StringIO(content.decode("utf-8-sig")))][1:]
        assert names == [f"'{name}" for name in NASTY[:3]]
        return
    sheet = openpyxl.load_workbook(io.BytesIO(content))["各村"]
    cells = [sheet.cell(row, 2) for row in (2, 3, 4)]
    assert [cell.value for cell in cells] == NASTY[:3]
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize("name", NASTY[:-1])
def test_csv_text_that_looks_like_a_formula_gets_an_apostrophe(name: str) -> None:
    assert safe_text(name) == f"'{name}"
    assert safe_text("柿子村") == "柿子村"


def test_csv_has_a_byte_order_mark_and_real_figures(app, desk, county, monkeypatch) -> None:
    ask(desk, county.id, "csv")
    work(app, monkeypatch)
    content = fetch(desk, newest(desk))
    assert content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert lines[0] == HEADERS
    assert lines[1][20] == "86.7"


def test_writing_twice_leaves_one_file(app, desk, county, monkeypatch, scalar) -> None:
    ask(desk, county.id)
    work(app, monkeypatch)
    before = scalar("SELECT file_key FROM export")
    write_export(scalar("SELECT id FROM export"))
    assert scalar("SELECT file_key FROM export") == before


def test_two_workers_on_one_export_leave_one_file(
    app, desk, county, files, monkeypatch: pytest.MonkeyPatch, scalar
) -> None:
    ask(desk, county.id, "csv")
    export_id = scalar("SELECT id FROM export")

    def overtaken(*rest: object) -> None:
        monkeypatch.setattr("backend.app.exports.month_book.write_csv", write_csv)
        write_export(export_id)
        write_csv(*rest)

    before = set(files.rglob("*.csv"))
    monkeypatch.setattr("backend.app.exports.month_book.write_csv", overtaken)
    write_export(export_id)
    assert {path.name for path in set(files.rglob("*.csv")) - before} == {
        str(scalar("SELECT file_key FROM export")).removeprefix("exports/")
    }


def test_sheets_of_a_month_that_is_not_published_say_so(app, desk, county, scalar) -> None:
    form = {"month": MONTH, "region_id": str(county.id), "kind": "village_sheets"}
    desk.post("/console/exports", **form)
    write_export(scalar("SELECT id FROM export"))
    page = desk.get("/console/exports").text
    assert "这个月还没有公示" in page
    assert "没有写成" not in page
    assert scalar("SELECT state FROM export") == "failed"


def test_a_file_that_failed_says_so_and_can_be_written_again(
    app, desk, county, monkeypatch: pytest.MonkeyPatch, scalar
) -> None:
    ask(desk, county.id)
    with monkeypatch.context() as broken:
        broken.setattr("backend.app.exports.month_book.write_book", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            write_export(scalar("SELECT id FROM export"))
    assert "没有写成" in desk.get("/console/exports").text
    write_export(scalar("SELECT id FROM export"))
    assert scalar("SELECT state FROM export") == "done"


def test_only_whoever_asked_may_fetch(app, desk, county, client, monkeypatch) -> None:
    ask(desk, county.id)
    work(app, monkeypatch)
    export_id = newest(desk)
    other = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "other"))
    assert other.get(f"/console/exports/{export_id}/file").status_code == 404
    leader = sit_down(client, make_staff(Role.LEADER, county.id, "leader"))
    assert leader.get(f"/console/exports/{export_id}/file").status_code == 403


def test_a_township_exports_only_itself(client, county: County) -> None:
    desk = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "town"))
    form = {"month": MONTH, "format": "xlsx"}
    assert desk.post("/console/exports", region_id=str(county.id), **form).status_code == 403
    own = desk.post("/console/exports", region_id=str(county.township_ids[0]), **form)
    assert own.status_code == 302


@pytest.mark.parametrize(
    "form",
    [
        {"month": "x", "region_id": "1", "format": "xlsx"},
        {"month": MONTH, "region_id": "x", "format": "xlsx"},
        {"month": MONTH, "region_id": "", "format": "xlsx"},
        {"month": MONTH, "region_id": "{county}", "format": "exe"},
    ],
)
def test_bad_requests_are_refused_and_leave_nothing(
    desk: Desk, county: County, scalar, form: dict[str, str]
) -> None:
    filled = {key: value.replace("{county}", str(county.id)) for key, value in form.items()}
    assert desk.post("/console/exports", **filled).status_code == 422
    assert scalar("SELECT count(*) FROM export") == 0


def test_after_a_week_the_file_is_gone_and_said_to_be_gone(
    app, desk, county, files, monkeypatch: pytest.MonkeyPatch, stop_clock, scalar
) -> None:
    ask(desk, county.id)
    work(app, monkeypatch)
    export_id, path = newest(desk), files / str(scalar("SELECT file_key FROM export"))
    assert path.exists()
    later = clock.now() + timedelta(days=7, minutes=1)
    stop_clock(later)
    assert delete_old_exports() == 1
    assert not path.exists()
    desk = sit_down(desk.client, desk.person_id)
    assert desk.get(f"/console/exports/{export_id}/file").status_code == 410
    assert "已清理" in desk.get("/console/exports").text
    assert delete_old_exports() == 0


def test_asking_and_fetching_are_in_the_audit_log(xlsx: bytes, scalar) -> None:
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'request_export'") == 1
    assert scalar("SELECT count(*) FROM audit_entry WHERE action = 'download_export'") == 1


def test_an_export_nobody_knows_is_no_error_for_the_worker(app, scalar) -> None:
    write_export(999_999)
    assert scalar("SELECT count(*) FROM export") == 0


def test_every_waiting_export_stands_in_the_list(desk: Desk, county: County) -> None:
    with transaction() as session:
        for _ in range(3):
            session.add(
                Export(
                    kind="month_scorecards", format="csv", month=LAST_MONTH,
                    region_id=county.id, state="queued", progress=0, file_name="x.csv",
                    requested_by_id=desk.person_id, requested_at=clock.now(),
                    expires_at=clock.now(),
                )
            )  # fmt: skip
    assert desk.get("/console/exports").text.count('role="progressbar"') == 3
