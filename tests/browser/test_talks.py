"""A talk by both in Chromium: the result is hidden until then, the own data never."""

import pytest
from flask import Flask
from playwright.sync_api import Browser

from tests.browser.assessed_office import Office, assessed_office
from tests.factories.assessed import YEAR, at
from tests.factories.county import make_county
from tests.factories.persons import make_persons, score

pytestmark = pytest.mark.browser
FINDING = "回访满意率 75%，两位客户说电话打不通；一起把值班电话换了"
ANSWER = "四月起每周五回访一次，请车间给一个固定的回访时间"


def record_talk(office: Office, words: str) -> None:
    page = office.page
    page.select_option("[name=period]", f"{YEAR}-03")
    page.select_option("[name=kind]", "after")
    page.fill("[name=words]", words)
    office.press("记录")


def test_a_result_is_read_after_both_have_talked_about_it(app: Flask, chromium: Browser) -> None:
    made = make_persons(make_county())
    score(made, "丁一", FW01="75")
    score(made, "何二")
    people = {
        "manager": made.manager.person_id, "office": made.clerk.person_id,
        "person": made.people["丁一"].person_id,
    }  # fmt: skip
    with assessed_office(app, chromium, people, "") as office:
        office.sit("person", at(4, 8))
        office.open("/own")
        office.sees("先谈话，再看结果", "完成二车间订单200件", "谈话后看", "还没有谈话记录")
        office.pictures("own-before")
        office.sit("manager", at(4, 9))
        office.open("/talks")
        office.sees("丁一", "还没有谈")
        office.page.click("a:has-text('丁一')")
        record_talk(office, FINDING)
        office.sees("请确认写的就是谈话时说的")
        office.page.check("[name=confirmed]")
        office.press("记录")
        office.sees("主管已记录，等本人", FINDING)
        office.pictures("talk")
        office.sit("person", at(4, 10))
        office.open("/own")
        office.sees("先谈话，再看结果", FINDING)
        office.page.check("[name=confirmed]")
        record_talk(office, ANSWER)
        office.sees("双方已记录", "第一季度止", "客户回访满意率 −8.00")
        office.pictures("own-after")
        office.sit("office", at(4, 11))
        office.open("/talks")
        office.sees("双方已记录")
        office.pictures("talks")
