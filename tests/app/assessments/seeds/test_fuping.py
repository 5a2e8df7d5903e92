"""富平 互联网+考核: what its report of 2018 promises, each in short, through the whole engine."""

import io
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, select, text

from backend.app.access import Role
from backend.app.assessments.models import Programme, Target
from backend.app.assessments.programmes.library.loading_operations import load_template
from backend.app.assessments.programmes.library.templates import read_template
from backend.app.assessments.programmes.queries import list_elements, list_units
from backend.app.assessments.reports.evidence_operations import add_evidence
from backend.app.assessments.reports.operations import ReportLine, save_drafts
from backend.app.assessments.targets.draft_operations import spread_common
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict
from backend.app.scoring.assessing.lights import from_data
from backend.app.scoring.assessing.progress import colour
from tests.app.assessments.acting import accept_all, evaluate_month, open_month, send
from tests.app.assessments.closing_year import published_year
from tests.factories.assessed import Assessed, add_target, at, issue
from tests.factories.assessments import BASICS, IN_MARCH, make_departments, make_issued, office
from tests.factories.console import as_shown, make_staff, sit_down
from tests.factories.county import make_county
from tests.factories.tickets import forget

BASE = "/console/assessments"
OCTOBER = date(2026, 10, 1)


@pytest.fixture
def behind_since_september(assessed: Assessed) -> Assessed:
    """A target whose plan runs ahead of it in September and October."""
    add_target(assessed, plan={month: Decimal(month * 100) for month in range(1, 13)})
    issue(assessed, 8)
    for month in (9, 10):
        open_month(month)
        send(assessed, ReportLine(assessed.targets["A1"], 0, Decimal(month * 50)), month=month)
        accept_all(assessed, month)
        evaluate_month(month)
    return assessed


def test_fp01_the_office_manages_units_report_and_leaders_watch(app, client) -> None:
    with clock_at(IN_MARCH):
        made = make_issued()
        county = made.county.id
        clerk = sit_down(client, make_staff(Role.ASSESSOR, county, "clerk"))
        assert clerk.get(f"{BASE}/programmes").status_code == 200
        town = sit_down(client, made.town.person_id)
        assert town.get(f"{BASE}/targets").status_code == 200
        assert town.get(f"{BASE}/programmes").status_code == 403
        leader = sit_down(client, make_staff(Role.LEADER, county, "leader"))
        assert leader.get(f"{BASE}/leader").status_code == 200
        refused = leader.post(f"{BASE}/programmes", title="x", year="2026")
        assert refused.status_code == 403


def test_fp02_the_six_modules_are_pages(behind_since_september, client) -> None:
    made = behind_since_september
    clerk = sit_down(client, make_staff(Role.ASSESSOR, made.county.id, "clerk"))
    own = f"{BASE}/programmes/{made.programme_id}"
    with clock_at(at(11, 26)):
        for address in (
            f"{own}/groups", f"{own}/targets", f"{BASE}/targets/{made.targets['A1']}",
            f"{BASE}/review/2026-10", f"{BASE}/supervision", f"{BASE}/evaluation/2026-10",
        ):  # fmt: skip
            assert clerk.get(address).status_code == 200, address


def test_fp03_33_common_classes_reach_every_unit_of_eight_groups(app) -> None:
    county = make_county()
    make_departments(county)
    clerk = office(county)
    with transaction():
        loading = load_template(clerk, county.id, BASICS, read_template("fuping"))
        programme_id = loading.programmes[0].id
        spread_common(clerk, programme_id)
    units = list_units(programme_id)
    assert (len(units), len({unit.group_name for unit in units})) == (81, 8)
    common = [row for row in list_elements(programme_id) if row.rule and row.scope == "common"]
    assert len(common) == 33
    # Each unit has the 33, the township two more of what villagers say.
    count = select(func.count()).select_from(Target)
    assert db.session.scalar(count) == 33 * 81 + 2


def test_fp04_plan_report_evaluation_and_supervision_close_the_loop(
    behind_since_september, scalar
) -> None:
    assert scalar("SELECT count(*) FROM target_report WHERE state = 'accepted'") == 2
    assert scalar("SELECT array_agg(colour ORDER BY period) FROM target_standing"
                  " WHERE colour IS NOT NULL") == ["red", "red"]  # fmt: skip
    assert scalar("SELECT count(*) FROM target_supervision") == 2


