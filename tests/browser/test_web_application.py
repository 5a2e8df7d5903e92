"""The phone's core jobs in the preview's frame and at /m/, and what only a browser has."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from backend.app.accounts.consents import VERSIONS
from tests.browser.conftest import picture

pytestmark = pytest.mark.browser
NUMBERS = count(13_900_000_000)
WORDS = "村口的桥栏杆断了一截"


def link_code(page: Page, openid: str) -> str:
    """The digits that somebody is shown in WeChat."""
    given = {"code": f"demo:{openid}:{next(NUMBERS)}", "consent": VERSIONS[-1]}
    token = page.request.post("/api/v1/sessions", data=given).json()["token"]
    answer = page.request.post(
        "/api/v1/me/link-codes", headers={"Authorization": f"Bearer {token}"}
    )
    return str(answer.json()["link_code"])


def enter_by_sms(page: Page, number: int, digits: str | None = None) -> None:
    """Through the dialogs of the first log-in."""
    page.locator("#login-number").fill(str(number))
    page.locator("#login-go").click()
    expect(page.locator("#login-words")).to_contain_text("演示县不真发短信")
    words = page.locator("#login-words").inner_text()
    page.locator("#login-code").fill(re.findall(r"\d{6}", words)[0])
    page.locator("#login-go").click()
    if digits is None:
        page.click("button:has-text('没用过，直接进')")
        return
    page.click("button:has-text('用过，连起来')")
    page.locator("#login-link").fill(digits)
    page.locator("#login-go").click()


@dataclass
class Phones:
    """One browser for each person, as the preview's frame or as the web application."""

    page: Page
    kind: str

    def open(self, openid: str) -> Page:
        if self.kind == "preview":
            self.page.goto(f"/preview/?person={openid}")
        else:
            digits = link_code(self.page, openid)
            self.page.goto("/m/")
            self.page.evaluate("localStorage.clear()")
            self.page.reload()
            enter_by_sms(self.page, next(NUMBERS), digits)
        expect(self.page.locator("#home-tickets")).to_be_visible()
        return self.page


@pytest.fixture(params=["preview", "h5"])
def phones(request: pytest.FixtureRequest, page: Page) -> Phones:
    return Phones(page, request.param)


@pytest.fixture
def poster(page: Page) -> Callable[[int], dict[str, Any]]:
    items = page.request.get("/preview/posters.json").json()["items"]
    return lambda position: items[position]


def test_a_poster_is_scanned_and_rated(phones: Phones, poster, tmp_path) -> None:
    chosen = poster({"preview": 41, "h5": 42}[phones.kind])
    image = tmp_path / "poster.png"
    image.write_bytes(phones.page.request.get(chosen["image_url"]).body())
    page = phones.open("demo-newcomer")
    page.locator("#home-scan").click()
    page.locator("#vp-poster-file").set_input_files(image)
    expect(page.locator("#place")).to_contain_text(chosen["village"])
    picture(page, f"{phones.kind}-rate")
    page.locator("#level-2").click()
    page.locator("#send").click()
    expect(page.locator("#thanks")).to_contain_text("收到了")
    page.locator("#go-home").click()
    page.locator("#home-points").click()
    expect(page.locator("#vp-pages")).to_contain_text("评价服务")
    page.locator("#vp-back").click()
    page.locator("#tab-village:visible").click()
    expect(page.locator("#vp-pages")).to_contain_text("村")
    picture(page, f"{phones.kind}-village")


def test_a_ticket_is_written_answered_and_closed(phones: Phones) -> None:
    people = phones.page.request.get("/preview/people.json").json()["items"]
    cadre = next(one for one in people if "村干部" in one["role"])
    code = cadre["openid"].split("-")[1]
    villager = next(one for one in people if one["openid"].startswith(f"demo-{code}-v"))
    words = f"{WORDS}（{phones.kind}）"
    page = phones.open(villager["openid"])
    page.locator("#home-new-ticket").click()
    page.locator("#category-light").click()
    page.locator("#new-words textarea").fill(words)
    page.locator("#new-send").click()
    expect(page.locator("#new-sent")).to_contain_text("收到了")
    page = phones.open(cadre["openid"])
    page.locator("#home-queue").click()
    card = page.locator(".ticket-card", has_text=words)
    card.locator(".cadre-sign").click()
    expect(card).to_contain_text("正在办")
    card.click()
    expect(page.locator("#work-head")).to_contain_text(words)
    page.locator("#task-reply").click()
    page.locator("#work-words textarea").fill("栏杆今天焊好了，请您看看。")
    page.locator("#work-done").click()
    expect(page.locator("#work-head")).to_contain_text("答复了")


