"""Consent and everybody's own data, in real Chromium."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import picture

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
