"""考评数据: files of other systems, points given by owners, what stands and what stood before."""

import io
from datetime import date
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook

from backend.app.access import Role
from backend.app.assessments.measures.fact_files import MEASURES, SCORES
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from tests.app.assessments.result_year import (
    Year,
    add_element,
    add_target,
    run,
    scores_of,
)
from tests.app.assessments.test_report_pages import MOST, seat, statements
from tests.factories.assessed import YEAR, at
from tests.factories.console import as_shown, make_staff, sit_down
from tests.factories.imports import Desk, refused

PAGE = "/console/assessments/measures"
OCTOBER = date(YEAR, 10, 1)
HEAD = "指标编码,单位,周期,数值,分子,分母\n"
SCORE_HEAD = "指标编码,单位,完成值,得分,扣分理由,案例\n"


@pytest.fixture
def now():
    with clock_at(at(11, 12)):
        yield


@pytest.fixture
def year(assessed, now) -> Year:
    """The township and the bureau: E01 and E02 from feeds, E03 scored by the owner, E04 own."""
    made = Year(assessed)
    made.units = {"庄里镇": assessed.town_unit, "县教育局": assessed.bureau_unit}
    percent = {"rule": "floor_target", "floor": "0", "target": "100"}
    add_element(made, "断面水质", percent, measured_in="%")
    add_element(made, "支出进度", {"rule": "proportional"}, kind="cumulative")
    add_element(
        made, "政务公开", {"rule": "judged", "levels": "5"}, kind="judged", source="owner:"
    )  # fmt: skip
    add_element(made, "满意度", percent, source="own:satisfaction_mean")
    for unit in made.units:
        for name in made.elements:
            add_target(made, name, unit, "25", value=Decimal(200))
    run(made)
    return made


def desk(year: Year, actor=None, kind=MEASURES) -> Desk:
    return Desk(actor or year.made.office, year.made.county.id, kind)


def bring(year: Year, lines: str, **more) -> dict[str, int]:
    params = {"programme": year.made.programme_id}
    return desk(year, **more).bring(HEAD + lines, **params)


def points(year: Year, name: str, unit: str = "庄里镇") -> Decimal | None:
    part = next(p for p in scores_of(year)[unit].parts if p.facts.name == name)
    return part.shown


def test_a_file_of_another_system_is_counted_once_and_the_newest_stands(year: Year) -> None:
    lines = "E01,庄里镇,2026-10,,9,12\nE02,庄里镇,2026年10月,150,,\n"
    assert bring(year, lines) == {"new": 2}
    # 75% of the way; 150 of 200.
    assert (points(year, "断面水质"), points(year, "支出进度")) == (Decimal("18.75"),) * 2
    assert bring(year, lines) == {"known": 2}
    assert bring(year, "E02,庄里镇,2026-10,100,,\n") == {"changed": 1}
    assert points(year, "支出进度") == Decimal("12.50")
    history = seat_page(year, f"/elements/{year.elements['支出进度']}")
    assert "全部记录 2 条" in history


def seat_page(year: Year, rest: str = "", actor=None) -> str:
    from flask import current_app

    answer = seat(current_app, actor or year.made.office).get(f"{PAGE}{rest}")
    assert answer.status_code == 200
    return as_shown(answer)


def test_faults_are_named_by_line(year: Year) -> None:
    lines = [
        "E09,庄里镇,2026-10,1,,", "E01,流曲镇,2026-10,1,,", "E01,庄里镇,2025-10,1,,",
        "E01,庄里镇,2026-10,,,", "E01,庄里镇,2026-09,,9,6", "E01,庄里镇,2026-08,很多,,",
        "E04,庄里镇,2026-10,80,,", "E02,县教育局,2026-10,5,,", "E02,县教育局,2026-10,6,,",
    ]  # fmt: skip
    import_id = desk(year).start(HEAD + "\n".join(lines) + "\n", programme=year.made.programme_id)
    assert refused(import_id) == {
        2: "没有指标 E09，或者还没有下达",
        3: "「流曲镇」没有指标 E01 的目标",
        4: "「周期」应为 2026 年的月份，如 2026-11",
        5: "「数值」和「分子、分母」填一样：要么数值，要么分子和分母都填",
        6: "「分母」应大于 0，「分子」应在 0 和分母之间",
        7: "「数值」应为数字，最多 4 位小数，现在是「很多」；"
        "「数值」和「分子、分母」填一样：要么数值，要么分子和分母都填",
        8: "「满意度」由本系统计算，不用导入",
        10: "和第 9 行是同一个指标、单位和周期",
    }


def test_an_import_is_taken_back_as_far_as_nobody_changed_it_since(year: Year) -> None:
    bring(year, "E02,庄里镇,2026-10,100,,\n")
    params = {"programme": year.made.programme_id}
    second = desk(year).start(
        HEAD + "E02,庄里镇,2026-10,150,,\nE01,庄里镇,2026-10,50,,\nE01,县教育局,2026-10,50,,\n",
        **params,
    )
    desk(year).take_over(second)
    bring(year, "E01,县教育局,2026-10,60,,\n")
    assert desk(year).undo(second) is None
    assert points(year, "支出进度") == Decimal("12.50"), "what stood before"
    assert points(year, "断面水质") is None, "nothing stood before"
    assert points(year, "断面水质", "县教育局") == Decimal("15.00"), "changed since"


def score(year: Year, lines: str, actor=None) -> int:
    return desk(year, actor or year.made.owner, SCORES).start(
        SCORE_HEAD + lines, programme=year.made.programme_id, period="2026-10-01"
    )


