"""人员与权限 in a real browser: opened by one, confirmed by another, taken over by the owner."""

import time

import pyotp
import pytest
from playwright.sync_api import Page, expect

from backend.app.core import clock
from tests.browser.conftest import log_in

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
    page.select_option("#region", label="富平县(县)")
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