def test_fp05_five_colours_with_shape_and_word(app) -> None:
    with clock_at(IN_MARCH):
        made = make_issued()
    programme = db.session.get_one(Programme, made.programme_id)
    lights = from_data(programme.content["lights"])
    rows = [
        colour(Fraction(done, 100), Fraction(planned, 100), finished=done >= 100,
               stopped=stopped, misses=0, lights=lights)
        for done, planned, stopped in (
            (0, 50, True), (40, 50, False), (50, 50, False), (60, 50, False), (100, 100, False)
        )
    ]  # fmt: skip
    assert [(row.word, row.icon) for row in rows] == [
        ("未开（复）工", "✕"), ("滞后", "■"), ("正常", "●"), ("超额", "▲"), ("已完结", "✓"),
    ]  # fmt: skip


def test_fp06_the_window_shuts_by_itself_and_says_who_missed_it(assessed, scalar) -> None:
    add_target(assessed)
    issue(assessed)
    open_month(10)
    evaluate_month(10)
    assert scalar("SELECT state FROM target_report") == "missed"
    late = ReportLine(assessed.targets["A1"], 1, Decimal(100))
    with pytest.raises(Conflict):
        send(assessed, late, month=10, when=at(11, 20))


def test_fp07_a_file_stands_behind_a_claim_and_is_sent_once(assessed, scalar) -> None:
    target = add_target(assessed)
    issue(assessed)
    open_month(10)
    with clock_at(at(10, 26)):
        with transaction():
            save_drafts(assessed.town, assessed.town_unit, OCTOBER, [ReportLine(target, 0)])
        for expected in (True, False):
            with transaction():
                is_new = add_evidence(
                    assessed.town, assessed.town_unit, target, OCTOBER, b"%PDF-1.4 x", "验收单.pdf"
                )
            assert is_new is expected
    assert scalar("SELECT count(*) FROM evidence") == 1


def test_fp08_four_searches_narrow_the_list(behind_since_september, client) -> None:
    made = behind_since_september
    desk = sit_down(client, make_staff(Role.ASSESSOR, made.county.id, "clerk"))
    with clock_at(at(11, 26)):
        for query, shown in (
            ("", True), (f"group_id={made.group_id}", True), ("colour=red", True),
            ("colour=green", False), ("state=confirmed", True), ("state=stopped", False),
            ("tag=没有的标签", False),
        ):  # fmt: skip
            page = as_shown(desk.get(f"{BASE}/targets?{query}"))
            assert ("任务A1" in page) is shown, query


def test_fp09_outcomes_are_published_with_bands_and_without_names(app, client) -> None:
    year = published_year()
    page = as_shown(client.get(f"/p/610528/assessments/{year.made.programme_id}"))
    assert "优秀" in page
    assert "甲1" in page


def test_fp10_the_second_bad_month_proposes_a_notice_with_its_card(
    behind_since_september, scalar
) -> None:
    assert scalar("SELECT array_agg(level ORDER BY level) FROM target_supervision") == [1, 2]
    assert scalar("SELECT state FROM target_supervision WHERE level = 2") == "proposed"


def test_fp12_the_standard_goes_out_with_the_form(behind_since_september, client) -> None:
    made = behind_since_september
    desk = sit_down(client, make_staff(Role.ASSESSOR, made.county.id, "clerk"))
    book = desk.get(f"{BASE}/programmes/{made.programme_id}/targets.xlsx")
    assert book.status_code == 200
    rows = CalamineWorkbook.from_filelike(io.BytesIO(book.data)).get_sheet_by_index(0).to_python()
    headings = next(row for row in rows if "指标编码" in row)
    assert {"评分标准(原文)", "责任科室", "完成时限", "报送频次"} <= set(headings)


def test_fp13_leaders_see_the_whole_county_at_once(behind_since_september, client) -> None:
    leader = make_staff(Role.LEADER, behind_since_september.county.id, "leader")
    with clock_at(at(11, 26)):
        page = as_shown(sit_down(client, leader).get(f"{BASE}/leader"))
    assert "1 项滞后或未开工" in page
    assert "庄里镇" in page


def test_fp15_every_act_stays_with_who_did_it_and_when(app) -> None:
    with clock_at(IN_MARCH):
        made = make_issued()
    forget()
    rows = db.session.execute(
        text("SELECT action, person_id FROM audit_entry WHERE subject_kind = 'programme'")
    ).all()
    acts = {(row.action, row.person_id) for row in rows}
    assert ("approve_programme", made.boss.person_id) in acts
    assert ("issue_programme", made.clerk.person_id) in acts
