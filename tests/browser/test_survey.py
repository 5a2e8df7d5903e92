"""The month's questions and an anonymous ticket, by a villager on the phone and without a name."""

import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser.conftest import log_in, picture
from tests.running import Running, three_nights

WORDS = f"村口那盏灯坏了半年，请来看看 {time.time_ns()}"
NAMING = ("authorization", "cookie", "x-wx-openid")
KEYS_WITHIN = 600


@pytest.fixture
def month(county: Running, page: Page) -> dict[str, Any]:
    """What the phone's package would pin, once the timetable has made the month's keys."""
    deadline = time.monotonic() + KEYS_WITHIN
    while time.monotonic() < deadline:
        pinned: dict[str, Any] = page.request.get("/preview/ext.json").json()
        if pinned.get("key_digests"):
            name, digest = next(iter(pinned["key_digests"].items()))
            survey = page.request.get(f"/surveys/1/{name}.json")
            if survey.ok and survey.json()["state"] == "open":
                return {"host": pinned["anonymous_host"], "name": name, "digest": digest}
        page.wait_for_timeout(500)
    raise AssertionError("no keys and no round")


def open_phone(page: Page, nth: int) -> None:
    """People whose phones no other test opens: ballots are fetched once, by whoever comes first."""
    people = page.request.get("/preview/people.json").json()["items"]
    page.goto(f"/preview/?person={people[nth]['openid']}")


def test_a_villager_answers_three_questions_and_nobody_is_told_who(
    page: Page, month: dict[str, Any]
) -> None:
    sent: list[Request] = []
    page.on("request", lambda r: sent.append(r) if r.url.startswith(month["host"]) else None)
    open_phone(page, 3)
    page.locator("#home-survey").click()
    expect(page.locator("#survey-progress")).to_contain_text("第 1 题，共 3 题")
    picture(page, "survey-level")
    page.locator("#level-2").click()
    page.locator("#survey-next").click()
    page.locator("#option-1").click()
    page.locator("#survey-next").click()
    page.locator("#survey-words textarea, textarea#survey-words").fill("路灯再亮一点")
    picture(page, "survey-words")
    page.locator("#survey-send").click()
    expect(page.locator("#survey-done")).to_contain_text("领了票的乡亲人人加分")
    picture(page, "survey-done")
    assert [request.method for request in sent] == ["POST"]
    for request in sent:
        assert not set(request.all_headers()) & set(NAMING)
    page.locator("#survey-check-done").click()
    digits = month["digest"][:4], month["digest"][12:16]
    for group in digits:
        expect(page.locator("#vp-pages")).to_contain_text(group)
    picture(page, "survey-check")
    notice = page.request.get("/keys/1/").text()
    assert all(group in notice for group in digits)


def test_without_a_signal_the_answer_waits_and_leaves_once(
    page: Page, month: dict[str, Any]
) -> None:
    open_phone(page, 4)
    page.locator("#home-survey").click()
    page.locator("#level-1").click()
    page.locator("#survey-next").click()
    page.locator("#survey-next").click()
    page.locator("#vp-offline").check()
    page.locator("#survey-send").click()
    expect(page.locator("#survey-done")).to_contain_text("待发送")
    answers: list[str] = []
    page.on("response", lambda r: answers.append(r.url) if "/anon/response" in r.url else None)
    page.locator("#vp-offline").uncheck()
    page.locator("#survey-home").click()
    expect(page.locator("#home-survey")).to_contain_text("这个月的问卷交上去了")
    assert len(answers) == 1


def test_an_anonymous_ticket_is_followed_by_its_receipt_alone(
    county: Running, page: Page, month: dict[str, Any], tmp_path: Path
) -> None:
    open_phone(page, 5)
    page.locator("#home-anonymous").click()
    page.locator("[id^=category-]").nth(2).click()
    page.locator("#anonymous-words textarea, textarea#anonymous-words").fill(WORDS)
    page.locator("#anonymous-send").click()
    expect(page.locator("#anonymous-receipt")).to_contain_text("记下回执")
    picture(page, "anonymous-receipt")
    shown = page.locator("#anonymous-receipt").inner_text()
    code = "".join(letter for letter in shown if letter.isdigit())[:16]
    assert len(code) == 16
    three_nights(county)

    page.goto(f"{month['host']}/anon/")
    page.fill("#code", code)
    page.click("button:has-text('查一查')")
    expect(page.locator("main")).to_contain_text(WORDS)
    expect(page.locator("main")).to_contain_text("收到了")
    picture(page, "receipt-page")
    page.fill("#code", "0" * 16)
    page.click("button:has-text('查一查')")
    expect(page.locator("main")).to_contain_text("没有查到这个回执码")

    page.goto(f"{county.base}/console/login")
    log_in(page, "county")
    page.goto("/console/tickets?channel=anonymous")
    expect(page.locator("#content")).to_contain_text(WORDS)
    picture(page, "console-anonymous")


def test_a_clerk_plans_next_months_questions(page: Page) -> None:
    log_in(page, "county")
    page.goto("/console/surveys")
    page.click("button:has-text('新建问卷')")
    for slot, nth in (("c0pick", 1), ("c1pick", 11), ("c2pick", 14)):
        page.select_option(f"select[name={slot}]", index=nth)
    page.click("button:has-text('保存')")
    expect(page.locator(".phone").first).to_contain_text("最近办事方便吗")
    picture(page, "survey-editor")
    page.click("button:has-text('排期')")
    expect(page.locator("#content")).to_contain_text("已排期")


def test_last_months_results_are_on_the_phone_and_in_the_console(page: Page) -> None:
    log_in(page, "leader")
    page.goto("/console/surveys")
    page.locator("tr", has_text="已公布").get_by_role("link", name="查看").first.click()
    page.locator("details.unit", has_text="人答").first.locator("summary").click()
    expect(page.locator("details.unit[open]")).to_contain_text("%")
    picture(page, "survey-results")
