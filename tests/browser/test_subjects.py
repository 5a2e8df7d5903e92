"""Shops in three colours: the list, the chart, an exit by two people, and what is published."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from tests.app.assessments.seeds.test_ningbo_subjects import BAD, GOOD, SHOPS, sell
from tests.browser.assessed_office import Office, assessed_office
from tests.browser.conftest import picture
from tests.factories.assessed import at
from tests.factories.county import make_county
from tests.factories.subjects import make_rated, night, score_all

pytestmark = pytest.mark.browser
WORDS = "10月8日卖禁用农药，渭农罚〔2026〕3号"


@pytest.fixture
def office(app: Flask, chromium: Browser) -> Iterator[Office]:
    made = make_rated(make_county(), "ningbo_shop", SHOPS)
    for month in (6, 11):
        score_all(made, GOOD, "0.9", month)
        score_all(made, BAD, "0.4", month)
        sell(made, GOOD, "是", month=month)
        night(at(month, 29))
    people = {"clerk": made.clerk.person_id, "boss": made.boss.person_id}
    with assessed_office(app, chromium, people, BAD) as office:
        yield office


def test_shops_are_listed_rated_and_leave_by_two_people(office: Office) -> None:
    page = office.page
    office.sit("clerk", at(12, 1, 10))
    office.open("/subjects")
    office.sees(GOOD, "李干事", "整批导入")
    office.pictures("subjects")
    office.open("/subjects/ratings")
    office.sees("● 良好", "■ 差", "2026-11")
    page.select_option("select[name=unit_id]", label=BAD)
    page.fill("input[name=words]", WORDS)
    office.press("提出退出")
    office.sees("已提出，等另一人审定", WORDS)
    expect(page.locator("button:has-text('审定退出')")).to_have_count(0)
    office.sit("boss", at(12, 1, 15))
    office.open("/subjects/ratings")
    office.press("审定退出")
    office.sees("已退出")
    office.pictures("subject-ratings")
    page.goto(f"{office.base}/p/610528/assessments/subjects")
    expect(page.locator("main")).to_contain_text("退出名单")
    expect(page.locator("main")).to_contain_text(WORDS)
    picture(page, "public-subjects")
