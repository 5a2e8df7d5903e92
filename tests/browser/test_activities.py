"""Activities from a spreadsheet in a real browser: shown, mended, taken over, taken back."""

import io
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from backend.app.core import clock
from tests.browser.conftest import log_in, picture
from tests.browser.test_tickets import neighbours, take_phone

pytestmark = pytest.mark.browser
# A worker that has other jobs first; in milliseconds.
A_WHILE = 60_000
MISSPELLED = "某某村"


def number_of(page: Page, villager: str) -> str:
    """What the villager reads on the own phone."""
    take_phone(page, villager)
    page.goto("/preview?path=pages/points/index")
    shown = page.locator("text=积分号").first
    expect(shown).to_be_visible()
    return shown.inner_text().split()[-1]


def activities(folder: Path, village: str, number: str) -> Path:
    """One good row, two of a village that is no name, one without a number."""
    day = clock.today() - timedelta(days=1)
    rows = [
        ["村", "日期", "事项", "积分号", "说明"],
        [village, day, "参加院坝会", number, "腊月院坝会"],
        [MISSPELLED, day, "义务修路修渠半天", number, "修东渠"],
        [MISSPELLED, day, "志愿服务半天", number, "给老人送菜"],
        [village, day, "参加院坝会", "", "没写积分号"],
    ]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = folder / "活动.xlsx"
    book.save(file)
    return file


def refused_rows(page: Page) -> list[tuple]:
    with page.expect_download() as download:
        page.click("text=下载没收的行")
    return list(
        openpyxl.load_workbook(
            io.BytesIO(Path(download.value.path()).read_bytes())
        ).active.iter_rows(values_only=True)
    )


def test_activities_are_registered_from_a_file_and_taken_back(page: Page, tmp_path: Path) -> None:
    villager, cadre = neighbours(page)
    village = cadre.partition("的")[0]
    number = number_of(page, villager)
    log_in(page, "county")
    page.goto("/console/points/deeds")
    page.click("text=用表格登记")
    page.set_input_files("input[type=file]", activities(tmp_path, village, number))
    page.click("button:has-text('上传，看预览')")
    expect(page.locator("#import")).to_contain_text("等您选 2", timeout=A_WHILE)
    expect(page.locator("form", has_text="选一次")).to_contain_text("2 行，如第 3、4 行")
    picture(page, "activities-preview")
    page.fill("input[name=typed_0]", village)
    page.click("button:has-text('按选的再看一遍')")
    expect(page.locator("#import")).to_contain_text("导入 3 行", timeout=A_WHILE)
    expect(page.locator("form", has_text="选一次")).to_have_count(0)
    heading, *refused = refused_rows(page)
    assert heading[:2] == ("原表行号", "为什么没收")
    assert [(row[0], row[-1]) for row in refused] == [("5", "没写积分号")]
    assert "积分号" in refused[0][1]
    page.click("button:has-text('导入 3 行')")
    expect(page.locator(".notice").first).to_contain_text("新收 3", timeout=A_WHILE)
    picture(page, "activities-imported")
    imported = page.url
    page.goto("/console/points/deeds")
    expect(page.locator("#content")).to_contain_text("修东渠")
    page.goto(imported)
    page.click("summary:has-text('整批撤销')")
    page.click("button:has-text('撤销这次导入')")
    expect(page.locator(".notice").first).to_contain_text("已整批撤销", timeout=A_WHILE)
    page.goto("/console/points/deeds")
    expect(page.locator("#content")).not_to_contain_text("修东渠")
