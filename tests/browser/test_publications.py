"""What everybody reads of a published month, and how the office tells it: no script needed."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PICTURES, log_in, picture
from tests.running import Running

pytestmark = pytest.mark.browser
WIDTHS = (1440, 390)


def newest_month(page: Page) -> str:
    page.goto("/p/610528")
    href = page.locator("ul.villages a").first.get_attribute("href")
    return href.rsplit("/", 1)[1]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_public_pages_are_read_without_scripts(
    chromium: Browser, county: Running, theme: str, width: int
) -> None:
    context = chromium.new_context(
        base_url=county.base, locale="zh-CN", java_script_enabled=False, color_scheme=theme,
        viewport={"width": width, "height": 900},
    )  # fmt: skip
    page = context.new_page()
    PICTURES.mkdir(exist_ok=True)
    month = newest_month(page)
    shots = {"months": "/p/610528", "county": f"/p/610528/{month}", "missing": "/p/610528/2019-01"}
    page.goto(shots["county"])
    shots["village"] = page.locator("ul.villages a").first.get_attribute("href")
    for name, address in shots.items():
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        page.screenshot(path=PICTURES / f"public-{name}-{width}-{theme}.png", full_page=True)
    page.goto(shots["village"])
    expect(page.locator(".score .light")).to_have_text(re.compile("[▲●◆■✕] ."))
    body = page.locator("body").bounding_box()
    assert body is not None
    assert body["width"] <= width
    context.close()


def test_nothing_runs_out_of_a_phones_width_and_targets_are_large(page: Page) -> None:
    month = newest_month(page)
    page.set_viewport_size({"width": 390, "height": 800})
    for address in (f"/p/610528/{month}", "/p/610528"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    size = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    assert size >= 18
    assert page.locator("ul.villages li").first.bounding_box()["height"] >= 44


def test_the_printed_page_is_light_and_leaves_out_what_paper_cannot_do(page: Page) -> None:
    month = newest_month(page)
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(f"/p/610528/{month}")
    expect(page.locator("text=开放数据")).to_be_hidden()
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert colour == "rgb(255, 255, 255)"
    # What a screen folds, paper shows: nobody can unfold it there.
    assert page.locator("details.band").count()
    rows = page.locator("ul.villages li")
    assert all(row.is_visible() for row in rows.all())
    PICTURES.mkdir(exist_ok=True)
    page.pdf(path=PICTURES / "public-county.pdf", format="A4")


def test_a_villager_finds_the_own_village_by_its_township(page: Page) -> None:
    month = newest_month(page)
    page.goto(f"/p/610528/{month}")
    expect(page.locator("a", has_text="西村").first).to_be_hidden()
    page.locator("details.find > summary").click()
    page.locator("details.township summary").first.click()
    name = page.locator("details.township a").first.inner_text()
    picture(page, "public-find")
    page.locator("details.township a").first.click()
    expect(page.locator("h1")).to_contain_text(name)


def test_the_office_copies_the_words_and_prints_a_sheet(page: Page) -> None:
    log_in(page, "county")
    page.goto("/console/publications")
    picture(page, "publications")
    page.click("a:has-text('单子和群消息') >> nth=0")
    picture(page, "publication")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click("button:has-text('复制') >> nth=0")
    expect(page.locator("button:has-text('已复制')")).to_be_visible()
    words = page.evaluate("navigator.clipboard.readText()")
    assert 0 < len(words) <= 300
    assert "12345" in words
    with page.expect_download() as fetched:
        page.evaluate(
            "const a = document.querySelector('a[href$=\"sheet.pdf\"]'); a.download = ''; a.click()"
        )
    assert fetched.value.path().read_bytes().startswith(b"%PDF")


def test_bulletins_and_tokens_stand_beside_the_exports(page: Page) -> None:
    log_in(page, "county")
    page.goto("/console/exports/bulletins")
    expect(page.locator("a:has-text('PDF')").first).to_be_visible(timeout=60_000)
    picture(page, "bulletins")
    page.goto("/console/tokens")
    page.fill("input[name=name]", "市大数据平台")
    page.fill("input[name=ends_on]", page.locator("input[name=ends_on]").get_attribute("max"))
    page.click("button:has-text('新建令牌')")
    expect(page.locator("#token")).to_have_text(re.compile("vv_"))
    picture(page, "tokens")
    page.goto("/console/tickets?view=all")
    page.click("a:has-text('导出这张单子')")
    expect(page.locator("text=带着页面上的筛选")).to_be_visible()
    page.click("button:has-text('导出')")
    expect(page.locator("text=已写好").first).to_be_visible(timeout=60_000)
    picture(page, "exports-tickets")


def test_a_reader_computes_a_villages_month_again_and_sees_a_changed_digit(page: Page) -> None:
    month = newest_month(page)
    page.goto(f"/p/610528/{month}")
    codes = [
        (row.get_attribute("href") or "").split("/")[2]
        for row in page.locator("ul.villages a").all()[:3]
    ]
    for code in codes:
        page.goto(f"/p/{code}/{month}/recompute")
        expect(page.locator("#verdict")).to_have_text("✓ 与公布的一致")
        assert page.locator("#steps li.bad").count() == 0
    picture(page, "public-recompute")
    county, *villages = page.request.get(f"/p/610528/{month}/contents.jsonl").text().split("\n")
    lines = [
        re.sub(r'"total":"[0-9.]+"', '"total":"1.23"', line) if codes[0] in line else line
        for line in villages
    ]
    changed = "\n".join([county, *lines])
    page.route("**/contents.jsonl", lambda route: route.fulfill(body=changed))
    page.goto(f"/p/{codes[0]}/{month}/recompute")
    expect(page.locator("#verdict")).to_contain_text("处和公布的不一致")
    expect(page.locator("#steps li.bad").first).to_contain_text("原文动过")
    expect(page.locator("#steps li.bad").nth(1)).to_contain_text("公布的是 1.23")
    picture(page, "public-recompute-changed")
