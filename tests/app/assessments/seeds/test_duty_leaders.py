"""How far the targets of a named leader came: for the organisation department, as a file."""

import io
from datetime import date
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from backend.app.access import Role, needs_second_factor
from backend.app.assessments.models import TargetStanding
from backend.app.assessments.reports.operations import ReportLine
from backend.app.core.db import transaction
from tests.app.assessments.acting import accept_all, evaluate_month, open_month, send
from tests.app.assessments.result_year import Year, add_element, add_target, run
from tests.factories.assessed import YEAR, Assessed, at, issue
from tests.factories.assessed import add_target as add_counted
from tests.factories.console import Desk, as_shown, make_staff, sit_down
from tests.factories.tickets import as_actor

PAGE = "/console/assessments/duty-leaders"
# 李县长: two targets with a value, one without; 王县长: one that is passed by far.
TARGETS = (
    ("道路养护", "20", "李县长", ("0.5", "0.9")),
    ("污水处理", "30", "李县长", ("0.8",)),
    ("危房改造", "10", "李县长", ()),
    ("新增就业", "40", "王县长", ("1.6",)),
)
# Of 1,200: half, and more than all of it, which counts as all.
REPORTED = {"A1": 600, "A2": 1500}


@pytest.fixture
def year(assessed: Assessed) -> Year:
    made = Year(assessed, units={"庄里镇": assessed.town_unit})
    targets = [
        (add_element(made, name, {"rule": "proportional"}), name, points, leader, shares)
        for name, points, leader, shares in TARGETS
    ]
    with transaction() as session:
        for _, name, points, leader, shares in targets:
            target = add_target(made, name, "庄里镇", points, duty_leader=leader)
            session.add_all(
                TargetStanding(
                    target_id=target, period=date(YEAR, month, 1), county_id=assessed.county.id,
                    programme_id=assessed.programme_id, actual=Decimal(share), computed_at=at(8, 1),
                )
                for month, share in enumerate(shares, 6)
            )  # fmt: skip
    run(made)
    return made


def seat(app, year: Year, role: Role = Role.ORGANISER, name: str = "fang") -> Desk:
    return sit_down(app.test_client(), make_staff(role, year.made.county.id, name))


def request(year: Year, **changes: object) -> dict[str, object]:
    return {"programme_id": year.made.programme_id, "reason": "年度干部考核", **changes}


def test_fp11_what_named_leaders_answer_for_is_a_file_with_n(app, year: Year, scalar) -> None:
    desk = seat(app, year)
    answer = desk.post(PAGE, **request(year))
    assert answer.status_code == 200
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    head, *rows = book.get_sheet_by_name("分管领导汇总").to_python()
    assert head == ["分管领导", "目标数", "有数的目标", "分值", "加权完成率（%）"]
    # (20 × 0.9 + 30 × 0.8) ÷ 50 = 84 %, the newest month of each; more than all counts as all.
    assert rows == [["李县长", 3, 2, 50, 84], ["王县长", 1, 1, 40, 100]]
    log = (
        "SELECT action || ' ' || (detail->>'reason') || ' ' || (detail->>'people') FROM audit_entry"
    )
    assert scalar(f"{log} ORDER BY id DESC LIMIT 1") == "export_duty_leaders 年度干部考核 2"


def test_fp11_without_saying_what_for_there_is_no_file(app, year: Year, scalar) -> None:
    refused = seat(app, year).post(PAGE, **request(year, reason=" "))
    assert refused.status_code == 422
    assert "请写明用途，会记入操作记录，最多 100 个字" in refused.text
    assert not scalar("SELECT count(*) FROM audit_entry WHERE action = 'export_duty_leaders'")


def test_fp11_no_page_shows_it_and_nobody_else_fetches_it(app, year: Year) -> None:
    page = as_shown(seat(app, year).get(PAGE))
    assert "目标责任考核" in page
    assert "李县长" not in page
    assert "加权完成率" not in page
    for role in set(Role) - {Role.VILLAGER, Role.ORGANISER, Role.DEPARTMENT_STAFF}:
        desk = seat(app, year, role, role.replace("_", "-"))
        assert desk.get(PAGE).status_code == 403, role
        assert desk.post(PAGE, **request(year)).status_code == 403, role


def test_fp11_it_needs_a_second_factor_and_stays_in_the_county(app, year: Year) -> None:
    assert needs_second_factor(as_actor(1, Role.ORGANISER, year.made.county.id))
    desk = seat(app, year)
    assert desk.get("/console/assessments/").status_code == 403
    assert desk.post(PAGE, **request(year, programme_id=999999)).status_code == 404


def test_fp11_it_says_what_was_reported_and_accepted(app, assessed: Assessed) -> None:
    for code in ("A1", "A2"):
        add_counted(assessed, code, duty_leader="张县长")
    issue(assessed)
    open_month(9)
    lines = [ReportLine(assessed.targets[code], 0, value) for code, value in REPORTED.items()]
    send(assessed, *lines, month=9)
    accept_all(assessed, 9)
    evaluate_month(9)
    desk = sit_down(app.test_client(), make_staff(Role.ORGANISER, assessed.county.id, "fang"))
    answer = desk.post(PAGE, programme_id=assessed.programme_id, reason="年度干部考核")
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    assert book.get_sheet_by_name("分管领导汇总").to_python()[1:] == [["张县长", 2, 2, 20, 75]]
