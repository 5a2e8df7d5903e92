"""人员与权限 in a real browser: opened by one, confirmed by another, taken over by the owner."""

import time
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from backend.app.core import clock
from tests.browser.conftest import log_in, picture

pytestmark = pytest.mark.browser
NEW_PASSWORD = "柿子树下 2026!"


def leave(page: Page) -> None:
    page.click("text=退出")
    page.wait_for_url("**/console/login")


def open_account(page: Page) -> str:
    """The system administrator opens it and asks for a role; the one-time password."""
    log_in(page, "system")
    page.wait_for_url("**/console/people")
    page.fill("input[name=username]", "newcomer")
    page.fill("input[name=display_name]", "李会计")
    page.click("button:has-text('开账号')")
    password = page.locator(".secret").inner_text()
    page.locator("#place").press_sequentially("西村", delay=30)
    option = page.locator("#region option", has_text="西村").first
    expect(option).to_be_attached()
    expect(page.locator("#place")).to_be_focused()
    page.select_option("#region", option.get_attribute("value"))
    page.select_option("select[name=role]", "township_staff")
    page.click("button:has-text('申请')")
    expect(page.locator("#content [role=alert]")).to_contain_text("角色和地方对不上")
    page.select_option("#region", label="富平县（县）")
    page.select_option("select[name=role]", "leader")
    page.click("button:has-text('申请')")
    expect(page.locator("[role=status]")).to_contain_text("等安全管理员确认：县领导")
    leave(page)
    return password


def confirm_role(page: Page) -> None:
    log_in(page, "security")
    page.wait_for_url("**/console/security")
    page.click("tr:has-text('李会计') button:has-text('确认')")
    expect(page.locator("#content")).to_contain_text("没有等确认的角色")
    leave(page)


def first_log_in(page: Page, password: str) -> pyotp.TOTP:
    """The owner changes the password and sets up the own TOTP; nothing opens yet."""
    page.fill("input[name=username]", "newcomer")
    page.fill("input[name=password]", password)
    page.click("button:has-text('登录')")
    page.wait_for_url("**/login/password")
    page.fill("input[name=old]", password)
    page.fill("input[name=password]", NEW_PASSWORD)
    page.fill("input[name=again]", NEW_PASSWORD)
    page.click("button:has-text('修改')")
    page.wait_for_url("**/login/activate")
    page.click("text=设自己的动态口令")
    totp = pyotp.TOTP(page.locator("code").inner_text())
    page.fill("input[name=code]", totp.at(clock.now()))
    page.click("button:has-text('启用')")
    page.goto("/console/leader")
    page.wait_for_url("**/login/activate")
    leave(page)
    return totp


def test_an_account_is_opened_by_one_confirmed_by_another_and_taken_over_by_its_owner(
    page: Page,
) -> None:
    password = open_account(page)
    confirm_role(page)
    totp = first_log_in(page, password)
    log_in(page, "security")
    page.wait_for_url("**/console/security")
    page.fill("tr:has-text('newcomer') input[name=code]", totp.at(int(time.time()) + 30))
    page.click("button:has-text('确认是本人')")
    expect(page.locator("#content")).to_contain_text("没有等激活的账号")
    leave(page)
    page.fill("input[name=username]", "newcomer")
    page.fill("input[name=password]", NEW_PASSWORD)
    page.click("button:has-text('登录')")
    page.wait_for_url("**/login/code")


def test_taking_a_role_back_asks_first_and_the_auditor_sees_who_came(page: Page) -> None:
    log_in(page, "system")
    page.goto("/console/people?role=township_staff")
    page.click("tbody a")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.click("button:has-text('收回')")
    expect(page.locator("tbody")).to_contain_text("有效")
    leave(page)
    log_in(page, "auditor")
    page.wait_for_url("**/console/audit")
    page.goto("/console/audit?action=log_in")
    expect(page.locator("tbody")).to_contain_text("陈系统")
    expect(page.locator("tbody")).to_contain_text("127.0.0.1")


def test_a_list_of_cadres_becomes_slips_that_are_shown_once(page: Page, tmp_path: Path) -> None:
    log_in(page, "county")
    page.goto("/console/tickets/new")
    page.fill("#village", "西村")
    option = page.locator("#village_id option").first
    expect(option).to_contain_text("西村")
    people = tmp_path / "村干部名单.csv"
    people.write_text(
        f"村(社区)/单位,姓名,职务,联系电话\n{option.text_content()},马小兰,村支书,13900000001\n"
        "第三村,牛大力,网格员,\n富平县,何人,审计员,\n"
    )
    page.goto("/console/people")
    page.click("text=用名单导入")
    page.set_input_files("input[type=file]", people)
    page.click("button:has-text('上传')")
    expect(page.locator("#import")).to_contain_text("选一次，一样的行都照办")
    picture(page, "people-list-preview")
    page.click("button:has-text('导入 ')")
    page.click("text=去做邀请码纸条")
    picture(page, "people-list-imported")
    page.click("button:has-text('张纸条')")
    expect(page.locator(".slips section")).to_contain_text("马小兰")
    picture(page, "people-list-slips")
    page.goto("/console/people/lists")
    expect(page.locator("#content")).not_to_contain_text("还没有邀请码")
    page.click("tr:has-text('马小兰') button:has-text('换一个码')")
    expect(page.locator(".secret")).to_be_visible()
    picture(page, "people-list-renewed")
