"""人员与权限 in a real browser: an account opened, a role given, a first log-in."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import log_in

pytestmark = pytest.mark.browser
NEW_PASSWORD = "柿子树下 2026!"


def test_a_new_colleague_gets_an_account_and_a_role_and_logs_in(page: Page) -> None:
    log_in(page, "admin")
    page.click("text=人员与权限")
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
    page.click("button:has-text('授予')")
    expect(page.locator("#content [role=alert]")).to_contain_text("角色和地方对不上")
    page.select_option("#region", label="富平县(县)")
    page.select_option("select[name=role]", "leader")
    page.click("button:has-text('授予')")
    expect(page.locator("tbody")).to_contain_text("县领导")
    page.click("text=退出")
    page.fill("input[name=username]", "newcomer")
    page.fill("input[name=password]", password)
    page.click("button:has-text('登录')")
    page.wait_for_url("**/login/password")
    page.fill("input[name=old]", password)
    page.fill("input[name=password]", NEW_PASSWORD)
    page.fill("input[name=again]", NEW_PASSWORD)
    page.click("button:has-text('修改')")
    page.wait_for_url("**/console/leader")
    expect(page.locator("aside")).not_to_contain_text("人员与权限")


def test_taking_a_role_back_asks_first(page: Page) -> None:
    log_in(page, "admin")
    page.goto("/console/people?role=township_staff")
    page.click("tbody a")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.click("button:has-text('收回')")
    expect(page.locator("tbody")).to_contain_text("有效")
    page.goto("/console/audit?action=log_in")
    expect(page.locator("tbody")).to_contain_text("周管理员")
