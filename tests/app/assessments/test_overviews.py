"""一键坐看全局 and a unit's own page: what they count, who reads them, how few statements."""

import re
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from backend.app.access import Actor, Role
from backend.app.assessments.evaluation import ladder_operations as ladder
from backend.app.assessments.reports.operations import ReportLine
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from tests.app.assessments.acting import accept_all, evaluate_month, open_month, send
from tests.app.assessments.test_report_pages import MOST, seat, statements
from tests.factories.assessed import YEAR, Assessed, add_target, at, issue
from tests.factories.console import as_shown, make_staff, sit_down
from tests.factories.county import make_county
from tests.factories.ratings import rate_village

LEADER = "/console/assessments/leader"
HOME = "/console/assessments/"


@pytest.fixture
def months(assessed: Assessed) -> Assessed:
    """From July to October one target is behind; one unit never says anything of another."""
    add_target(assessed, plan={month: Decimal(month * 100) for month in range(1, 13)})
    add_target(assessed, "A2", unit_id=assessed.bureau_unit)
    add_target(assessed, "A3", plan={month: Decimal(month * 100) for month in range(1, 13)})
    issue(assessed, 6)
    for month in range(7, 11):
        open_month(month)
        send(
            assessed, ReportLine(assessed.targets["A1"], 0, Decimal(month * 50)),
            ReportLine(assessed.targets["A3"], 0, Decimal(month * 100)), month=month,
            seconds=240,
        )  # fmt: skip
        accept_all(assessed, month)
        evaluate_month(month)
    return assessed


@pytest.fixture
def leader(months: Assessed) -> int:
    return make_staff(Role.LEADER, months.county.id, "leader")


@pytest.fixture
def now():
    with clock_at(at(11, 26)):
        yield


def figures(page: str) -> dict[str, str]:
    """Each of the big colours with its count."""
    found = re.findall(
        r"<strong>(\d+)</strong><span class=\"what\">(\S+) ·",
        page.partition('aria-label="五色"')[2],
    )
    return {word: count for count, word in found}


def test_the_leader_sees_colours_the_longest_behind_and_due_talks(client, leader, now) -> None:
    page = as_shown(sit_down(client, leader).get(LEADER))
    assert figures(page) == {
        "已完结": "0", "未开（复）工": "1", "滞后": "1", "超额": "0", "正常": "1",
    }  # fmt: skip
    assert "2 个单位 3 项目标已到时间" in page
    assert "2 项滞后或未开工" in page
    assert "最久的是" in page
    assert "已 4 个月" in page
    assert "约谈待办 <strong>2</strong> 件" in page
    assert "庄里镇" in page
    assert "县教育局" in page
    assert re.search(r"8.0<span class=\"of\"> 分钟", page) or "4.0<span" in page


def test_a_wall_has_the_same_figures_and_no_way_into_the_county(client, leader, now) -> None:
    desk = sit_down(client, leader)
    page = as_shown(desk.get(f"{LEADER}?wall=1"))
    assert figures(page) == figures(as_shown(desk.get(LEADER)))
    assert re.findall(r'href="(/console[^"]*)"', page.partition("<main")[2]) == [LEADER]


def test_another_month_is_shown_as_it_stood(client, leader, now) -> None:
    page = as_shown(sit_down(client, leader).get(f"{LEADER}?month=2026-08"))
    assert "2026年8月" in page
    assert "已 2 个月" in page


def test_who_works_for_a_unit_or_administers_does_not_see_all_units(app, months, now) -> None:
    for actor in (months.town, months.owner, months.bureau):
        assert seat(app, actor).get(LEADER).status_code == 403
    for role in (Role.COUNTY_MANAGER, Role.SYSTEM_ADMIN, Role.AUDITOR):
        person = make_staff(role, months.county.id, role.value.replace("_", "-"))
        assert seat(app, Actor(person)).get(LEADER).status_code == 403
    assert seat(app, months.office).get(LEADER).status_code == 200


def test_a_county_without_a_programme_is_told_what_comes_next(app, client) -> None:
    page = sit_down(client, make_staff(Role.LEADER, make_county().id)).get(LEADER)
    assert "还没有考核项目" in page.text


