"""Real Chromium on a whole running county."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from backend.app.accounts.consents import VERSIONS
from backend.demo.people import PASSWORD
from backend.local import browser as browsers
from tests.running import Running, running_county

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
# A page that comes late on a busy machine is not a fault; one that never comes still is.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)
# Everybody who opens the preview's phone has agreed; `first_launch` is for who has not.
AGREED = """
const asked = Storage.prototype.getItem
Storage.prototype.getItem = function (key) {
  const found = asked.call(this, key)
  const isMissing = found === null && String(key).endsWith(':consent')
  return isMissing ? JSON.stringify({ version: 'VERSION', isTold: true }) : found
}
""".replace("VERSION", VERSIONS[-1])
PICTURES = Path(__file__).parent / "pictures"


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running_county(tmp_path_factory.mktemp("county")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(browsers.ensure()), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, county: Running) -> Iterator[BrowserContext]:
    context = chromium.new_context(
        base_url=county.base, locale="zh-CN", viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(PATIENCE)
    context.add_init_script(AGREED)
    yield context
    context.close()


@pytest.fixture
def first_launch(chromium: Browser, county: Running) -> Iterator[Page]:
    """The phone of somebody who has never opened the mini-program."""
    context = chromium.new_context(
        base_url=county.base, locale="zh-CN", viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def allow_messages(page: Page) -> None:
    """Taps 允许 whenever WeChat asks for leave to send a message, as it does at many taps."""
    allow = page.locator("#vp-layer button:has-text('允许')")
    page.add_locator_handler(allow, lambda button: button.click())


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page on which any script error fails the test."""
    page = context.new_page()
    allow_messages(page)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: (
            faults.append(message.text)
            if message.type == "error" and "Content Security Policy" in message.text
            else None
        ),
    )
    yield page
    assert faults == []


def log_in(page: Page, username: str) -> None:
    page.goto("/console/login")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button:has-text('登录')")
    page.wait_for_url(lambda address: "/login" not in address)


def picture(page: Page, name: str) -> None:
    """For people who look: tests never compare them."""
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
