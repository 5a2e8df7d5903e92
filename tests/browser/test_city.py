"""数字化城管 by hand in Chromium: classes, a case, another office's look, four numbers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from backend.app.core.db import db, transaction
from backend.app.tickets.models import Ticket
from tests.browser.assessed_office import Office, assessed_office
from tests.browser.conftest import picture
from tests.factories.county import make_county
from tests.factories.tickets import make_offices

pytestmark = pytest.mark.browser
MORNING = datetime(2026, 12, 8, 2, tzinfo=UTC)
TICKETS = "/console/tickets"


@pytest.fixture
def office(app: Flask, chromium: Browser) -> Iterator[Office]:
    made = make_offices(make_county())
    people = {
        "desk": made.desk.person_id, "other": made.other_desk.person_id,
        "water": made.department.person_id,
    }  # fmt: skip
    with assessed_office(app, chromium, people, "庄里镇") as opened:
        yield opened


def go(office: Office, rest: str) -> None:
    office.page.goto(f"{office.base}{TICKETS}{rest}")


def test_a_lamp_from_a_round_to_the_four_numbers(office: Office) -> None:
    page = office.page
    office.sit("desk", MORNING)
    go(office, "/city-classes")
    expect(page.locator("#preview")).to_contain_text("将要载入 143 类")
    picture(page, "city-preview")
    office.press("载入这 143 类")
    expect(page.locator(".notice")).to_contain_text("已载入 143 类")
    go(office, "/city-classes?code=B0118")
    page.select_option("#class select[name=owner]", label="县水务局")
    office.press("保存派单")
    page.fill("#class input[name=amount]", "6")
    office.press("保存时限")
    expect(page.locator("#class")).to_contain_text("6 个工作日")
    picture(page, "city-class")
    number = see_a_lamp(office)
    office.sit("water", MORNING + timedelta(hours=2))
    go(office, f"/{number}")
    office.press("签收，开始办")
    page.fill("textarea[name=words] >> nth=0", "换了灯泡")
    office.press("办好了")
    expect(page.locator(".standing")).to_contain_text("已答复")
    expect(page.locator("button:has-text('核查属实')")).to_have_count(0)
    office.sit("other", MORNING + timedelta(hours=3))
    go(office, f"/{number}")
    picture(page, "city-verify")
    office.press("核查属实，已处置")
    expect(page.locator(".standing")).to_contain_text("已办结")
    office.sit("other", MORNING + timedelta(hours=4))
    go(office, "/city")
    expect(page.locator(".grid4")).to_contain_text("1/1 件")
    picture(page, "city-figures")


def see_a_lamp(office: Office) -> int:
    """Entered by the desk; the number of the ticket."""
    page = office.page
    go(office, "/new?village=第1村")
    page.select_option("select[name=channel]", "patrol")
    page.select_option("select[name=city_class]", "B0118")
    page.fill("textarea[name=words]", "村口路灯不亮")
    office.press("提交")
    expect(page.locator(".facts")).to_contain_text("B0118 路灯")
    picture(page, "city-case")
    with transaction():
        return db.session.query(Ticket.id).order_by(Ticket.id.desc()).limit(1).scalar() or 0
