"""The review desk under a browser: from the list to the decision, in four looks."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import log_in, picture

pytestmark = pytest.mark.browser


def test_a_bunch_is_looked_at_and_decided(page: Page) -> None:
    log_in(page, "county")
    page.goto("/console/reviews")
    waiting = int(page.locator(".views a").first.locator("b").inner_text())
    assert waiting > 0
    picture(page, "reviews")
    page.locator("tbody tr a").first.click()
    expect(page.locator("h2", has_text="什么时候来的")).to_be_visible()
    assert page.locator(".timeline span").count() > 1
    picture(page, "review")
    page.fill("textarea[name=note]", "问了三位村民，是自己评的")
    page.click("button:has-text('不算数')")
    expect(page.locator(".notice")).to_contain_text("已记下")
    page.goto("/console/reviews")
    expect(page.locator(".views a").first.locator("b")).to_have_text(str(waiting - 1))
    page.goto("/console/reviews?view=decided")
    expect(page.locator("tbody")).to_contain_text("问了三位村民")
    picture(page, "reviews-decided")


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_desk_fits_every_screen(page: Page, width: int, theme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    log_in(page, "county")
    page.evaluate("theme => localStorage.setItem('theme', theme)", theme)
    page.goto("/console/reviews")
    first = page.locator("tbody tr a").first
    address = first.get_attribute("href")
    for name, where in (("reviews", "/console/reviews"), ("review", address)):
        page.goto(where)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{where} is {wide} px too wide"
        picture(page, f"{name}-{theme}-{width}")


def test_the_leader_may_read_and_not_decide(page: Page) -> None:
    log_in(page, "leader")
    page.goto("/console/reviews")
    page.locator("tbody tr a").first.click()
    expect(page.locator("h1")).to_have_text(re.compile("集中|等级|评"))
    expect(page.locator("button[name=decision]")).to_have_count(0)
