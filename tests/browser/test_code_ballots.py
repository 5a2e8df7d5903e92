"""A round of appraisal by printed codes: the office, and a rater on a phone without scripts."""

import io
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
import requests
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from backend.app.access import Role
from backend.jobs import surveys as jobs
from backend.local.surroundings import ANONYMOUS_ROLE, as_role
from tests.attack.scene import ANONYMOUS, server_process
from tests.browser.assessed_office import Office, assessed_office
from tests.browser.conftest import PATIENCE, PICTURES, picture
from tests.factories.assessed import add_target, at, issue, make_assessed
from tests.factories.console import make_staff
from tests.factories.county import make_county

pytestmark = pytest.mark.browser
TOWN, GROUP = "庄里镇", "单位民主测评"
SMALL = {"width": 320, "height": 640}
CODE = re.compile(r"(?:[2-9A-Z]{4} ){3}[2-9A-Z]{4}")


@pytest.fixture
def anonymous(settings, tmp_path: Path) -> Iterator[str]:
    """The anonymous application as a process of its own, with its own settings and nothing else."""
    environment = {
        "PATH": os.environ["PATH"], "APP_ENV": "test", "ANONYMOUS_PEPPER": "5b" * 32,
        "ANONYMOUS_DATABASE_URL": as_role(settings.database_url, ANONYMOUS_ROLE),
    }  # fmt: skip
    with server_process(tmp_path, "anonymous", ANONYMOUS, environment) as address:
        yield address


@pytest.fixture
def office(app: Flask, chromium: Browser, anonymous: str, monkeypatch) -> Iterator[Office]:
    settings = replace(app.config["SETTINGS"], anonymous_host=anonymous)
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    made = make_assessed(make_county())
    add_target(made)
    issue(made)
    people = {
        "assessor": made.office.person_id,
        "approver": make_staff(Role.ASSESSOR, made.county.id, "approver", approves=True),
    }
    with assessed_office(app, chromium, people, TOWN) as office:
        yield office


def test_a_round_by_printed_codes(office: Office, chromium: Browser, anonymous: str) -> None:
    page = office.page
    office.sit("assessor", at(12, 1, 9))
    office.open("/ballots")
    page.fill("[name=weight_0]", "三")
    page.click("main form button:has-text('开始')")
    office.sees("第 1 组：权重应为数字")
    expect(page.locator("[name=weight_0]")).to_be_focused()
    page.fill("[name=weight_0]", "3")
    page.click("main form button:has-text('开始')")
    office.sees(GROUP, "小条")
    address = page.url
    office.pictures("ballot-round")
    codes = print_slips(office)
    rate_on_a_phone(chromium, anonymous, codes[0])
    for code in codes[1:7]:
        answers = {"code": code, "sent": "1", "q0": "2", "q1": "3"}
        requests.post(f"{anonymous}/anon/ballot", data=answers, timeout=20).raise_for_status()
    jobs.merge_boxes()
    page.goto(address)
    office.sees("小条 20 张，已交 7 张")
    office.sit("approver", at(12, 1, 16))
    page.goto(address)
    office.press("关闭这一轮")
    office.sees("关闭了，结果在下面")
    expect(page.locator("main tr", has_text=TOWN).first).to_contain_text("82.86")
    office.pictures("ballot-result")


def print_slips(office: Office) -> list[str]:
    """The codes of a run, read from its paper."""
    page = office.page
    page.locator("main tr", has_text=GROUP).first.locator("a.btn").click()
    with page.expect_download() as fetched:
        office.press("印一批小条")
    paper = pypdfium2.PdfDocument(io.BytesIO(fetched.value.path().read_bytes()))
    PICTURES.mkdir(exist_ok=True)
    for number in (0, len(paper) - 1):
        image = paper[number].render(scale=1.5).to_pil()
        image.save(PICTURES / f"assessments-ballot-slips-{number}.png")
    words = "".join(sheet.get_textpage().get_text_range() for sheet in paper)
    codes = [code.replace(" ", "") for code in CODE.findall(words)]
    assert len(set(codes)) == 20
    page.reload()
    office.sees("第 1 批", "整批作废")
    office.pictures("ballot-group")
    return codes


def rate_on_a_phone(chromium: Browser, anonymous: str, code: str) -> None:
    """The smallest phone, no script, light and dark; the second time the code is used."""
    context = chromium.new_context(locale="zh-CN", viewport=SMALL, java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"{anonymous}/anon/ballot")
    picture(page, "ballot-phone-code")
    page.goto(f"{anonymous}/anon/ballot/{code}")
    fits(page)
    picture(page, "ballot-phone")
    page.emulate_media(color_scheme="dark")
    town = page.locator("section", has_text=TOWN)
    town.locator("label", has_text="非常满意").first.click()
    picture(page, "ballot-phone-dark")
    page.click("button:has-text('交票')")
    expect(page.locator("main")).to_contain_text("交好了，谢谢您")
    expect(page.locator("main")).to_contain_text("评了 1 项，1 项没评")
    fits(page)
    picture(page, "ballot-phone-done")
    page.goto(f"{anonymous}/anon/ballot/{code}")
    expect(page.locator("main")).to_contain_text("已经交过票")
    context.close()


def fits(page: Page) -> None:
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
