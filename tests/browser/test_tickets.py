"""A ticket's whole life on the phone and in the console, in real Chromium."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import log_in, picture
from tests.factories.tickets import photo

pytestmark = pytest.mark.browser
CADRE = "村干部"


def people(page: Page) -> list[str]:
    """Whom the phone can belong to."""
    page.goto("/preview")
    options = page.locator("#vp-person option")
    expect(options.filter(has_text=CADRE)).to_have_count(1)
    return options.all_inner_texts()


def take_phone(page: Page, label: str) -> None:
    """Hands the phone to somebody."""
    people(page)
    with page.expect_navigation():
        page.select_option("#vp-person", label=label)
    expect(page.locator("#home-new-ticket")).to_be_visible()


def neighbours(page: Page) -> tuple[str, str]:
    """A villager and the cadre of the same village."""
    known = people(page)
    cadre = next(name for name in known if CADRE in name)
    village = cadre.partition("的")[0]
    return next(name for name in known if name.startswith(village) and CADRE not in name), cadre


def tell(page: Page, words: str, photos: list[Path]) -> str:
    """Writes a ticket; returns its number."""
    page.locator("#home-new-ticket").click()
    page.locator("#category-light").click()
    page.locator("#new-words textarea").fill(words)
    if photos:
        with page.expect_file_chooser() as chooser:
            page.locator("#photo-add").click()
        chooser.value.set_files(photos)
        expect(page.locator(".photo")).to_have_count(len(photos) + 1)
        expect(page.locator("text=正在传")).to_have_count(0)
    page.locator("#new-send").click()
    expect(page.locator("#new-sent")).to_contain_text("收到了")
    number = page.locator("#new-sent").inner_text().split("编号 ")[1].split()[0]
    page.locator("#new-subscribe").click()
    expect(page.locator("#new-subscribed")).to_contain_text("微信会告诉您")
    page.locator("#new-home").click()
    return number


def open_work(page: Page, words: str) -> None:
    page.locator("#home-queue").click()
    page.locator(".ticket-card", has_text=words).first.click()
    expect(page.locator("#work-head")).to_contain_text(words)


def reply(page: Page, words: str) -> None:
    page.locator("#task-reply").click()
    page.locator("#work-words textarea").fill(words)
    page.locator("#work-done").click()
    expect(page.locator("#work-head")).to_contain_text("答复了")


def open_own(page: Page, words: str) -> None:
    page.locator("#home-tickets").click()
    page.locator(".ticket-card", has_text=words).first.click()
    expect(page.locator("#ticket-head")).to_be_visible()


def sign_and_ask_for_time(page: Page, words: str) -> None:
    page.locator("#home-queue").click()
    card = page.locator(".ticket-card", has_text=words)
    card.locator(".cadre-sign").click()
    expect(card).to_contain_text("正在办")
    picture(page, "cadre-queue")
    card.click()
    expect(page.locator("#work-head .work-photo").first).to_be_visible()
    page.locator("#task-extension").click()
    page.locator("#work-words textarea").fill("配件要从西安发来")
    page.locator("#work-send").click()
    expect(page.locator("#work-extension")).to_contain_text("等县里批")


def grant_time(page: Page, number: str) -> None:
    log_in(page, "county")
    page.goto(f"/console/tickets?view=extension&q={number}")
    page.locator("td a", has_text=number).click()
    page.click("button:has-text('批准')")
    expect(page.locator(".story")).to_contain_text("办理延长 3 天")


def reply_from_a_template(page: Page, words: str) -> None:
    open_work(page, words)
    picture(page, "cadre-ticket")
    page.locator("#task-reply").click()
    page.locator("#work-replies").click()
    expect(page.locator("#work-found")).to_contain_text("路灯已修")
    page.locator(".work-ready").first.click()
    expect(page.locator("#work-words textarea")).not_to_have_value("")
    page.locator("#work-done").click()
    expect(page.locator("#work-head")).to_contain_text("答复了")


def say_no_and_reopen(page: Page, words: str) -> None:
    expect(page.locator("#home-tickets")).to_contain_text("等您说话")
    open_own(page, words)
    expect(page.locator(".line")).to_contain_text("理由：配件要从西安发来")
    picture(page, "ticket-verdict")
    page.locator("#verdict-not").click()
    picture(page, "ticket-not-solved")
    page.locator("#detail-again-go").click()
    expect(page.locator(".line")).to_contain_text("重新办")


def test_both_roles_go_through_a_whole_life_with_extension_and_reopening(
    page: Page, tmp_path: Path
) -> None:
    villager, cadre = neighbours(page)
    words = "学校后门第三盏路灯不亮，娃晚上不敢走"
    lamp = tmp_path / "lamp.jpg"
    lamp.write_bytes(photo())
    take_phone(page, villager)
    number = tell(page, words, [lamp])
    take_phone(page, cadre)
    sign_and_ask_for_time(page, words)
    grant_time(page, number)
    take_phone(page, cadre)
    reply_from_a_template(page, words)
    take_phone(page, villager)
    say_no_and_reopen(page, words)
    take_phone(page, cadre)
    open_work(page, words)
    page.locator("#work-sign").click()
    reply(page, "整个灯头都换了")
    take_phone(page, villager)
    open_own(page, words)
    page.locator("#verdict-solved").click()
    page.locator("#level-1").click()
    page.locator("#detail-verdict-go").click()
    expect(page.locator("#ticket-head")).to_contain_text("办完了")
    expect(page.locator(".line")).to_contain_text("您说：解决了")
    log_in(page, "county")
    page.goto(f"/console/tickets?view=closed&q={number}")
    page.locator("td a", has_text=number).click()
    expect(page.locator(".facts")).to_contain_text("解决了")
    picture(page, "console-ticket")


def test_the_panel_takes_no_choice_before_the_phone_listens(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/preview/ext.json", hold)
    with page.expect_request("**/preview/ext.json"):
        page.goto("/preview")
    expect(page.locator("#vp-person")).to_be_disabled()
    held.pop().continue_()
    expect(page.locator("#vp-person")).to_be_enabled()


def test_a_link_opens_the_phone_at_a_page_and_in_a_state(page: Page) -> None:
    page.goto("/preview?path=pages/privacy/index&font=24")
    expect(page.locator("#vp-title")).to_have_text("我的信息怎么用")
    expect(page.locator("#vp-font")).to_have_value("24")


def test_without_a_signal_a_ticket_waits_and_leaves_by_itself(page: Page) -> None:
    villager, _ = neighbours(page)
    take_phone(page, villager)
    page.locator("#home-new-ticket").click()
    page.locator("#category-clean").click()
    page.locator("#new-words textarea").fill("涝池边堆了垃圾")
    page.check("#vp-offline")
    page.locator("#new-send").click()
    expect(page.locator("#new-waiting")).to_contain_text("先记在手机里了")
    page.locator("#new-list").click()
    expect(page.locator("#vp-pages")).to_contain_text("待发送")
    page.uncheck("#vp-offline")
    expect(page.locator(".ticket-card", has_text="涝池边堆了垃圾")).to_be_visible()


def test_the_desk_enters_a_call_and_imports_orders(page: Page, tmp_path: Path) -> None:
    log_in(page, "county")
    page.goto("/console/tickets/new")
    page.fill("#village", "西村")
    expect(page.locator("#village_id option").first).to_contain_text("西村")
    page.fill("input[name=contact_name]", "张大娘")
    page.fill("textarea[name=words]", "村口井盖破了，怕摔着娃")
    page.click("button:has-text('提交')")
    expect(page.locator(".facts")).to_contain_text("电话代录")
    village = page.locator(".facts dd").first.inner_text()
    orders = tmp_path / "orders.csv"
    orders.write_text(
        f"工单编号,诉求内容,所属村\nA1,巷子里没路灯,{village}\nA2,机井坏了,没有这个村\n", "gb18030"
    )
    page.goto("/console/tickets/import")
    page.set_input_files("input[type=file]", orders)
    page.click("button:has-text('上传，看预览')")
    expect(page.locator("h2", has_text="导入后会这样")).to_be_visible(timeout=30_000)
    picture(page, "import-preview")
    page.click("summary:has-text('哪一列是什么')")
    expect(page.locator("select[name=column_words]")).to_have_value("诉求内容")
    expect(page.locator("form", has_text="选一次")).to_contain_text("没有这个村")
    page.fill("input[name=typed_0]", village)
    picture(page, "import-mending")
    page.click("button:has-text('按选的再看一遍')")
    page.click("button:has-text('导入 2 行')", timeout=30_000)
    expect(page.locator(".notice")).to_contain_text("新收 2", timeout=30_000)
    page.click("summary:has-text('整批撤销')")
    picture(page, "import-done")
    page.click("button:has-text('撤销这次导入')")
    expect(page.locator(".notice")).to_contain_text("已整批撤销", timeout=30_000)
    picture(page, "import-undone")


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize(
    "address",
    [
        "/console/tickets?view=all", "/console/tickets/board", "/console/tickets/new",
        "/console/tickets/rules", "/console/tickets/words", "/console/tickets/held",
        "/console/tickets/import", "/console/digest",
    ],
)  # fmt: skip
def test_no_ticket_page_scrolls_sideways(page: Page, address: str, width: int) -> None:
    log_in(page, "county")
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(address)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
