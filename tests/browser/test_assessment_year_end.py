"""The second half of an assessment's year by hand in Chromium: from December to a correction."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, expect

from backend.app.access import Role
from backend.app.assessments.reports.operations import ReportLine
from backend.app.scoring.levels import LEVEL_NAMES
from backend.jobs import assessments as jobs
from tests.app.assessments import result_year
from tests.app.assessments.acting import accept_all, open_month, send
from tests.app.assessments.result_year import Year
from tests.browser.assessed_office import Office, assessed_office
from tests.factories.assessed import YEAR, Assessed, add_target, at, issue, make_assessed
from tests.factories.console import make_staff
from tests.factories.county import grant_role, make_county

pytestmark = pytest.mark.browser
TOWN = "庄里镇"
# Three targets of the township are finished, one is half done.
DONE = {"A1": 1200, "A2": 1200, "A3": 1200, "A4": 600}
BUREAUS = {"县水务局": "96", "县林业局": "94", "县民政局": "85", "县体育局": "70"}
CASE, AWARD = "河道污染整改不力", "农村人居环境整治受到表彰"
MINUTES = "富平县委考核委纪要〔2027〕1号"
REDRESS = "核对了验收单，12 月 30 日确实验收 100 亩"


class Closing(NamedTuple):
    """Who sits at the browser, and what the year is made of."""

    office: Office
    made: Assessed

    def open(self, kind: str) -> None:
        """A page of the programme's year end."""
        self.office.open(f"/{kind}/{self.made.programme_id}")

    def public(self, rest: str = "") -> None:
        """As somebody who does not keep an older copy of the page."""
        page = self.office.page
        page.goto(f"{self.office.base}/p/610528/assessments/{self.made.programme_id}{rest}")
        page.reload()

    def row(self, words: str) -> Locator:
        return self.office.page.locator("main tr", has_text=words).first


@pytest.fixture
def closing(app: Flask, chromium: Browser) -> Iterator[Closing]:
    made = make_assessed(make_county())
    _targets(made)
    county = made.county.id
    people = {
        "town": made.town.person_id, "assessor": made.office.person_id,
        "colleague": made.other_office.person_id,
        "approver": make_staff(Role.ASSESSOR, county, "approver", approves=True),
        "second": make_staff(Role.ASSESSOR, county, "second", approves=True),
    }  # fmt: skip
    for name in ("checker1", "checker2"):
        people[name] = make_staff(None, county, name)
        grant_role(people[name], Role.ASSESSOR, county, ends_on=date(YEAR + 1, 1, 31))
    with assessed_office(app, chromium, people, TOWN) as office:
        yield Closing(office, made)


def _targets(made: Assessed) -> None:
    """December is reported and passed; four bureaus are measured by the statistics office."""
    december = {12: Decimal(1200)}
    for code in DONE:
        add_target(made, code, plan=december)
    add_target(made, "B1", unit_id=made.bureau_unit, plan=december)
    year = Year(made)
    result_year.add_group(year, "县直部门", 100, 0)
    result_year.add_element(
        year, "完成率", {"rule": "proportional", "target": "100"}, measured_in="%"
    )
    for name, total in BUREAUS.items():
        result_year.add_unit(year, name, "县直部门")
        result_year.add_target(year, "完成率", name, "100")
        result_year.measure(year, "完成率", name, total)
    issue(made)
    open_month(12)
    lines = [ReportLine(made.targets[code], 0, Decimal(value)) for code, value in DONE.items()]
    send(made, *lines, month=12)
    line = ReportLine(made.targets["B1"], 0, Decimal(1090))
    send(made, line, month=12, actor=made.bureau, unit=made.bureau_unit)
    accept_all(made, 12)


def january(day: int, hour: int = 12) -> datetime:
    return at(1, day, hour, year=YEAR + 1)


def test_a_years_end_by_hand(app: Flask, closing: Closing) -> None:
    colour_december(closing)
    confirm_the_year(closing)
    check_on_site(closing)
    count_ballots_twice(closing)
    award_and_deduct(closing)
    close_and_look_at_results(closing)
    grade_by_a_meeting(closing)
    lock_and_verify(app, closing)
    publish(closing)
    appeal_once(closing)
    uphold_and_correct(closing)


def colour_december(closing: Closing) -> None:
    office = closing.office
    office.sit("town", january(14, 9))
    assert jobs.close_windows() == 1
    assert jobs.evaluate_period()
    office.open(f"/evaluation/{YEAR}-12")
    expect(closing.row("指标A4")).to_contain_text("滞后")


