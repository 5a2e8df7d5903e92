"""Consent and everybody's own data, in real Chromium."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import log_in, picture

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("font", "theme"), [(16, "light"), (24, "dark")])
def test_the_first_launch_asks_and_sends_nothing_before(
    first_launch: Page, font: int, theme: str
) -> None:
    asked: list[str] = []
    first_launch.on("request", lambda request: asked.append(request.url))
    first_launch.goto(f"/preview/?person=demo-newcomer&font={font}&theme={theme}")
    expect(first_launch.locator("#consent-agree")).to_be_visible()
    first_launch.wait_for_timeout(500)
    picture(first_launch, f"consent-{theme}")
    assert [url for url in asked if "/api/" in url or "/keys/" in url or "/surveys/" in url] == []
    first_launch.locator("#consent-decline").click()
    expect(first_launch.locator("#problem")).to_contain_text("12345")
    picture(first_launch, f"consent-declined-{theme}")
    first_launch.locator("#retry").click()
    first_launch.locator("#consent-agree").click()
    expect(first_launch.locator("#home-new-ticket")).to_be_visible()
    assert any(url.endswith("/api/v1/sessions") for url in asked)


@pytest.mark.parametrize(("font", "theme"), [(16, "light"), (24, "dark")])
def test_own_data_is_seen_and_taken_along(page: Page, font: int, theme: str) -> None:
    person = page.request.get("/preview/people.json").json()["items"][0]["openid"]
    address = f"/preview/?person={person}&path=pages/privacy/data/index&font={font}&theme={theme}"
    page.goto(address)
    expect(page.locator("#own-parts")).to_contain_text("您选的村是")
    picture(page, f"own-data-{theme}")
    with page.expect_download() as taken:
        page.locator("#own-file").click()
    assert Path(taken.value.path()).read_bytes().startswith(b"PK")
    page.locator("#own-close").click()
    expect(page.locator("#own-closing")).to_contain_text("不再是谁的")
    picture(page, f"own-closing-{theme}")
    page.locator("#own-keep").click()
    expect(page.locator("#own-parts")).to_be_visible()


def test_the_countys_desk_writes_a_wish_down_for_somebody_else_to_check(page: Page) -> None:
    log_in(page, "county")
    page.goto("/console/own-data")
    page.fill("input[name=phone]", "13977550123")
    page.fill("input[name=proof]", "当面，村干部认得")
    page.click("button:has-text('登记')")
    expect(page.locator("table")).to_contain_text("电话尾号 0123")
    expect(page.locator("table")).to_contain_text("请另一位同事核对")
    picture(page, "own-data-desk")
