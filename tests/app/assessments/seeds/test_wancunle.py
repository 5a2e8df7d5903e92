"""万村乐: villages are assessed by three figures that the system knows, and nobody types."""

import io
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from backend.app.access import Role
from backend.app.assessments.grades.operations import propose_grades
from backend.app.assessments.programmes.queries import MemberUnit, list_units
from backend.app.assessments.reports.window_operations import ProgrammeWindow
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.targets.operations import confirm_all
from backend.app.assessments.year_end.operations import close_programme
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.scorecards.imports.operations import store_facts
from backend.jobs import assessments as jobs
from backend.jobs.scorecards import recompute_month
from tests.app.assessments.acting import open_month
from tests.app.assessments.closing_year import MEETING
from tests.app.assessments.seeds.loaded import Loaded, issue, load
from tests.factories.assessed import YEAR, at
from tests.factories.console import as_shown, make_staff, sit_down
from tests.factories.county import grant_role, make_person
from tests.factories.ratings import rate_village
from tests.factories.tickets import as_actor, forget

BASE = "/console/assessments"
OCTOBER, NOVEMBER = date(YEAR, 10, 1), date(YEAR, 11, 1)


@pytest.fixture
def loaded(app) -> Iterator[Loaded]:
    made = load("wancunle")
    issue(made)
    return made


def bring_in(loaded: Loaded, village: int, source: str, yes: int, whole: int) -> None:
    """What another system counted of October."""
    county = loaded.county
    key = county.village_ids[village], source
    with clock_at(at(11, 2)):
        with transaction():
            store_facts(county.id, OCTOBER, "政务系统", loaded.clerk.person_id, {key: (yes, whole)})
        recompute_month(county.id, "2026-10")


def pulled(loaded: Loaded) -> dict[tuple[str, int], Decimal]:
    """Each figure of November by indicator and village."""
    with clock_at(at(11, 30, 4, 30)):
        jobs.pull_measures()
    forget()
    rows = db.session.execute(
        text("SELECT e.name, u.region_id, f.value FROM measure_fact f"
             " JOIN programme_element e ON e.id = f.element_id"
             " JOIN assessed_unit u ON u.id = f.unit_id WHERE f.period = :month ORDER BY f.id"),
        {"month": NOVEMBER},
    )  # fmt: skip
    return {(row.name, row.region_id): row.value for row in rows}


def test_wc01_three_indicators_are_all_that_counts(loaded: Loaded) -> None:
    points = {
        name: loaded.element(name).points
        for name in ("事务线上办结率", "村民反馈响应速度", "村民满意度", "平台活跃度")
    }
    assert list(points.values()) == [35, 35, 30, 0]
    assert sum(points.values()) == 100
    assert {unit.region_id for unit in loaded.units()} == set(loaded.county.village_ids)


def test_wc02_figures_come_from_the_system_and_nobody_is_asked(loaded: Loaded) -> None:
    open_month(10)
    assert db.session.query(ProgrammeWindow).count() == 1
    with clock_at(at(10, 26)):
        clerk = sit_down_township(loaded)
        asked = db.session.execute(
            text("SELECT count(*) FROM notice WHERE person_id = :id AND title LIKE '%填报%'"),
            {"id": clerk},
        ).scalar_one()
    assert asked == 0
    bring_in(loaded, 0, "online", 90, 100)
    first, second = loaded.county.village_ids
    figures = pulled(loaded)
    assert figures["事务线上办结率", first] == 90
    assert ("事务线上办结率", second) not in figures


def sit_down_township(loaded: Loaded) -> int:
    person_id = make_person()
    grant_role(person_id, Role.TOWNSHIP_STAFF, loaded.county.township_ids[0])
    return person_id


def test_wc07_villagers_say_is_a_village_of_its_own(loaded: Loaded) -> None:
    rate_village(loaded.county, 0, [1, 1], OCTOBER)
    rate_village(loaded.county, 1, [5, 5], OCTOBER)
    first, second = loaded.county.village_ids
    figures = pulled(loaded)
    assert (figures["村民满意度", first], figures["村民满意度", second]) == (100, 0)


def test_wc08_activity_is_shown_and_costs_nothing(loaded: Loaded) -> None:
    for village, yes in enumerate((10, 90)):
        bring_in(loaded, village, "activity", yes, 100)
        bring_in(loaded, village, "online", 80, 100)
    figures = pulled(loaded)
    assert figures["平台活跃度", loaded.county.village_ids[0]] == 10
    totals = db.session.execute(text("SELECT DISTINCT total FROM unit_result")).scalars().all()
    assert len(totals) == 1


def test_wc01_villages_have_no_place_on_any_page_or_in_any_file(loaded: Loaded, client) -> None:
    for village, yes in enumerate((60, 90)):
        bring_in(loaded, village, "online", yes, 100)
    pulled(loaded)
    rows = db.session.execute(text("SELECT total, rank, band FROM unit_result")).all()
    assert len({row.total for row in rows}) == 2
    assert {(row.rank, row.band) for row in rows} == {(None, None)}
    with clock_at(MEETING):
        with transaction():
            close_programme(loaded.clerk, loaded.programme_id)
        with transaction():
            propose_grades(loaded.clerk, loaded.programme_id)
        reader = make_staff(loaded.clerk.grants[0].role, loaded.county.id, "reader")
        desk = sit_down(client, reader)
        results = f"{BASE}/results/{loaded.programme_id}"
        grades = f"{BASE}/grades/{loaded.programme_id}"
        for address in (results, f"{results}?until=2026-12", grades):
            page = as_shown(desk.get(address))
            assert not re.search("第 \\d+ [名档]|名次</th>", page), address
            villages = [page.index(f"<strong>{unit.name}</strong>") if address == grades else
                        page.index(unit.name) for unit in in_order_of_names(loaded)]  # fmt: skip
            assert villages == sorted(villages)
        assert "这套方案不排名次" in as_shown(desk.get(results))
        for address in (f"{results}/results.xlsx", f"{grades}/paper.xlsx"):
            book = load_workbook(io.BytesIO(desk.get(address).data))
            heads = {str(cell.value) for cell in book.worksheets[0][1]}
            assert "单位" in heads
            assert not {"名次", "档", "分数段", "校准分（供参考）"} & heads


def in_order_of_names(loaded: Loaded) -> list[MemberUnit]:
    return sorted(list_units(loaded.programme_id), key=lambda unit: unit.name)


def test_wc09_a_townships_staff_act_for_its_villages(loaded: Loaded, client) -> None:
    person_id = make_staff(None, loaded.county.id, "town")
    grant_role(person_id, Role.TOWNSHIP_STAFF, loaded.county.township_ids[0])
    actor = as_actor(person_id, Role.TOWNSHIP_STAFF, loaded.county.township_ids[0])
    assert scope_of(actor).region_ids >= set(loaded.county.village_ids)
    unit = loaded.units()[0]
    with clock_at(at(1, 7)), transaction():
        assert confirm_all(actor, unit.id) == 4
    page = as_shown(sit_down(client, person_id).get(f"{BASE}/targets?unit_id={unit.id}"))
    assert "村民满意度" in page


def test_wc11_villages_are_chosen_in_the_wizard(app, client) -> None:
    draft = load("wancunle")
    desk = sit_down(client, make_staff(draft.clerk.grants[0].role, draft.county.id, "clerk"))
    page = as_shown(desk.get(f"{BASE}/programmes/{draft.programme_id}/groups"))
    assert all(f'name="group-r{village}"' in page for village in draft.county.village_ids)