def confirm_the_year(closing: Closing) -> None:
    office, page = closing.office, closing.office.page
    office.open("/self")
    page.fill("input[aria-label='指标A4全年完成']", "700")
    office.press("按填的确认")
    office.sees("和已审的数不同，请说明")
    page.fill("textarea[aria-label='指标A4说明']", "12 月 30 日又验收 100 亩")
    office.press("按填的确认")
    office.sees("确认好了", "和已审的不同")


def check_on_site(closing: Closing) -> None:
    office, page = closing.office, closing.office.page
    office.sit("assessor", january(14, 15))
    office.open("/checks")
    page.fill("input[name=period]", f"{YEAR}-12")
    office.press("按种子抽取")
    office.sees("抽好了", "报完成 3 项", "种子")
    for box, name in (("first", "checker1"), ("second", "checker2")):
        page.select_option(f"select[name={box}]", str(office.people[name]))
    page.fill("input[name=visit_on]", f"{YEAR + 1}-01-15")
    office.press("派人")
    office.sees("派好了，两位核查员收到了通知")
    office.sit("town", january(15, 8))
    office.open("/checks")
    office.sees("没有要看的")
    for hour, name in enumerate(("checker1", "checker2"), 9):
        office.sit(name, january(15, hour))
        office.open("/checks/mine")
        page.click("main a:has-text('去记')")
        page.check("input[name=finding][value='true']")
        page.fill("textarea[name=words]", "看过台账和现场")
        office.press("记下")
        office.sees("记好了，不能再改")
    office.sit("assessor", january(15, 11))
    office.open("/checks")
    office.sees("✓ 属实")


def count_ballots_twice(closing: Closing) -> None:
    office, page = closing.office, closing.office.page
    office.open("/ballots")
    page.click("main form button:has-text('开始')")
    office.sees("单位民主测评", "县级领导")
    address = page.url
    _count(closing, (6, 4, 0))
    office.sees("录好了，等另一个人再录一遍")
    office.sit("colleague", january(15, 14))
    page.goto(address)
    _count(closing, (7, 3, 0))
    office.sees("这 2 格两遍不一致")
    page.goto(address)
    _count(closing, (6, 4, 0))
    office.sees("两遍一致，这一组录完了")
    office.sit("approver", january(15, 16))
    page.goto(address)
    office.press("关闭这一轮")
    office.sees("关闭了，结果在下面")
    expect(closing.row(TOWN)).to_contain_text("92.00")


def _count(closing: Closing, counts: tuple[int, int, int]) -> None:
    page = closing.office.page
    closing.row("单位民主测评").locator("a.btn").click()
    for unit, listed in ((TOWN, counts), ("县教育局", (3, 5, 2))):
        for level, count in zip(LEVEL_NAMES, listed, strict=False):
            page.fill(f"input[aria-label='{unit}{level}']", str(count))
    closing.office.press("存我录的这一遍")


def award_and_deduct(closing: Closing) -> None:
    office, page = closing.office, closing.office.page
    office.sit("assessor", january(16))
    office.open("/adjustments")
    _propose(closing, "bonus", AWARD, clause="市委、市政府表彰")
    _propose(closing, "deduction", CASE, other="河湖长制考核办法", points="2")
    expect(page.locator("main button[value=confirm]")).to_have_count(0)
    office.sit("approver", january(16, 15))
    office.open("/adjustments")
    for left in (1, 0):
        page.click("main button[value=confirm]")
        expect(page.locator("main button[value=confirm]")).to_have_count(left)
    office.sees("裁定好了")


def _propose(closing: Closing, kind: str, case: str, **boxes: str) -> None:
    page = closing.office.page
    page.select_option("select[name=unit_id]", label=TOWN)
    page.select_option("select[name=kind]", kind)
    if clause := boxes.pop("clause", ""):
        page.select_option("select[name=clause]", clause)
    boxes |= {
        "document": f"渭办发〔{YEAR}〕9号", "happened_on": f"{YEAR}-11-20", "case_words": case,
    }  # fmt: skip
    for name, words in boxes.items():
        page.fill(f"#propose [name={name}]", words)
    page.click("#propose button")
    closing.office.sees("提出了，等另一个人裁定", case)