def test_a_unit_comes_in_by_its_own_page(app, months: Assessed, now) -> None:
    open_month(11)
    page = as_shown(seat(app, months.town).get(HOME))
    assert "庄里镇 2 项目标" in page.replace("\u3000", " ")
    assert "11月要报 <strong>2</strong> 项，预计 <strong>4</strong> 分钟" in page, "2 minutes each"
    assert "指标A1" in page
    assert "指标A2" not in page
    assert re.search("约谈|提醒", page)
    assert "各单位确认情况" in as_shown(seat(app, months.office).get(HOME))


def test_what_is_behind_stands_before_what_is_well(app, months: Assessed, now) -> None:
    page = as_shown(seat(app, months.town).get(HOME))
    assert page.index("指标A1") < page.index("指标A3")
    only = as_shown(seat(app, months.town).get(f"{HOME}?colour=green"))
    table = only.partition("这种颜色的 1 项")[2].partition("<aside>")[0]
    assert "指标A3" in table
    assert "指标A1" not in table


def test_a_card_stands_on_the_units_page_the_day_it_is_confirmed(app, months, now, scalar) -> None:
    step = scalar(
        "SELECT id FROM target_supervision WHERE level = 2 AND target_id = :id",
        id=months.targets["A1"],
    )
    with transaction():
        ladder.confirm_step(months.office, step)
    page = as_shown(seat(app, months.town).get(HOME))
    assert "◆ <strong>黄牌</strong>" in page
    assert "0.50 分" in page


def test_a_unit_is_read_by_itself_and_by_who_sees_all(app, months, leader, client, now) -> None:
    address = f"/console/assessments/units/{months.town_unit}"
    assert seat(app, months.town).get(address).status_code == 200
    assert seat(app, months.bureau).get(address).status_code == 404
    assert seat(app, months.office).get(f"{address}9").status_code == 404
    page = sit_down(client, leader).get(address)
    assert page.status_code == 200
    assert "btn-primary" not in page.text, "a leader fills in nothing"


def test_the_screens_send_at_most_twelve_statements_however_many_units(
    app, months, leader, client, now
) -> None:
    desk, town = sit_down(client, leader), seat(app, months.town)
    pages = {LEADER: desk, f"{LEADER}?wall=1": desk, HOME: town}
    few = {page: statements(lambda page=page: pages[page].get(page)) for page in pages}
    with transaction() as session:
        session.execute(text("INSERT INTO department (county_id, name, opened_on)"
                             " SELECT :id, '部门' || n, '2020-01-01' FROM generate_series(1, 9) n"),
                        {"id": months.county.id})  # fmt: skip
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(
            "INSERT INTO assessed_unit (county_id, programme_id, group_id, department_id)"
            " SELECT :id, :programme, :group, id FROM department WHERE name LIKE '部门%'"),
            {"id": months.county.id, "programme": months.programme_id, "group": months.group_id},
        )  # fmt: skip
    db.session.rollback()
    for page, seen in few.items():
        again = statements(lambda page=page: pages[page].get(page))
        assert len(again) == len(seen) <= MOST, "\n".join(seen)


def test_the_office_sees_what_waits_for_it_and_where_the_month_stands(app, months, now) -> None:
    open_month(11)
    send(months, ReportLine(months.targets["A1"], 0, Decimal(600)), month=11)
    page = as_shown(seat(app, months.office).get(HOME))
    waiting = dict(re.findall(r'class="label">(\S+)</div>\s*<div class="value">(?:<a[^>]*>)?(\d+)',
                              page))  # fmt: skip
    assert waiting["未报"] == "2", "the town's other target and the bureau's"
    assert "2 个单位，11月" in page
    assert waiting["待审"] == "0"
    assert "另有 1 条在主管部门" in page
    assert int(waiting["待确认督办"]) > 0
    assert re.search(r"✓ 开放填报.*○ 填报截止.*○ 主管部门审完", page, re.DOTALL)
    assert "10月各类别五色" in page
    office = seat(app, months.office)
    assert len(statements(lambda: office.get(HOME))) <= MOST


def test_others_who_see_everything_are_not_shown_the_offices_work(client, leader, now) -> None:
    page = as_shown(sit_down(client, leader).get(HOME))
    assert "待确认督办" not in page
    assert "各单位确认情况" in page


def test_the_leader_sees_how_content_villagers_were(months, leader, client, now) -> None:
    rate_village(months.county, 0, [1] * 12, date(YEAR, 10, 1))
    page = as_shown(sit_down(client, leader).get(LEADER))
    assert '群众满意度</div> <div class="value">100.0</div>' in page
    assert "样本 12" in page
