"""A lost point is objected to on the phone, decided at the desk, seen by both; and the leader."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import log_in, picture
from tests.browser.test_tickets import neighbours, take_phone
from tests.factories.tickets import photo

pytestmark = pytest.mark.browser
WIDTHS = {"": 1440, "-phone": 390}
WORDS = "那天全镇停电，机器开不了，附了停电通知"


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    file = tmp_path / "proof.jpg"
    file.write_bytes(photo("gray"))
    return file


def pictures(page: Page, name: str) -> None:
    """At a desk's and a phone's width, light and dark."""
    page.add_style_tag(content="* { transition: none !important }")
    for suffix, width in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": 900})
        for theme in ("light", "dark"):
            page.evaluate("name => document.documentElement.dataset.bsTheme = name", theme)
            picture(page, f"{name}{suffix}-{theme}")
    page.evaluate("document.documentElement.dataset.bsTheme = 'light'")
    page.set_viewport_size({"width": 1440, "height": 900})


def last_month(page: Page) -> None:
    """The second chip: the newest month is not over yet."""
    page.locator(".score-chip").nth(1).click()
    expect(page.locator(".score-chip-here")).to_have_count(1)
    expect(page.locator("#score-head")).to_be_visible()


def object_on_the_phone(page: Page, proof: Path) -> None:
    page.locator("#home-queue").click()
    page.locator("#cadre-score").click()
    last_month(page)
    # The demo county's last month is locked and published: what is upheld becomes a correction.
    expect(page.locator(".score-note").first).to_contain_text("锁定")
    page.locator("#indicator-satisfaction_mean").click()
    expect(page.locator("#reasons-satisfaction_mean")).to_be_visible()
    picture(page, "cadre-score")
    page.locator(".score-leads:not(:has(.score-objected))").first.click()
    page.locator("#case-words textarea").fill(WORDS)
    with page.expect_file_chooser() as chooser:
        page.locator("#photo-add").click()
    chooser.value.set_files([proof])
    expect(page.locator("text=正在传")).to_have_count(0)
    picture(page, "cadre-case")
    page.locator("#case-send").click()
    expect(page.locator("#objection-decision")).to_contain_text("县里还在核")
    picture(page, "cadre-objection")


def uphold_at_the_desk(page: Page) -> None:
    log_in(page, "county")
    page.goto("/console/objections?state=pending")
    pictures(page, "objections")
    page.locator("a", has_text=WORDS[:10]).first.click()
    expect(page.locator(".files img")).to_have_count(1)
    pictures(page, "objection")
    page.fill("textarea[name=decision]", "停电通知属实，不怪村里")
    page.click("button:has-text('申诉成立')")
    expect(page.locator("main")).to_contain_text("申诉成立，不计入得分")
    expect(page.locator(".facts strong")).to_be_visible()


def test_an_objection_from_the_phone_to_the_decision_and_back(page: Page, proof: Path) -> None:
    _, cadre = neighbours(page)
    take_phone(page, cadre)
    object_on_the_phone(page, proof)
    uphold_at_the_desk(page)
    take_phone(page, cadre)
    page.locator("#home-queue").click()
    page.locator("#cadre-score").click()
    last_month(page)
    page.locator("#score-objections").click()
    card = page.locator(".card", has_text=WORDS[:10]).first
    expect(card).to_contain_text("申诉成立")
    picture(page, "cadre-objections")
    card.click()
    expect(page.locator("#objection-decision")).to_contain_text("停电通知属实")
    expect(page.locator(".objection-effect")).to_contain_text("→")


def test_the_desks_other_pages(page: Page) -> None:
    log_in(page, "county")
    for path, name, words in (
        ("/console/adjustments", "adjustments", "考核办法第 12 条"),
        ("/console/scores/imports", "imports", "政务服务平台"),
        ("/console/village-types", "village-types", "移民安置点"),
    ):
        page.goto(path)
        expect(page.locator("main")).to_contain_text(words)
        pictures(page, name)


def test_the_leaders_screen_on_desk_phone_and_wall(page: Page) -> None:
    log_in(page, "leader")
    expect(page).to_have_url(re.compile("/console/leader$"))
    page.click("nav a:has-text('总览')")
    page.click("a:has-text('领导一屏')")
    expect(page.locator(".big-light").first).to_be_visible()
    pictures(page, "leader")
    late = page.locator("a[href*='/console/tickets/']")
    if late.count():
        late.first.click()
        expect(page.locator("h1")).to_be_visible()
    page.goto("/console/leader?wall=1")
    page.set_viewport_size({"width": 1920, "height": 1080})
    picture(page, "leader-wall")


def test_a_villagers_village_page_in_plain_words(page: Page) -> None:
    villager, _ = neighbours(page)
    take_phone(page, villager)
    page.locator("#home-village").click()
    expect(page.locator("#village-score")).to_contain_text("大伙")
    picture(page, "village-plain")
