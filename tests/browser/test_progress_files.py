"""A unit's month by file in Chromium: the sheet out and in, and a picture that is proof twice."""

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page
from python_calamine import CalamineWorkbook

from backend.app.assessments.reports.progress_sheet import HEADINGS
from backend.app.core.files.workbooks import form_sheet
from tests.app.assessments.acting import open_month
from tests.app.places.test_photos import picture as photo
from tests.browser.assessed_office import assessed_office
from tests.factories.assessed import add_target, at, issue, make_assessed
from tests.factories.county import make_county

pytestmark = pytest.mark.browser
PHOTO = photo()


def test_a_sheet_goes_out_and_in_and_a_file_is_used_twice(app: Flask, chromium: Browser) -> None:
    made = make_assessed(make_county())
    for code in ("A1", "A2"):
        add_target(made, code, plan={10: Decimal(1000)})
    issue(made)
    open_month(10)
    people = {"town": made.town.person_id}
    with assessed_office(app, chromium, people, "庄里镇") as office:
        page = office.page
        office.sit("town", at(10, 26))
        office.open("/fill/2026-10")
        with page.expect_download() as sent:
            page.click("a:has-text('下载月度进度表')")
        book = CalamineWorkbook.from_path(str(sent.value.path()))
        _, *lines = book.get_sheet_by_index(0).to_python()
        lines[0][6], lines[1][6] = "不知道", "870"
        give(page, lines)
        office.sees("不知道")
        lines[0][6] = "980.5"
        office.open("/fill/2026-10")
        give(page, lines)
        office.sees("读进来了")
        office.pictures("fill-read")
        for number, words in enumerate(("传好了", "您已传过，直接引用")):
            office.open("/fill/2026-10")
            page.locator("details:has(a:has-text('印证材料')) > summary").nth(number).click()
            page.locator("a:has-text('印证材料'):visible").click()
            content = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": PHOTO}
            page.set_input_files("input[name=file]", content)
            office.press("传上去")
            office.sees(words, "现场")
        office.pictures("evidence")


def give(page: Page, lines: list[list[Any]]) -> None:
    """Hands the sheet in and waits for the answer."""
    content = form_sheet("月度进度表", HEADINGS, lines)
    page.set_input_files(
        "input[type=file]", {"name": "进度.xlsx", "mimeType": "application/xlsx", "buffer": content}
    )
    page.click("button:has-text('传回来')")