def test_an_owner_scores_with_a_reason_for_every_point_it_takes(year: Year) -> None:
    import_id = score(year, "E03,庄里镇,,20,,\nE03,县教育局,9,,,\n")
    assert refused(import_id) == {
        2: "「扣分理由」没填：得分低于分值 25.00，请写明为什么",
        3: "「完成值」应为 1 到 5 档",
    }
    line = "E03,庄里镇,,20,应公开未公开,土地征收信息晚了两个月\nE03,县教育局,3,,,\n"
    import_id = score(year, line)
    assert desk(year, year.made.owner, SCORES).take_over(import_id) == {"new": 2}
    assert (points(year, "政务公开"), points(year, "政务公开", "县教育局")) == (
        Decimal("20.00"), Decimal("12.50"),
    )  # fmt: skip
    losses = {line.name: line.words for line in scores_of(year)["庄里镇"].losses}
    assert losses["政务公开"] == "因应公开未公开（土地征收信息晚了两个月）扣 5 分，总分少 20.00 分"


@pytest.mark.parametrize("who", ["office", "bureau", "town"])
def test_nobody_else_scores_in_the_owners_place(year: Year, who: str) -> None:
    actor = getattr(year.made, who)
    if who == "town":
        assert seat_status(year, actor) == 403
        return
    import_id = score(year, "E03,庄里镇,,25,,\n", actor)
    assert refused(import_id) == {2: "只有评分责任单位能评分，而且不评自己的单位"}


def seat_status(year: Year, actor) -> int:
    from flask import current_app

    return seat(current_app, actor).get(PAGE).status_code


def test_the_owner_scores_on_the_page_and_never_its_own_unit(app, year: Year, scalar) -> None:
    element = year.elements["政务公开"]
    address = f"{PAGE}/elements/{element}?month=2026-10"
    owner = seat(app, year.made.owner)
    town = year.units["庄里镇"]
    refusal = owner.post(address, **{f"points_{town}": "20"})
    assert refusal.status_code == 422
    assert "庄里镇：「扣分理由」没填" in refusal.text
    saved = owner.post(address, **{f"points_{town}": "20", f"reason_{town}": "晚了"})
    assert saved.status_code == 303
    assert (
        owner.post(address, **{f"points_{town}": "20", f"reason_{town}": "晚了"}).status_code == 303
    )
    assert scalar("SELECT count(*) FROM measure_fact") == 1, "only what changed"
    assert seat(app, year.made.office).post(address, **{f"points_{town}": "25"}).status_code == 403
    with transaction() as session:
        session.connection().exec_driver_sql(
            "ALTER TABLE programme_element DISABLE TRIGGER USER;"
            f"UPDATE programme_element SET owner_department_id = {year.made.bureau_id};"
            "ALTER TABLE programme_element ENABLE TRIGGER USER"
        )
    bureau = seat(app, year.made.bureau)
    page = as_shown(bureau.get(address))
    assert "不由您评分" in page
    assert f'name="points_{year.units["县教育局"]}"' not in page


def test_the_page_says_which_units_have_a_value_and_from_where(app, year: Year) -> None:
    bring(year, "E01,庄里镇,2026-10,75,,\n")
    page = as_shown(seat(app, year.made.office).get(f"{PAGE}?month=2026-10"))
    assert "1 / 2" in page
    assert "考评数据" in page
    owner = as_shown(seat(app, year.made.owner).get(f"{PAGE}?month=2026-09"))
    assert "0 / 2" in owner


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.COUNTY_STAFF, 403), (Role.LEADER, 403), (Role.COUNTY_MANAGER, 403),
     (Role.SYSTEM_ADMIN, 403), (Role.AUDITOR, 403)],
)  # fmt: skip
def test_who_has_no_hand_in_it(app, year: Year, role: Role, status: int) -> None:
    person = make_staff(role, year.made.county.id, f"{role.value[:6]}1")
    assert sit_down(app.test_client(), person).get(PAGE).status_code == status


def test_forms_are_prefilled_and_the_pages_ask_few_statements(app, year: Year) -> None:
    bring(year, "E01,庄里镇,2026-10,75,,\n")
    office, owner = seat(app, year.made.office), seat(app, year.made.owner)
    sheet = CalamineWorkbook.from_filelike(
        io.BytesIO(office.get(f"{PAGE}/measures.xlsx?month=2026-10").data)
    ).get_sheet_by_index(0)
    assert ["", "E01", "庄里镇", "2026-10", "", "", ""] in sheet.to_python()
    scores = CalamineWorkbook.from_filelike(
        io.BytesIO(owner.get(f"{PAGE}/scores.xlsx?month=2026-10").data)
    ).get_sheet_by_index(0)
    assert {tuple(row[:2]) for row in scores.to_python()[1:]} == {
        ("E03", "庄里镇"), ("E03", "县教育局"),
    }  # fmt: skip
    for rest in ("?month=2026-10", f"/elements/{year.elements['断面水质']}?month=2026-10"):
        assert len(statements(lambda rest=rest: office.get(PAGE + rest))) <= MOST


def test_a_locked_year_takes_no_more_values(app, year: Year) -> None:
    with transaction() as session:
        session.connection().exec_driver_sql("UPDATE programme SET state = 'locked'")
    page = as_shown(seat(app, year.made.office).get(PAGE))
    assert "上传，看预览" not in page
    form = {f"points_{year.units['庄里镇']}": "25"}
    address = f"{PAGE}/elements/{year.elements['政务公开']}?month=2026-10"
    assert seat(app, year.made.owner).post(address, **form).status_code == 409
    db.session.rollback()
