"""考核方案库 by hand in Chromium: looked at, previewed, loaded as a draft, taken out as a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from backend.app.assessments.programmes.library.templates import parse_template
from tests.browser.assessed_office import Office, assessed_office, make_office
from tests.factories.assessed import YEAR, at

pytestmark = pytest.mark.browser


@pytest.fixture
def office(app: Flask, chromium: Browser) -> Iterator[Office]:
    with assessed_office(app, chromium, *make_office()) as office:
        yield office


def test_a_template_is_found_previewed_loaded_and_exported(office: Office) -> None:
    page = office.page
    office.sit("assessor", at(1, 6))
    office.open("/programmes")
    page.click("a:has-text('考核方案库')")
    office.sees("乡镇四维考核", "目标责任考核", "数字乡村考核", "四城联创", "示例")
    office.pictures("library")
    page.click("a:has-text('预览「乡镇四维考核」')")
    office.sees("还什么都没有写入", "担当作为", "审定前还要县里定的")
    office.pictures("library-preview")
    page.fill("input[name=title]", f"{YEAR}年乡镇四维考核")
    page.fill("input[name=year]", str(YEAR))
    office.press("起草")
    office.sees(f"{YEAR}年乡镇四维考核", "起草中", "没有年度督查检查考核计划编号")
    page.click("nav a:has-text('③')")
    expect(page.locator("main")).to_contain_text("群众满意度")
    with page.expect_download() as download:
        page.click("a:has-text('导出方案')")
    template = parse_template(Path(download.value.path()).read_bytes())
    assert template["dimensions"][1]["elements"][0]["name"] == "群众满意度"
    assert template["raters_360"][0][0] == "上级领导"
    office.open("/programmes/library")
    page.set_input_files("input[name=file]", download.value.path())
    page.click("form button:has-text('预览')")
    office.sees("还什么都没有写入", f"{YEAR} 年「乡镇四维考核」的方案")
