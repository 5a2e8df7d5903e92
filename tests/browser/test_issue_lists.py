"""Lists, acceptance, a portrait and a training by hand in Chromium."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import Browser

from backend.app.access import Role
from backend.app.assessments.models import Programme
from backend.app.core.db import transaction
from backend.jobs import assessments as jobs
from tests.app.assessments import result_year
from tests.app.assessments.acting import evaluate_month, open_month
from tests.app.assessments.result_year import Year
from tests.browser.assessed_office import Office, assessed_office
from tests.factories.assessed import YEAR, Assessed, at, make_assessed
from tests.factories.console import make_staff
from tests.factories.county import make_county

pytestmark = pytest.mark.browser
TOWN, CULTURE = "庄里镇", "文化服务"
BUREAUS = ("县水务局", "县林业局", "县民政局")
STEPS = [
    {"name": "自评", "by": "unit"},
    {"name": "初评", "by": "office"},
    {"name": "验收", "by": "decider"},
]


class Listing(NamedTuple):
    """Who sits at the browser, and which programme it is about."""

    office: Office
    made: Assessed


@pytest.fixture
def listing(app: Flask, chromium: Browser) -> Iterator[Listing]:
    """A township and three bureaus in one group, measured in February and March."""
    made = make_assessed(make_county())
    year = Year(made)
    year.groups["镇（街道）"] = made.group_id
    year.units[TOWN] = made.town_unit
    for name in BUREAUS:
        result_year.add_unit(year, name, "镇（街道）")
    result_year.add_element(
        year, CULTURE, {"rule": "floor_target", "floor": "0", "target": "100"}, measured_in="%"
    )  # fmt: skip
    for name in year.units:
        result_year.add_target(year, CULTURE, name, "100")
    with transaction() as session:
        programme = session.get_one(Programme, made.programme_id)
        programme.content = {
            **programme.content, "acceptance": STEPS,
            "portraits": [{"name": "服务画像", "elements": ["E01"]}],
        }  # fmt: skip
    result_year.run(year)
    for month, values in ((2, ("15", "50", "52", "90")), (3, ("20", "55", "58", "92"))):
        for name, value in zip(year.units, values, strict=True):
            result_year.measure(year, CULTURE, name, value, period=date(YEAR, month, 1))
        open_month(month)
        evaluate_month(month)
    people = {
        "town": made.town.person_id, "assessor": made.office.person_id,
        "approver": make_staff(Role.ASSESSOR, made.county.id, "approver", approves=True),
    }  # fmt: skip
    with assessed_office(app, chromium, people, TOWN) as office:
        yield Listing(office, made)


def test_what_is_weak_is_listed_taught_and_accepted(listing: Listing) -> None:
    office, made = listing
    office.sit("assessor", at(4, 28))
    jobs.evaluate_period()
    office.open("/issues")
    office.sees("补短板：文化服务", "短板诊断")
    _add_by_hand(office)
    office.open("/issues")
    office.pictures("issues")
    office.open("/training")
    office.sees("共性问题", "3 个单位不到 60%")
    page = office.page
    page.select_option("select[name=element]", label="E01 文化服务")
    page.fill("input[name=held_on]", f"{YEAR}-05-06")
    page.fill("input[name=topic]", "数字文化站怎么用")
    page.click("summary:has-text('参加的单位')")
    page.check(f"label:has-text('{TOWN}') input")
    office.press("安排并告诉单位")
    office.sees("数字文化站怎么用", "6 月定色后看")
    office.pictures("training")
    _answer_and_close(office)
    _accept(office, made)
    office.open(f"/portraits?unit={made.town_unit}")
    office.sees("文化服务", "差于同类中位数")
    office.pictures("portrait")


def _add_by_hand(office: Office) -> None:
    page = office.page
    page.fill("input[name=task]", "农资店接入系统")
    page.fill("textarea[name=difficulty]", "小店没有电脑")
    page.fill("input[name=due_on]", f"{YEAR}-06-30")
    page.click("summary:has-text('责任单位')")
    page.check("label:has-text('县农业农村局') input")
    office.press("登记并告诉责任单位")
    office.sees("农资店接入系统", "办理中")


def _answer_and_close(office: Office) -> None:
    """The township says what it did, the office closes it with words."""
    office.sit("town", at(4, 29))
    office.open("/issues")
    office.page.click("text=补短板：文化服务")
    office.page.fill("textarea[name=words]", "每周开放五天，已排了班")
    office.page.click("button[value=answer]")
    office.sees("已答复")
    office.sit("assessor", at(4, 30))
    office.open("/issues?state=answered")
    office.page.click("text=补短板：文化服务")
    office.page.fill("textarea[name=words]", "去看过，开着")
    office.page.click("button[value=close]")
    office.sees("已销号", "去看过，开着")


def _accept(office: Office, made: Assessed) -> None:
    """Three people, three steps; far apart without a reason is refused beside the box."""
    for who, score, reason in (
        ("town", "90", ""),
        ("assessor", "75", "两处没有开门"),
        ("approver", "78", ""),
    ):
        office.sit(who, at(11, 10))
        office.open(f"/acceptance/{made.town_unit}")
        page = office.page
        page.locator("input[name^=score_]").first.fill(score)
        if who == "assessor":
            page.click("button[data-confirm]")
            office.sees("相差超过 10 分，请写明理由")
            page.locator("input[name^=reason_]").first.fill(reason)
        page.click("button[data-confirm]")
        office.sees(f"{Decimal(score):.2f}")
    office.pictures("acceptance")
