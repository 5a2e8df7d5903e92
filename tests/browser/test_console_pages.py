"""What the console's scripts add to pages that already work without them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import log_in

pytestmark = pytest.mark.browser


def test_typing_narrows_the_table_and_keeps_the_cursor_in_the_field(page: Page) -> None:
    log_in(page, "county")
    page.goto("/console/villages")
    page.locator("#q").press_sequentially("西村", delay=30)
    page.wait_for_url(re.compile(r"q=%E8%A5%BF%E6%9D%91"))
    for name in page.locator("tbody tr td:first-child a").all_inner_texts():
        assert "西村" in name
    expect(page.locator("#q")).to_be_focused()
    page.click("th a:has-text('评价')")
    page.wait_for_url(re.compile("sort=-n"))
    expect(page.locator("th[aria-sort=descending]")).to_contain_text("评价")
    page.click("a:has-text('清除筛选')")
    expect(page.locator("#q")).to_have_value("")


def test_the_table_can_be_narrowed_without_any_script(page: Page) -> None:
    log_in(page, "county")
    context = page.context.browser.new_context(
        base_url=page.url, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto("/console/villages")
    plain.fill("#q", "西村")
    plain.click("button:has-text('查找')")
    assert "q=%E8%A5%BF%E6%9D%91" in plain.url
    assert all(
        "西村" in name for name in plain.locator("tbody tr td:first-child a").all_inner_texts()
    )
    context.close()


def test_the_chosen_look_is_kept_and_the_charts_follow(page: Page) -> None:
    log_in(page, "county")
    label = page.locator(".chart svg text").first
    expect(label).to_be_visible()
    before = label.evaluate("element => getComputedStyle(element).fill")
    page.click("[data-switch=theme]")
    expect(page.locator("[data-switch=theme]")).to_have_attribute("aria-pressed", "true")
    assert label.evaluate("element => getComputedStyle(element).fill") != before
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_what_cannot_be_fetched_is_said(page: Page) -> None:
    log_in(page, "county")
    page.goto("/console/villages")
    page.route("**/console/villages?**", lambda route: route.abort())
    page.select_option("#status", "none")
    expect(page.locator("#trouble")).to_be_visible()
    page.unroute("**/console/villages?**")
    page.select_option("#status", "ok")
    expect(page.locator("#trouble")).to_be_hidden()


def test_the_first_stop_of_the_keyboard_is_the_way_to_the_text(page: Page) -> None:
    log_in(page, "county")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