def test_the_address_on_a_poster_leads_to_the_rating(page: Page, poster) -> None:
    chosen = poster(43)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"/q/{chosen['code']}")
    expect(page.locator("main")).to_contain_text("微信")
    picture(page, "h5-poster")
    page.click("#rate-here")
    picture(page, "h5-login")
    enter_by_sms(page, next(NUMBERS))
    expect(page.locator("#place")).to_contain_text(chosen["village"])
    page.locator("#level-1").click()
    page.locator("#send").click()
    expect(page.locator("#thanks")).to_contain_text("收到了")


def test_without_a_signal_it_opens_and_a_rating_waits(page: Page, poster) -> None:
    chosen = poster(44)
    page.goto("/m/")
    enter_by_sms(page, next(NUMBERS))
    expect(page.locator("#home-tickets")).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.context.set_offline(True)
    page.goto(f"/m/?code={chosen['code']}")
    expect(page.locator("#offline-scan")).to_contain_text("现在没有信号，照样能评")
    page.locator("#level-2").click()
    page.locator("#send").click()
    expect(page.locator("#waiting")).to_contain_text("72 小时里连上信号")
    picture(page, "h5-offline")
    with page.expect_response(lambda answer: answer.url.endswith("/api/v1/ratings")) as sent:
        page.context.set_offline(False)
    assert sent.value.status == 201
    assert sent.value.json()["channel"] == "offline"


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_no_page_promises_what_a_browser_cannot_keep(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/m/")
    enter_by_sms(page, next(NUMBERS))
    expect(page.locator("#home-tickets")).to_be_visible()
    picture(page, f"h5-home-{width}")
    for route in ("home", "village", "points", "me", "survey", "survey/check", "anonymous/new",
                  "anonymous/receipt", "privacy", "tickets/new", "ways"):  # fmt: skip
        page.goto(f"/m/#pages/{route}/index")
        page.reload()
        expect(page.locator("#vp-pages .vp-page:not([hidden]) wx-view.page")).to_be_visible()
        text = page.locator("body").inner_text()
        assert "谁也查不到" not in text, route
        sideways = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert sideways <= 0, route
        if route.startswith(("survey", "anonymous")):
            expect(page.locator("#elsewhere")).to_contain_text("12345")


def test_the_survey_tile_says_at_once_where_it_is_answered(page: Page) -> None:
    page.goto("/m/")
    enter_by_sms(page, next(NUMBERS))
    expect(page.locator("#home-survey")).to_contain_text("请在微信里答，也可到村里填纸票")
    page.locator("#home-survey").click()
    expect(page.locator("#elsewhere")).to_contain_text("到村里填纸质票")
    expect(page.locator("#elsewhere")).to_contain_text("12345")


@pytest.mark.parametrize("width", [390, 760, 1440])
def test_the_drawing_of_the_village_is_whole(page: Page, width: int) -> None:
    """It is drawn 390 to 120; less than 0.28 of its width cuts off the sun and the trees."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/m/")
    enter_by_sms(page, next(NUMBERS))
    expect(page.locator(".home-land")).to_be_visible()
    picture(page, f"h5-land-{width}")
    box = page.locator(".home-land").bounding_box()
    assert box is not None
    assert box["height"] / box["width"] > 0.28


def test_a_log_in_that_ended_while_somebody_wrote_loses_no_word(page: Page) -> None:
    people = page.request.get("/preview/people.json").json()["items"]
    villager = next(person for person in people if person["openid"].endswith("-v2"))
    page = Phones(page, "h5").open(villager["openid"])
    page.locator("#home-new-ticket").click()
    page.locator("#category-light").click()
    page.locator("#new-words textarea").fill(WORDS)
    token = json.loads(page.evaluate("localStorage.getItem('village-voice-web:session')"))
    ended = page.request.delete(
        "/api/v1/sessions/current", headers={"Authorization": f"Bearer {token}"}
    )
    assert ended.ok
    page.locator("#new-send").click()
    page.click("button:has-text('先不登录')")
    page.reload()
    assert WORDS in page.evaluate("localStorage.getItem('village-voice-web:outbox')")


def test_the_back_button_goes_back_and_a_refusal_to_log_in_is_kept(page: Page) -> None:
    page.goto("/m/")
    page.click("button:has-text('先不登录')")
    expect(page.locator("#vp-pages")).to_contain_text("您还没有登录")
    page.click("text=进来看看")
    enter_by_sms(page, next(NUMBERS))
    expect(page.locator("#home-tickets")).to_be_visible()
    page.locator("#home-tickets").click()
    expect(page).to_have_title(re.compile("诉求"))
    page.go_back()
    expect(page.locator("#home-scan")).to_be_visible()
    page.locator("#home-tickets").click()
    page.locator("#vp-back").click()
    expect(page.locator("#home-scan")).to_be_visible()
