"""A past draw, checked in the reader's own browser; and a list somebody tampered with."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import picture
from tests.running import Running


@pytest.fixture
def draw(page: Page, county: Running) -> str:
    """The address of the demo county's past draw."""
    page.goto("/p/counties/1/draws")
    page.locator("a").filter(has_text="抽奖").first.click()
    expect(page.locator("h1")).to_contain_text("参与抽奖")
    return page.url


def test_the_browser_repeats_the_draw_and_finds_it_right(page: Page, draw: str) -> None:
    expect(page.locator("#list-check")).to_contain_text("✓ 名单没有动过")
    expect(page.locator("#draw-check")).to_contain_text("✓ 中签结果对得上")
    expect(page.locator("[data-winner]")).to_have_count(32)
    page.fill("#own input", "not a ticket")
    page.click("#own button")
    expect(page.locator("#own output")).to_contain_text("✕ 这张签不在名单里")
    picture(page, "draw")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    picture(page, "draw-narrow")


def test_a_list_with_one_line_more_is_found_out(page: Page, draw: str) -> None:
    def tamper(route: Route) -> None:
        text = route.fetch().text()
        route.fulfill(body=text + "\n" + "0" * 64, content_type="text/plain")

    page.route("**/list.txt", tamper)
    page.reload()
    expect(page.locator("#list-check")).to_contain_text("✕ 名单被动过")
    expect(page.locator("#draw-check")).to_contain_text("✕ 中签结果对不上")


def test_another_winner_than_the_rules_is_found_out(page: Page, draw: str) -> None:
    def swap(route: Route) -> None:
        body = route.fetch().text()
        first, second = re.findall(r'data-winner="(\w+)"', body)[:2]
        body = body.replace(first, "x").replace(second, first).replace('"x"', f'"{second}"')
        route.fulfill(body=body, content_type="text/html")

    page.route(re.compile(r"/p/draws/\d+$"), swap)
    page.reload()
    expect(page.locator("#list-check")).to_contain_text("✓ 名单没有动过")
    expect(page.locator("#draw-check")).to_contain_text("✕ 中签结果对不上")
