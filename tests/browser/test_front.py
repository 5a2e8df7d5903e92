"""The front door of a demo county: every address `make run` prints, and the tour's eight steps."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PATIENCE, log_in, picture
from tests.running import Running


def test_every_address_that_make_run_prints_is_opened(page: Page, county: Running) -> None:
    printed = sorted(set(re.findall(r"http://\S+", county.output.read_text("utf-8"))))
    assert county.base in printed
    assert len(printed) >= 4
    for address in printed:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        expect(page.locator("body")).not_to_contain_text("没有这个地址")


def test_the_front_page_leads_everywhere(page: Page) -> None:
    page.goto("/")
    expect(page.locator("h1")).to_contain_text("您说了算")
    expect(page.locator(".strip b").first).not_to_have_text("0")
    for link in page.locator("a[href^='/']").all():
        address = str(link.get_attribute("href"))
        assert page.request.get(address).status == 200, address
    page.fill("#village", "仁合村")
    page.click("button:has-text('看我村')")
    expect(page.locator("h1")).to_contain_text("仁合")


def test_the_tour_of_eight_steps_leads_to_real_cases(page: Page) -> None:
    page.goto("/")
    steps = page.locator(".tour ol li")
    expect(steps).to_have_count(8)
    stops = [
        (step.locator("a").inner_text(), str(step.locator("a").get_attribute("href")))
        for step in steps.all()
    ]
    assert page.request.get(stops[0][1]).headers["content-type"] == "image/png"
    page.goto(stops[1][1])
    expect(page.locator("#place")).to_contain_text("供水")
    page.goto(stops[2][1])
    expect(page.locator("#vp-pages")).to_contain_text("路灯")
    for _, address in stops[6:]:
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#draw-check")).to_contain_text("✓")
    for login, some in (("county", stops[3:5]), ("leader", stops[5:6])):
        page.context.clear_cookies()
        log_in(page, login)
        for _, address in some:
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 200
            assert page.url.endswith(address)
            expect(page.locator("h1").first).to_be_visible()


def test_every_door_opens(page: Page) -> None:
    page.goto("/")
    doors = page.locator(".doors a")
    expect(doors).to_have_count(6)
    for address in [str(door.get_attribute("href")) for door in doors.all()]:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_the_front_page_fits_every_screen_light_and_dark(
    chromium: Browser, county: Running, width: int
) -> None:
    for scheme in ("light", "dark"):
        context = chromium.new_context(
            base_url=county.base, color_scheme=scheme, viewport={"width": width, "height": 900}
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto("/")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        picture(page, f"front-{width}-{scheme}")
        context.close()