def close_and_look_at_results(closing: Closing) -> None:
    office, page = closing.office, closing.office.page
    office.sit("assessor", january(18))
    closing.open("year")
    page.click("main button:has-text('开始年终考核')")
    office.sees("没有定等的单位 6 件，要先办完")
    office.pictures("year-open")
    closing.open("results")
    expect(closing.row(TOWN)).to_contain_text("指标A4")
    office.pictures("results")
    page.click(f"main a:has-text('{TOWN}')")
    office.sees(CASE, AWARD, "每一分失在哪里")
    cells = page.locator("section", has_text="每一分失在哪里").locator("tbody td.num")
    *lost, total = [Decimal(words.strip().lstrip("−")) for words in cells.all_inner_texts()]
    assert sum(lost) == total > 0
    office.pictures("result")


def grade_by_a_meeting(closing: Closing) -> None:
    office, page = closing.office, closing.office.page
    closing.open("grades")
    page.click("main button:has-text('生成定等建议')")
    office.sees("定等建议生成好了", "优秀最多 1 个，已定 0 个", "优秀名额已满")
    expect(page.locator("main input[name=minutes_number]")).to_have_count(0)
    office.sit("approver", january(19))
    closing.open("grades")
    page.fill("input[name=minutes_number]", MINUTES)
    page.click("main button:has-text('按纪要定等')")
    office.sees("定好了", MINUTES, "优秀最多 1 个，已定 1 个")
    expect(closing.row("县水务局")).to_contain_text("优秀")
    office.pictures("grades")


def lock_and_verify(app: Flask, closing: Closing) -> None:
    office, page = closing.office, closing.office.page
    office.sit("approver", january(20))
    closing.open("year")
    office.sees("没有没办完的事")
    page.click("main button:has-text('锁定')")
    office.sees("锁定的指纹", "先看公示页")
    _verify(app, closing)


def _verify(app: Flask, closing: Closing) -> None:
    """The locked year computed again is the same to the byte."""
    arguments = ["assessments", "verify", str(closing.made.programme_id)]
    answer = app.test_cli_runner().invoke(args=arguments)
    assert answer.exit_code == 0, answer.output
    assert "方案一致，事实一致，结果一致" in answer.output


def publish(closing: Closing) -> None:
    office, page = closing.office, closing.office.page
    office.sit("second", january(22))
    closing.open("year")
    page.click("main button:has-text('公示')")
    office.sees("打开公示页")
    office.pictures("year")
    page.context.clear_cookies()
    closing.public()
    office.sees(f"扣分 −2.00：{CASE}", AWARD, "★ 优秀", "没有更正")
    office.pictures("public")


def appeal_once(closing: Closing) -> None:
    office, page = closing.office, closing.office.page
    office.sit("town", january(25))
    closing.open("appeals")
    address = page.url
    other = page.context.new_page()
    other.goto(address)
    for each, words in ((page, "申诉交上去了"), (other, "每项只能申诉一次")):
        row = each.locator("main tr", has_text="指标A4").last
        row.locator("summary").click()
        row.locator("textarea").fill("12 月 30 日又验收 100 亩，没有算进去")
        row.locator("button").click()
        expect(each.locator("main")).to_contain_text(words)
    other.close()
    expect(page.locator("main tr", has_text="指标A4").last).to_contain_text("已申诉")
    office.sees("申诉 1 件")


def uphold_and_correct(closing: Closing) -> None:
    office, page = closing.office, closing.office.page
    unit = f"/units/{closing.made.town_unit}"
    closing.public(unit)
    frozen = page.locator(".score b").inner_text()
    office.sit("second", january(26))
    closing.open("appeals")
    page.click("main summary:has-text('裁决')")
    page.fill("textarea[name=decision]", REDRESS)
    page.fill("input[name=value]", "700")
    office.press("申诉成立，更正")
    office.sees("裁决好了", "第 1 号")
    office.pictures("appeals")
    closing.public(unit)
    assert page.locator(".score b").inner_text() == frozen
    office.sees("有更正", "现在是")
    office.pictures("public-unit")
    closing.public()
    corrected = page.locator("#corrections tbody tr")
    expect(corrected).to_have_count(1)
    expect(corrected).to_contain_text(REDRESS)
    before, after = corrected.locator("td.num").all_inner_texts()
    assert before.split()[0] == frozen
    assert Decimal(after.split()[0]) > Decimal(frozen)
    office.pictures("public-corrected")
