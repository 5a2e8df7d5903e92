"""Half a year of an assessment by hand in Chromium: drafted, confirmed, filled in, coloured."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from flask import Flask
from playwright.sync_api import Browser, expect

from backend.jobs import assessments as jobs
from tests.browser.assessed_office import OWNER, Office, assessed_office, make_office
from tests.factories.assessed import YEAR, at

pytestmark = pytest.mark.browser
REASONS = "aside[aria-label='还不能审定的原因']"
DOUBT = "验收单上是 150 公里，请再核一核"


@pytest.fixture
def office(app: Flask, chromium: Browser) -> Iterator[Office]:
    with assessed_office(app, chromium, *make_office()) as office:
        yield office


def test_half_a_year_by_hand(office: Office) -> None:
    draft_with_refusals(office)
    approve_by_a_second_person(office)
    confirm_ask_and_change(office)
    fill_in_and_close(office)
    review(office)
    colours_and_a_doubt(office)
    a_step_and_a_card(office)
    search_and_export(office)


def draft_with_refusals(office: Office) -> None:
    page = office.page
    office.sit("assessor", at(1, 6))
    office.open("/programmes")
    page.fill("input[name=title]", "目标责任考核")
    page.fill("input[name=year]", str(YEAR))
    page.select_option("select[name=template]", "")
    page.click("main form button:has-text('起草')")
    office.sees("没有年度督查检查考核计划编号")
    page.fill("input[name=plan_number]", f"县督考〔{YEAR}〕第 3 项")
    page.fill("input[name=basis_document]", f"富办发〔{YEAR}〕1 号")
    office.press("保存")
    expect(page.locator(REASONS)).not_to_contain_text("计划编号")
    _groups(office)
    _elements(office)
    _targets(office)
    page.click("nav a:has-text('⑤')")
    office.sees("富平五色", "减负保护")
    page.click("main form >> nth=0 >> button:has-text('保存')")
    page.click("nav a:has-text('⑥')")
    office.sees(office.town, "试算得分")
    office.pictures("trial")
    office.press("试算过了")


def _groups(office: Office) -> None:
    page = office.page
    page.click("nav a:has-text('②')")
    page.fill("input[name=name-0]", "镇（街道）")
    page.fill("input[name=task-0]", "85")
    office.press("保存类别")
    office.sees("权重合计 105")
    page.locator("input[aria-label='镇（街道）社会评价权重']").fill("15")
    office.press("保存类别")
    expect(page.locator(REASONS)).not_to_contain_text("权重合计")
    page.locator(f"select[aria-label='{office.town}的类别']").select_option("镇（街道）")
    office.press("保存单位")
    office.sees("分值合计 0，应为 100")


def _elements(office: Office) -> None:
    page = office.page
    page.click("nav a:has-text('③')")
    page.fill("input[name=dimension_code]", "ZD")
    page.fill("input[name=dimension_name]", "重点任务")
    office.press("加维度")
    _element(office, "X09", "会议记录", "10", criteria="会议记录每次 1 分")
    _element(office, "X01", "建设灌溉渠道", "40", criteria="按完成比例得分")
    _element(office, "X02", "新增自来水用户", "30", criteria="按完成比例得分")
    _element(
        office, "X03", "群众满意度", "30", criteria="60 以下不得分，95 得满分", scope="common",
        kind="level", rule="底线—目标", parameters="底线=60；目标值=95", source_kind="own:",
        source_detail="satisfaction_mean",
    )  # fmt: skip


def _element(office: Office, code: str, name: str, points: str, **more: str) -> None:
    page = office.page
    page.click("nav a:has-text('③')")
    page.click("a:has-text('加一个指标')")
    for box, words in {"code": code, "name": name, "points": points, "measured_in": "公里",
                       "tags": "水利"}.items():  # fmt: skip
        page.fill(f"input[name={box}]", words)
    page.select_option("select[name=owner_department_id]", label=OWNER)
    for box, words in more.items():
        field = page.locator(f"main [name={box}]")
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(words)
        else:
            field.fill(words)
    office.press("保存指标")
    office.sees(name)


def _targets(office: Office) -> None:
    page = office.page
    page.click("nav a:has-text('④')")
    office.press("把共性指标分给每个单位")
    office.sees("分值合计 30.00，应为 100")
    _add_target(office, "X09", "会议记录 12 次", "12", "10")
    expect(page.locator(REASONS)).to_contain_text("会议记录、次数计分属于留痕考核，分值应为 0")
    office.pictures("refused")
    dropped = page.locator("form", has_text="去掉哪一项")
    option = dropped.locator("option", has_text="X09").get_attribute("value")
    dropped.locator("select").select_option(option)
    dropped.locator("button").click()
    expect(page.locator(REASONS)).not_to_contain_text("留痕")
    _add_target(office, "X01", "建成灌溉渠道1200公里", "1200", "40")
    _add_target(office, "X02", "新增自来水用户60户", "60", "30")
    office.sees("可以审定")
    heading = page.locator("th", has_text="年度目标值").bounding_box()
    box = page.locator("input[aria-label='建设灌溉渠道的年度目标值']").bounding_box()
    assert heading["x"] < box["x"] + box["width"] < heading["x"] + heading["width"] + 60
    assert heading["y"] < box["y"], "each box stands below its heading"
    office.pictures("decomposition")


def _add_target(office: Office, code: str, task: str, value: str, points: str) -> None:
    form = office.page.locator("form", has_text=f"给{office.town}加一项")
    chosen = form.locator("option", has_text=code).get_attribute("value")
    form.locator("select[name=element_id]").select_option(chosen)
    for name, words in (("task", task), ("value", value), ("points", points)):
        form.locator(f"input[name={name}]").fill(words)
    form.locator("button").click()


def approve_by_a_second_person(office: Office) -> None:
    office.page.click("nav a:has-text('⑦')")
    office.sees("请另一位有审定权的同事")
    address = office.page.url
    office.sit("approver", at(1, 7))
    office.page.goto(address)
    office.press("审定")
    office.sees("approver先生 审定")
    office.sit("assessor", at(1, 8))
    office.page.goto(address)
    office.press("下达")
    office.sees("assessor先生 下达")
    office.pictures("issued")


def _target(office: Office, words: str) -> None:
    office.open("/targets")
    office.page.click(f"main a:has-text('{words}')")


def confirm_ask_and_change(office: Office) -> None:
    page = office.page
    office.sit("town", at(1, 9))
    _target(office, "建成灌溉渠道")
    page.fill("textarea[name=words]", "去年只完成八成，今年的数请再核一核。")
    office.press("提出疑问")
    office.sees("有疑问")
    page.click("main a[href*='unit_id=']")
    office.press("全部确认")
    office.sees("已确认")
    office.sit("assessor", at(1, 12))
    _target(office, "建成灌溉渠道")
    office.sees("目标是您下达的，请另一位同事答复")
    page.fill("input[name=value]", "1000")
    page.fill("textarea[name=reason]", "按近三年平均数安排。")
    office.press("提出变更")
    office.sees("已有一个变更等审定")
    expect(page.locator("button:has-text('同意')")).to_have_count(0)
    office.sit("approver", at(1, 13))
    page.reload()
    page.locator("button[value=approve]").click()
    office.sees("变更过", "已变更")
    row = page.locator("tr", has_text="按近三年平均数安排").first
    expect(row).to_contain_text("1200")
    expect(row).to_contain_text("1000")
    office.pictures("changed")


def fill_in_and_close(office: Office) -> None:
    page = office.page
    office.sit("town", at(3, 26))
    assert jobs.open_windows() == 1
    office.open("/")
    page.click("main a:has-text('填 3月（2 项')")
    value = page.locator("tr", has_text="X01").locator("input[inputmode=decimal]")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        value.fill("150")
        value.blur()
    page.reload()
    expect(page.locator("tr", has_text="X01").locator("input[inputmode=decimal]")).to_have_value(
        "150"
    )
    page.locator("tr", has_text="X01").locator("textarea").first.fill("两处开工，验收 150 公里")
    page.locator("tr", has_text="X02").locator("text=无变化").click()
    office.pictures("fill")
    office.press("全部提交")
    office.sees("已提交，等主管部门审核", "待主管部门审核")
    office.sit("town", at(4, 4))
    assert jobs.close_windows() == 1
    page.reload()
    office.sees("窗口已经关闭，都报了")


def review(office: Office) -> None:
    page = office.page
    office.sit("owner", at(4, 7, 9))
    office.open("/review/2026-03")
    office.pictures("review")
    row = page.locator("tr", has_text="X01")
    row.locator("summary").click()
    row.locator("textarea[name=reason]").fill("和验收单对不上，按 100 公里")
    row.locator("input[name=value]").fill("100")
    row.locator("button[value=changed]").click()
    office.sees("单位能看到原数、新数和理由")
    office.press("一起通过")
    office.sees("一起通过了 1 条")
    office.sit("assessor", at(4, 8, 9))
    office.open("/review/2026-03")
    office.sees("150 → 100")
    office.press("一起通过")
    office.sees("一起通过了 2 条")


def colours_and_a_doubt(office: Office) -> None:
    page = office.page
    office.sit("town", at(4, 17))
    assert jobs.evaluate_period() == 2
    office.open("/evaluation/2026-03")
    red = page.locator("tr", has_text="X01")
    expect(red).to_contain_text("滞后")
    expect(page.locator("tr", has_text="X02")).to_contain_text("未开（复）工")
    red.locator("summary").click()
    expect(red).to_contain_text("实际 10%，计划")
    expect(red).to_contain_text("按序时进度")
    office.pictures("colours")
    red.locator("input[name=words]").fill(DOUBT)
    red.locator("button").click()
    office.sees("提上去了")
    office.sit("assessor", at(4, 17, 14))
    office.open("/evaluation/2026-03")
    page.fill("input[name=answer]", "维持")
    office.press("答复")
    office.sees("不能")
    office.sit("approver", at(4, 17, 15))
    office.open("/evaluation/2026-03")
    page.fill("input[name=answer]", "已核验收单，更正为 150。")
    page.fill("input[name=value]", "150")
    office.press("答复")
    office.sees("答复好了")
    office.sit("town", at(4, 17, 16))
    office.open("/evaluation/2026-03")
    red.locator("summary").click()
    expect(red).to_contain_text("实际 15%")
    expect(red).to_contain_text("已核验收单，更正为 150。")


def a_step_and_a_card(office: Office) -> None:
    page = office.page
    office.open("/supervision")
    answer = page.locator("tr", has_text="X01")
    expect(answer).to_contain_text("提醒")
    answer.locator("textarea").fill("材料晚到一个月，已增加一个班组。")
    answer.locator("button").click()
    office.sit("assessor", at(4, 20))
    office.open("/supervision?state=answered")
    office.press("销号")
    _june(office)
    office.open("/supervision")
    step = page.locator("tr", has_text="X01")
    expect(step).to_contain_text("连续 2 期滞后")
    office.pictures("supervision")
    step.locator("button:has-text('确认通报')").click()
    office.open("/supervision?state=open")
    expect(page.locator("tr", has_text="X01")).to_contain_text("黄牌 0.50 分")
    page.click("a:has-text('红黄牌')")
    page.click("nav a:has-text('已计入')")
    expect(page.locator("tr", has_text="X01")).to_contain_text("连续 2 期滞后")
    office.pictures("cards")


def _june(office: Office) -> None:
    """The second period: one is returned and mended, the other never sent."""
    page = office.page
    office.sit("town", at(6, 26))
    assert jobs.open_windows() == 1
    office.open("/fill/2026-06")
    page.locator("tr", has_text="X01").locator("input[inputmode=decimal]").fill("200")
    office.press("全部提交")
    office.sit("owner", at(6, 29))
    office.open("/review/2026-06")
    page.locator("tr", has_text="X01").locator("summary").click()
    page.fill("textarea[name=reason]", "请核对后重报")
    page.click("button[value=returned]")
    office.sees("已退回")
    office.sit("town", at(6, 30))
    office.open("/fill/2026-06")
    office.sees("退回原因", "请核对后重报")
    page.locator("tr", has_text="X01").locator("input[inputmode=decimal]").fill("210")
    office.press("全部提交")
    office.sit("town", at(7, 6))
    assert jobs.close_windows() == 1
    office.open("/fill/2026-06")
    office.sees("有 1 项未报")
    for who, hour in (("owner", 9), ("assessor", 10)):
        office.sit(who, at(7, 7, hour))
        office.open("/review/2026-06")
        page.locator("button[value=passed]").click()
        office.sees("通过了")
    office.sit("assessor", at(7, 16))
    assert jobs.evaluate_period() == 2


def search_and_export(office: Office) -> None:
    page = office.page
    office.open("/targets")
    for name, words, left in (
        ("group_id", "镇（街道）", 3), ("tag", "水利", 3), ("colour", "滞后", 1),
        ("state", "已确认", 1),
    ):  # fmt: skip
        option = page.locator(f"select[name={name}] option", has_text=words)
        page.locator(f"select[name={name}]").select_option(option.get_attribute("value"))
        expect(page.locator("main tbody tr")).to_have_count(left)
        expect(page).to_have_url(re.compile(f"[?&]{name}=[^&]"))
    office.pictures("search")
    with page.expect_download() as download:
        page.click("a:has-text('导出 xlsx')")
    book = openpyxl.load_workbook(BytesIO(Path(download.value.path()).read_bytes()))
    cells = [[cell for cell in row if cell] for row in book["目标清单"].iter_rows(values_only=True)]
    assert [row for row in cells if "X01" in row]
    assert not [row for row in cells if "X02" in row]
