"""A rating without a signal, in real Chromium: kept on the phone, sent when the signal is back."""

from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import picture

pytestmark = pytest.mark.browser


def test_a_poster_scanned_without_a_signal_is_rated_and_sent_later(page: Page) -> None:
    poster = page.request.get("/preview/posters.json").json()["items"][33]
    scanned = quote(f"https://village-voice.example.cn/q/{poster['code']}/", safe="")
    page.goto("/preview/?person=demo-newcomer")
    expect(page.locator("#home-scan")).to_be_visible()
    page.goto(f"/preview/?person=demo-newcomer&offline=1&q={scanned}")
    expect(page.locator("#offline-scan")).to_contain_text("现在没有信号，照样能评")
    page.locator("#level-2").click()
    picture(page, "preview-offline-rate")
    page.locator("#send").click()
    expect(page.locator("#waiting")).to_contain_text("72 小时里连上信号")
    picture(page, "preview-offline-waiting")
    page.locator("#go-home").click()
    expect(page.locator("#home-waiting")).to_contain_text("有 1 条")
    picture(page, "preview-offline-home")
    with page.expect_response(lambda answer: answer.url.endswith("/api/v1/ratings")) as sent:
        page.locator("#vp-offline").uncheck()
    assert sent.value.status == 201
    told = sent.value.json()
    assert (told["channel"], told["village_name"]) == ("offline", poster["village"])
    expect(page.locator("#home-waiting")).to_have_count(0)
