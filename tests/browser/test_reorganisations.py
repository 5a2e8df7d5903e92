"""区划调整 in a real browser: what hangs on a village is seen, moved by two people, found again."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import log_in, picture
from tests.browser.test_people import leave

pytestmark = pytest.mark.browser
FORMER, SUCCESSOR = "齐村镇安乐村", "齐村镇和平村"
WORDS = "水渠堵了，地里浇不上水"


def enter_call(page: Page) -> str:
    """An open ticket of the village; its address."""
    page.goto("/console/tickets/new")
    page.fill("#village", "安乐村")
    option = page.locator("#village_id option", has_text="齐村镇")
    expect(option).to_have_count(1)
    page.select_option("#village_id", option.get_attribute("value"))
    page.fill("input[name=contact_name]", "李大爷")
    page.fill("textarea[name=words]", WORDS)
    page.click("button:has-text('提交')")
    expect(page.locator(".facts")).to_contain_text("安乐村委会")
    return page.url


def propose(page: Page) -> str:
    """Looks at what would move, then proposes; the address of the proposal."""
    page.goto("/console/reorganisations")
    page.fill("input[name=village]", FORMER)
    page.click("button:has-text('看一看')")
    expect(page.locator("#content table")).to_contain_text("没办完的诉求")
    page.fill("input[name=into]", SUCCESSOR)
    page.fill("input[name=basis]", "富政函〔2026〕18 号")
    picture(page, "reorganisation-preview")
    page.click("button:has-text('提出')")
    expect(page.locator("[role=status]")).to_contain_text("请另一位同事")
    expect(page.locator("#content")).not_to_contain_text("确认办理")
    picture(page, "reorganisation-proposed")
    return page.url


def confirm(page: Page) -> None:
    """By the other person."""
    log_in(page, "admin")
    page.goto("/console/reorganisations")
    page.click("text=安乐村委会 并入 和平村委会")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("button:has-text('确认办理')")
    expect(page.locator("[role=status]")).to_contain_text("已办好")
    picture(page, "reorganisation-done")


def import_one(page: Page, folder: Path) -> None:
    """A list that still has the former name."""
    orders = folder / "orders.csv"
    orders.write_text(f"工单编号,诉求内容,村\nQH1,路灯不亮,{FORMER}\n")
    page.goto("/console/tickets/import")
    page.set_input_files("input[type=file]", orders)
    page.click("button:has-text('上传，看预览')")
    row = page.locator("tbody", has_text="QH1")
    expect(row).to_contain_text("和平村委会", timeout=60_000)


def test_a_merged_village_leads_to_its_successor_with_all_that_is_open(
    page: Page, tmp_path: Path
) -> None:
    log_in(page, "county")
    ticket = enter_call(page)
    propose(page)
    leave(page)
    confirm(page)
    page.goto(ticket)
    expect(page.locator(".facts")).to_contain_text("和平村委会")
    import_one(page, tmp_path)
    page.goto("/console/tickets/new")
    page.fill("#village", "安乐村")
    expect(page.locator("#village_id option", has_text="齐村镇")).to_contain_text("和平村委会")
