"""Ranking, scorecard, schemes and months in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from backend.app.core import clock
from tests.browser.conftest import log_in, picture

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
DARK = "document.documentElement.setAttribute('data-bs-theme', 'dark')"


def both_ways(page: Page, name: str) -> None:
    """Pictures at the desk and on a phone in the dark; nothing hangs over the edge."""
    picture(page, name)
    wide = page.viewport_size
    page.set_viewport_size(PHONE)
    page.evaluate(DARK)
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    picture(page, f"{name}-phone-dark")
    page.set_viewport_size(wide or PHONE)
    page.evaluate("document.documentElement.removeAttribute('data-bs-theme')")


def test_from_the_ranking_to_a_lost_point_and_its_case(page: Page) -> None:
    log_in(page, "county")
    # The month before: on a month's first days hardly a village has a rank.
    page.goto(f"/console/scores?month={clock.previous_month(clock.today()):%Y-%m}")
    expect(page.get_by_role("heading", name=re.compile("总分和排名"))).to_be_visible()
    expect(page.locator(".lamps a .lamp")).to_have_count(5)
    expect(page.get_by_text(re.compile(r"名次 \d+")).first).to_be_visible()
    both_ways(page, "ranking")
    page.locator("table.list").nth(1).locator("tbody a").last.click()
    expect(page.get_by_role("heading", name=re.compile("得分卡"))).to_be_visible()
    expect(page.locator("[data-kind=funnel] svg")).to_be_visible()
    expect(page.locator("[data-kind=trend] svg")).to_be_visible()
    total = float(page.locator(".totalled .big").inner_text())
    lost = [float(one) for one in page.locator("tbody td.lost").all_inner_texts()
            if re.fullmatch(r"[\d.]+", one)]  # fmt: skip
    assert round(total + sum(lost), 2) == 100
    both_ways(page, "scorecard")
    why = page.locator("details.why").first
    why.locator("summary").click()
    expect(why.locator("li").first).to_be_visible()


def test_a_scheme_is_tried_before_anybody_approves_it(page: Page) -> None:
    log_in(page, "county")
    page.goto("/console/schemes")
    page.click("text=起草新的一版")
    page.fill("[name=title]", "明年的方案")
    page.fill("[name=all-satisfaction_mean-weight]", "45")
    page.click("text=保存草稿")
    expect(page.locator(".notice.bad")).to_contain_text("权重合计 105，应为 100")
    both_ways(page, "scheme-faulty")
    page.fill("[name=all-response_rate-weight]", "5")
    expect(page.locator("[name=all-response_rate-floor]")).to_have_count(0)
    expect(page.locator("[name=all-median_first_response-floor]")).to_have_value("24")
    expect(page.locator("[name=all-response_rate-k]")).to_have_value("10")
    page.fill("[name=all-response_rate-k]", "1001")
    page.click("text=保存草稿")
    expect(page.locator(".fault")).to_have_text("响应率的折半件数应为 0 到 1000 的整数")
    page.fill("[name=all-response_rate-k]", "20")
    page.click("text=保存草稿")
    expect(page.locator("[name=all-response_rate-k]")).to_have_value("20")
    expect(page.locator(".notice.bad")).to_have_count(0)
    page.click("text=拿上个月试算")
    expect(page.locator("#tried")).to_contain_text("如果用这一版")
    expect(page.locator("#tried tbody tr").first).to_be_visible()
    both_ways(page, "scheme-tried")


def test_the_checklist_stands_before_the_lock(page: Page) -> None:
    log_in(page, "county")
    page.goto("/console/months")
    both_ways(page, "months")
    page.locator("tbody tr").first.get_by_role("link").click()
    expect(page.get_by_text("锁定前的清单")).to_be_visible()
    expect(page.get_by_text("个工作日）才能锁定")).to_be_visible()
    expect(page.get_by_role("button", name="锁定这个月")).to_have_count(0)
    both_ways(page, "month-checklist")
