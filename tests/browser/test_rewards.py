"""From a scanned poster to a line on the notice board, in real Chromium on the whole county."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import AGREED, allow_messages, log_in, picture
from tests.browser.test_whole_path import hang, scan
from tests.running import Running

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def people_of(page: Page) -> dict[str, dict[str, Any]]:
    items = page.request.get("/preview/people.json").json()["items"]
    return {item["role"]: item for item in reversed(items)}


@pytest.fixture
def keeper_context(chromium: Browser, county: Running) -> Any:
    """The keeper's own phone: another storage, another session."""
    context = chromium.new_context(base_url=county.base, locale="zh-CN", viewport=PHONE)
    context.add_init_script(AGREED)
    context.set_default_timeout(15_000)
    yield context
    context.close()


def open_shop_page(context: BrowserContext, openid: str) -> Page:
    page = context.new_page()
    allow_messages(page)
    page.goto(f"/preview/?person={openid}&path=pages/shop/index")
    expect(page.locator("#shop-scan")).to_be_visible()
    return page


def reserve_cheapest(page: Page, surname: str) -> str:
    """Through the catalogue to the code; returns what was reserved."""
    page.locator("#home-points").click()
    page.locator("#points-rewards").click()
    first = page.locator("[id^=reward-]").first
    expect(first).to_contain_text("还有")
    name = first.locator(".reward-name, [class*=reward-name]").first.inner_text()
    first.click()
    page.locator("#detail-surname input, input#detail-surname").fill(surname)
    page.locator("#detail-reserve").click()
    expect(page.locator("#code-digits")).to_be_visible()
    return name


def photograph(page: Page, path: Path) -> str:
    """The screen as another phone's camera sees it; returns what its square says."""
    path.write_bytes(page.screenshot())
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(path.read_bytes())))
    assert len(found) == 1, "no square on the screen"
    return found[0].text


def earn(page: Page, openid: str, tmp_path: Path, times: int) -> None:
    """Rates at so many posters, two points each; one rated today already is passed by."""
    earned, nth = 0, 0
    while earned < times:
        page.goto(f"/preview/?person={openid}")
        scan(page, hang(page, tmp_path, nth)["path"])
        nth += 1
        level = page.locator("#level-2")
        expect(level.or_(page.get_by_text("今天已经评过了"))).to_be_visible()
        if not level.is_visible():
            continue
        level.click()
        page.locator("#send").click()
        expect(page.locator("#thanks")).to_be_visible()
        page.locator("#go-home").click()
        earned += 1


def test_scanned_earned_redeemed_and_told_to_the_village(
    page: Page, keeper_context: BrowserContext, tmp_path: Path
) -> None:
    openid = people_of(page)["店主"]["openid"]
    villager = openid.removesuffix("s1") + "v2"
    page.set_viewport_size(PHONE)
    earn(page, villager, tmp_path, 3)
    reward = reserve_cheapest(page, "郭")
    screen = tmp_path / "screen.png"
    said = photograph(page, screen)
    digits = page.locator("#code-digits").inner_text().replace(" ", "")
    assert said == f"VV{digits}"
    picture(page, "rewards-code")

    counter = open_shop_page(keeper_context, openid)
    shelf = counter.locator("#shop-stock").inner_text()
    counter.locator("#shop-scan").click()
    counter.locator("#vp-poster-file").set_input_files(screen)
    expect(counter.locator("#handout-who")).to_have_text("郭*")
    expect(counter.locator("#handout-what")).to_contain_text(reward)
    picture(counter, "shop-handout")
    counter.locator("#handout-confirm").click()
    expect(counter.locator("#handout-done")).to_contain_text("可以给")
    expect(page.locator("#code-done")).to_contain_text("领到了", timeout=20_000)
    counter.locator("#handout-back").click()
    expect(counter.locator("#shop-done")).to_contain_text(f"郭* {reward}")
    assert counter.locator("#shop-stock").inner_text() != shelf
    picture(counter, "shop-counter")

    desk = keeper_context.new_page()
    desk.set_viewport_size({"width": 1440, "height": 900})
    log_in(desk, "county")
    desk.goto("/console/points/redemptions?state=handed_out")
    line = desk.locator("tbody tr").first
    expect(line).to_contain_text("郭*")
    expect(line).to_contain_text(reward)
    picture(desk, "console-redemptions")


def test_a_used_square_is_refused_by_the_counter(
    page: Page, keeper_context: BrowserContext, tmp_path: Path
) -> None:
    openid = people_of(page)["店主"]["openid"]
    page.set_viewport_size(PHONE)
    earn(page, openid.removesuffix("s1") + "v3", tmp_path, 3)
    reserve_cheapest(page, "")
    screen = tmp_path / "screen.png"
    photograph(page, screen)
    counter = open_shop_page(keeper_context, openid)
    for expected in ("#handout-confirm", "#handout-refused"):
        counter.locator("#shop-scan").click()
        counter.locator("#vp-poster-file").set_input_files(screen)
        expect(counter.locator(expected)).to_be_visible()
        if expected == "#handout-confirm":
            counter.locator(expected).click()
            expect(counter.locator("#handout-done")).to_be_visible()
            counter.locator("#handout-back").click()
    expect(counter.locator("#handout-refused")).to_contain_text("已经用过了")


def test_a_counter_without_a_signal_hands_over_nothing(
    page: Page, keeper_context: BrowserContext
) -> None:
    openid = people_of(page)["店主"]["openid"]
    counter = open_shop_page(keeper_context, openid)
    counter.goto(f"/preview/?person={openid}&path=pages/shop/index&offline=1")
    expect(counter.locator("#shop-offline")).to_contain_text("先别交东西")


def test_the_village_reads_its_month_and_prints_it(page: Page) -> None:
    log_in(page, "county")
    page.goto("/console/points/publications")
    with page.expect_popup() as popup:
        page.locator("tbody a").first.click()
    board = popup.value
    expect(board.locator("h1")).to_contain_text("积分公示")
    expect(board.locator("body")).to_contain_text("不按分数排")
    assert re.search(r"[\u4e00-\u9fff]\*", board.locator("table").first.inner_text())
    picture(board, "points-board")
    board.emulate_media(media="print")
    picture(board, "points-board-print")
    board.close()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_of_rewards_scrolls_sideways(page: Page, width: int, dark: bool) -> None:
    page.set_viewport_size({"width": width, "height": 850})
    page.emulate_media(color_scheme="dark" if dark else "light")
    log_in(page, "county")
    page.goto("/console/points/shops")
    shop = page.locator("tbody a").first.get_attribute("href")
    for name, address in (
        ("rewards", "/console/points/rewards"), ("reward", "/console/points/rewards/5"),
        ("shops", "/console/points/shops?q=村"), ("shop", shop),
        ("redemptions", "/console/points/redemptions"),
        ("publications", "/console/points/publications"),
    ):  # fmt: skip
        page.goto(address)
        sideways = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert sideways <= 0, (name, width)
        picture(page, f"console-{name}-{width}{'-dark' if dark else ''}")
