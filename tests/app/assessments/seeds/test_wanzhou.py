"""万州: schools are assessed by what is used, not by what was bought."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.assessments.measures.operations import ScoreLine, score_units
from backend.app.assessments.programmes.queries import list_elements, list_units
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.subjects.operations import SubjectDraft, save_subject
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from tests.app.assessments.seeds.loaded import Loaded, issue, load
from tests.factories.assessed import YEAR, at
from tests.factories.assessments import office, staff
from tests.factories.console import as_shown, make_staff, sit_down
from tests.factories.county import OPENED_ON, make_county
from tests.factories.tickets import forget

SCHOOLS = ("第一小学", "乡村小学")
BASE = "/console/assessments"


@pytest.fixture
def loaded(app) -> Loaded:
    return with_schools()


def with_schools() -> Loaded:
    """Two schools, and a shop that is none."""
    county = make_county()
    draft = SubjectDraft("school", SCHOOLS[0], "", county.township_ids[0], "", None, "", OPENED_ON)
    others = [replace(draft, name=SCHOOLS[1]), replace(draft, kind="shop", name="农资店")]
    with transaction():
        who = office(county)
        for row in (draft, *others):
            save_subject(who, county.id, row)
    made = load("wanzhou", county)
    issue(made)
    return made


def test_wz01_use_effect_and_lasting_are_40_35_and_25(loaded: Loaded) -> None:
    rows = list_elements(loaded.programme_id)
    names = {row.id: row.name for row in rows if row.parent_id is None}
    sums = dict.fromkeys(names.values(), Decimal(0))
    for row in rows:
        if row.parent_id:
            sums[names[row.parent_id]] += row.points
    assert sums == {"应用情况": 40, "实际效益": 35, "持续发展": 25}
    assert sorted(unit.name for unit in list_units(loaded.programme_id)) == sorted(SCHOOLS)


def score(loaded: Loaded, school: str, element: str, value: str) -> None:
    unit = next(row.id for row in list_units(loaded.programme_id) if row.name == school)
    row = loaded.element(element)
    with clock_at(at(11, 20)), transaction():
        who = staff(loaded.county, row.owner_department_id)
        line = ScoreLine(unit, Decimal(value), None, "", "")
        score_units(who, loaded.programme, row.id, date(YEAR, 11, 1), [line])


def test_wz01_a_device_that_is_used_earns_and_one_that_stands_idle_does_not(loaded) -> None:
    score(loaded, "第一小学", "设备完好与使用", "40")
    score(loaded, "乡村小学", "设备完好与使用", "90")
    with clock_at(at(11, 30)), transaction():
        recompute_results(loaded.programme_id)
    forget()
    totals = db.session.execute(
        text("SELECT a.name, r.total FROM unit_result r JOIN assessed_unit u ON u.id = r.unit_id"
             " JOIN assessed_subject a ON a.id = u.subject_id")
    )  # fmt: skip
    assert {row.name: row.total for row in totals} == {"第一小学": 0, "乡村小学": 100}


def test_wz02_a_fifth_of_the_running_funds_is_a_line_with_its_source(loaded, client) -> None:
    element = loaded.element("经费落实")
    assert not element.is_example
    assert "公用经费的20%" in element.basis
    desk = sit_down(client, make_staff(Role.ASSESSOR, loaded.county.id, "clerk"))
    page = as_shown(desk.get(f"{BASE}/programmes/library/wanzhou"))
    assert "出自：万州区数字化校园材料" in page
    score(loaded, "第一小学", "经费落实", "19")
    score(loaded, "乡村小学", "经费落实", "21")
    with clock_at(at(11, 30)), transaction():
        recompute_results(loaded.programme_id)
    forget()
    totals = db.session.execute(text("SELECT total FROM unit_result ORDER BY total")).scalars()
    assert list(totals) == [0, 100]
