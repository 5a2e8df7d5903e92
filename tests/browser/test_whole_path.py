"""From a poster's picture to a line in the county's workbook, in real Chromium."""

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from backend.app.exports.month_book import VILLAGES
from backend.app.scorecards.console import FEWEST_FOR_WORDS
from tests.browser.conftest import log_in, picture

pytestmark = pytest.mark.browser
HEADS = [column.name for column in VILLAGES]
WORDS = "水管修得快，师傅还帮着关了阀"


def hang(page: Page, tmp_path: Path, position: int) -> dict[str, Any]:
    """One of the posters, as a picture on disk; each test has its own, whatever their order."""
    items = page.request.get("/preview/posters.json").json()["items"]
    chosen = items[position]
    image = tmp_path / "poster.png"
    image.write_bytes(page.request.get(chosen["image_url"]).body())
    return {**chosen, "path": image}


def scan(page: Page, image: Path) -> None:
    """Scans by holding a picture of the poster before the camera."""
    page.locator("#home-scan").click()
    page.locator("#vp-poster-file").set_input_files(image)


def exported_row(page: Page, village: str, tmp_path: Path) -> tuple[Any, ...]:
    """Asks for a workbook, waits for the worker, and reads the village's line."""
    page.goto("/console/exports")
    page.click("main button.btn-primary:has-text('导出')")
    first = page.locator("tbody tr").first
    expect(first).to_contain_text("已写好", timeout=30_000)
    with page.expect_download() as download:
        first.locator("a:has-text('下载')").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    sheet = openpyxl.load_workbook(path)["各村"]
    return next(row for row in sheet.iter_rows(values_only=True) if row[1] == village)


def recomputed(page: Page) -> None:
    page.goto("/console/")
    page.click("button:has-text('重新计算本月')")
    expect(page.locator(".notice")).to_contain_text("已开始重新计算")


def village_figures(page: Page, name: str) -> list[str]:
    page.goto(f"/console/villages?q={name}")
    return page.locator("table.list tbody tr").first.locator("td").all_inner_texts()


def test_a_scanned_poster_becomes_a_line_in_the_workbook(page: Page, tmp_path: Path) -> None:
    poster = hang(page, tmp_path, 20)
    village = poster["village"]
    log_in(page, "county")
    recomputed(page)
    page.wait_for_timeout(1500)
    before = int(village_figures(page, village)[3])

    page.goto("/preview/?person=demo-newcomer")
    scan(page, poster["path"])
    expect(page.locator("#place")).to_contain_text(village)
    picture(page, "preview-scan")
    page.locator("#level-2").click()
    page.locator("#words textarea, textarea#words").fill(WORDS)
    picture(page, "preview-rate")
    page.locator("#send").click()
    expect(page.locator("#thanks")).to_contain_text("收到了")
    expect(page.locator("#thanks-points")).to_contain_text("+2 积分")
    picture(page, "preview-thanks")
    page.locator("#go-home").click()
    page.locator("#home-points").click()
    expect(page.locator("#vp-pages")).to_contain_text("评价服务")
    picture(page, "preview-points")

    recomputed(page)

    def counted() -> bool:
        return int(village_figures(page, village)[3]) >= before + 1

    for _ in range(40):
        if counted():
            break
        page.wait_for_timeout(250)
    figures = village_figures(page, village)
    assert int(figures[3]) >= before + 1
    page.locator("table.list tbody tr a").first.click()
    # Early in a month a village has too few ratings for anybody's words to be shown.
    shown = WORDS if page.locator(".words").count() else "先不显示"
    assert (shown == WORDS) is (int(figures[3]) >= FEWEST_FOR_WORDS)
    expect(page.locator("main")).to_contain_text(shown)
    picture(page, "console-village")
    row = exported_row(page, village, tmp_path)
    heads = dict(zip(HEADS, row, strict=True))
    assert heads["评价数"] >= int(figures[3])
    assert isinstance(heads["满意度"], (int, float))


def test_the_same_point_cannot_be_rated_twice_a_day(page: Page, tmp_path: Path) -> None:
    poster = hang(page, tmp_path, 3)
    page.goto("/preview/?person=demo-newcomer")
    scan(page, poster["path"])
    page.locator("#level-1").click()
    page.locator("#send").click()
    expect(page.locator("#thanks")).to_be_visible()
    page.locator("#go-home").click()
    scan(page, poster["path"])
    expect(page.locator("#vp-pages")).to_contain_text("今天已经评过")


def test_pictures_for_the_readme(page: Page) -> None:
    log_in(page, "county")
    expect(page.locator(".chart svg").first).to_be_visible()
    picture(page, "console-dashboard")
    page.goto("/preview/")
    expect(page.locator("#home-scan")).to_be_visible()
    picture(page, "preview-home")


@pytest.mark.parametrize("address", ["/console/", "/console/villages", "/console/exports"])
@pytest.mark.parametrize("width", [390, 1440])
def test_no_page_scrolls_sideways(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    log_in(page, "county")
    page.goto(address)
    sideways = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert sideways <= 0


def test_a_leader_finds_no_button_that_writes(page: Page) -> None:
    log_in(page, "leader")
    assert page.locator("main form[method=post]").count() == 0
    assert re.search("县领导|王书记", page.locator(".side").inner_text())


def test_the_api_document_opens(page: Page) -> None:
    page.goto("/api/docs")
    expect(page.locator(".swagger-ui .info")).to_contain_text("村声")
    expect(page.locator(".swagger-ui")).to_contain_text("/api/v1/ratings")
