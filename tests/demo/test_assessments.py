"""目标责任考核 of the demo county, made by the same operations as the pages."""

from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal
from threading import Thread

import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.assessments.programmes.queries import get_programme, list_programmes, plan_of
from backend.app.assessments.results.operations import recompute_results
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.places.models import Region
from backend.app.scoring.assessing.refusals import refusals
from backend.demo import assessed_months
from backend.demo.assessments import (
    SIXTEENTH,
    assessed_years,
    load_assessment,
    tend_assessment,
)
from tests.factories.console import make_staff
from tests.factories.county import OPENED_ON, County, make_county
from tests.factories.ratings import rate_village
from tests.factories.tickets import forget

YEAR = 2026
APRIL = datetime(YEAR, 4, 24, 12, tzinfo=UTC)


@pytest.fixture
def county(app) -> County:
    """A county of fifteen towns with the demo's log-ins."""
    county = make_county()
    with transaction() as session:
        for number in range(1, 15):
            town = Region(
                level="township", name=f"第{number}镇", code=f"6105281{number:02d}000",
                parent_id=county.id, county_id=county.id, opened_on=OPENED_ON,
            )  # fmt: skip
            session.add(town)
            session.flush()
            town.township_id = town.id
    make_staff(Role.COUNTY_MANAGER, county.id, "admin")
    make_staff(Role.ASSESSOR, county.id, "assessor")
    make_staff(Role.ASSESSOR, county.id, "approver", approves=True)
    return county


def rows(statement: str) -> list[tuple]:
    forget()
    return [tuple(row) for row in db.session.execute(text(statement))]


def test_the_demo_has_96_units_1268_own_targets_and_33_common_classes(county: County) -> None:
    assert load_assessment(county.id, YEAR) == 4436
    (programme,) = list_programmes(county.id)
    assert programme.state == "running"
    assert "示例" in programme.title
    assert refusals(plan_of(get_programme(programme.id, county.id))) == []
    units = "SELECT count(*) FILTER (WHERE region_id IS NOT NULL), count(*) FROM assessed_unit"
    assert rows(units) == [(15, 96)]
    assert rows(f"SELECT count(*) FROM department WHERE name = '{SIXTEENTH}'") == [(1,)]
    scopes = "SELECT e.scope, t.id FROM target t JOIN programme_element e ON e.id = t.element_id"
    counted = Counter(scope for scope, _ in rows(scopes))
    assert (counted["common"], counted["group"] + counted["unit"]) == (33 * 96, 1268)
    sums = rows("SELECT sum(points) FROM target GROUP BY unit_id")
    assert {total for (total,) in sums} == {Decimal(100)}


def test_every_act_of_the_demo_is_written_down_by_the_person_who_did_it(county: County) -> None:
    load_assessment(county.id, YEAR)
    moves = Counter(move for (move,) in rows("SELECT move FROM target_event"))
    assert moves == {"issue": 4436, "confirm": 4434, "query": 2, "uphold": 1, "change": 1}
    assert rows("SELECT DISTINCT state FROM target") == [("confirmed",)]
    assert rows("SELECT count(*) FROM target WHERE edition = 2") == [(1,)]
    assert rows("SELECT count(*) FROM programme WHERE approved_by_id = drafted_by_id") == [(0,)]
    assert load_assessment(county.id, YEAR) == 0, "nothing happens the second time"


def test_the_year_before_runs_to_its_end_and_the_running_one_from_february(county) -> None:
    with clock_at(datetime(YEAR, 1, 31, tzinfo=UTC)):
        assert assessed_years() == (YEAR - 1, YEAR - 2)
    with clock_at(datetime(YEAR, 12, 1, tzinfo=UTC)):
        assert assessed_years() == (YEAR, YEAR - 1)


@pytest.fixture
def spring(county: County) -> County:
    """Seen on the 24th of April: three months are coloured, the fourth opens tomorrow."""
    rate_village(county, 0, [1] * 11 + [5], date(YEAR, 3, 1))
    load_assessment(county.id, YEAR)
    with clock_at(APRIL):
        tend_assessment(county.id)
    return county


def test_past_months_are_sent_reviewed_coloured_and_partly_dealt_with(spring: County) -> None:
    uncoloured = (
        "SELECT count(*) FILTER (WHERE s.colour IS NULL), count(*) FROM target_standing s"
        " JOIN target t ON t.id = s.target_id JOIN programme_element e ON e.id = t.element_id"
        " WHERE s.period = '2026-03-01'"
        " AND split_part(e.source, ':', 1) IN ('owner', 'check', 'feed')"
    )
    assert rows(uncoloured) == [(0, 31 * 96)]
    states = "SELECT closed_at IS NULL, evaluated_at IS NULL, published_at IS NULL"
    assert rows(f"{states} FROM programme_window ORDER BY period") == [(False,) * 3] * 3
    colours = Counter(dict(rows(
        "SELECT colour, count(*) FROM target_standing WHERE period = '2026-03-01' GROUP BY 1"
    )))  # fmt: skip
    assert colours["green"] > 3000
    assert 20 < colours["red"] < 500
    assert 10 < colours["black"] < 120
    reports = Counter(dict(rows("SELECT state, count(*) FROM target_report GROUP BY 1")))
    assert set(reports) == {"accepted", "missed"}
    assert reports["accepted"] > 20 * reports["missed"] > 0
    assert rows("SELECT count(*) > 10 FROM target_report WHERE is_late") == [(True,)]
    decisions = {decision for (decision,) in rows("SELECT DISTINCT decision FROM report_review")}
    assert decisions == {"passed", "changed", "returned"}
    steps = Counter(dict(rows("SELECT state, count(*) FROM target_supervision GROUP BY 1")))
    assert {"open", "closed"} <= set(steps)
    queries = Counter(dict(rows("SELECT state, count(*) FROM colour_query GROUP BY 1")))
    assert queries["open"] == 1
    assert queries["upheld"] + queries["corrected"] > 2
    assert rows("SELECT count(*) FROM colour_query WHERE answered_by_id = by_id") == [(0,)]


def test_figures_of_other_systems_and_of_the_product_itself_stand_every_month(
    spring: County,
) -> None:
    handed = (
        "SELECT e.code, f.period::text, count(*), count(*) FILTER (WHERE yes <= whole),"
        " count(*) FILTER (WHERE u.department_id = e.owner_department_id),"
        " count(*) FILTER (WHERE a.openid = 'assessor')"
        " FROM measure_fact f JOIN programme_element e ON e.id = f.element_id"
        " JOIN assessed_unit u ON u.id = f.unit_id JOIN person a ON a.id = f.imported_by_id"
        " WHERE f.source = 'feed' GROUP BY 1, 2 ORDER BY 1, 2"
    )
    months = ("2026-01-01", "2026-02-01", "2026-03-01")
    assert [row[:5] for row in rows(handed)] == [
        (code, month, 96, 96, 1) for code in ("JJ01", "JJ02") for month in months
    ]
    falls = (
        "SELECT count(*) FROM measure_fact a"
        " JOIN measure_fact b USING (element_id, unit_id, source)"
        " WHERE source = 'feed' AND a.period < b.period AND a.yes > b.yes"
    )
    assert rows(falls) == [(0,)]
    own = "SELECT DISTINCT value, origin FROM measure_fact WHERE source = 'own' AND period = '{}'"
    assert (Decimal("91.6667"), "满意度，12 人次评价") in rows(own.format("2026-03-01"))


def test_tended_again_it_adds_nothing_and_goes_on_where_it_was(spring: County) -> None:
    told = "SELECT (SELECT count(*) FROM target_report), (SELECT count(*) FROM report_review)"
    before = rows(told)
    with clock_at(APRIL):
        assert tend_assessment(spring.id) == 0
    assert rows(told) == before
    with clock_at(datetime(YEAR, 4, 28, 4, tzinfo=UTC)):
        assert tend_assessment(spring.id, since=APRIL) == 0
    opened = "SELECT count(*) FROM target_report WHERE period = '2026-04-01' AND state <> 'missed'"
    assert 0 < rows(opened)[0][0] < 120, "three units in five have sent, only key targets are due"


def test_a_past_year_has_twelve_months_grades_and_a_publication(county: County) -> None:
    load_assessment(county.id, YEAR - 1)
    with clock_at(datetime(YEAR, 5, 6, tzinfo=UTC)):
        assert tend_assessment(county.id) == 12
        assert tend_assessment(county.id) == 0
    assert rows("SELECT count(*) FROM programme_window WHERE published_at IS NULL") == [(0,)]
    assert rows("SELECT state FROM programme") == [("archived",)]
    assert rows("SELECT count(*) FROM unit_grade WHERE grade IS NOT NULL") == [(96,)]
    assert rows("SELECT count(*) FROM programme_publication") == [(1,)]
    assert_it_was_judged_by_more_than_its_months()
    assert_lost_points_name_their_case_and_one_was_given_back()
    waiting = "SELECT count(*) FROM target_supervision WHERE state IN ('proposed', 'open')"
    assert rows(waiting) == [(0,)], "what followed from December's colours was dealt with, too"


def assert_it_was_judged_by_more_than_its_months() -> None:
    assert rows("SELECT count(*) FROM unit_result WHERE social IS NULL") == [(0,)]
    social = "SELECT min(social) < 80, max(social) > 80 FROM unit_result"
    assert rows(social) == [(True, True)]
    assert rows("SELECT count(*) FROM appraisal_round WHERE state = 'closed'") == [(1,)]
    counters = "SELECT DISTINCT count(DISTINCT by_id) FROM appraisal_entry GROUP BY group_id"
    assert rows(counters) == [(2,)]
    best = "SELECT count(*) FROM unit_grade WHERE grade = 'excellent'"
    assert 0 < rows(best)[0][0] <= 28
    found = {result for (result,) in rows("SELECT DISTINCT result FROM site_check")}
    assert {"untrue"} <= found <= {"true", "partly", "untrue"}, "every check has its result"
    assert rows("SELECT count(DISTINCT unit_id) FROM self_assessment") == [(12,)]
    moves = {tuple(row) for row in rows("SELECT DISTINCT kind, state FROM programme_adjustment")}
    assert {("bonus", "confirmed"), ("bonus", "dropped"), ("deduction", "confirmed")} <= moves
    assert ("red", "confirmed") in moves
    assert not [kind for kind, state in moves if state == "proposed"]


def assert_lost_points_name_their_case_and_one_was_given_back() -> None:
    told = "SELECT CAST(content AS text) LIKE '%因河道污染整改不力扣%' FROM programme_publication"
    assert rows(told) == [(True,)]
    assert {state for (state,) in rows("SELECT state FROM result_appeal")} == {"upheld", "refused"}
    corrections = (
        "SELECT number, appeal_id, before ->> 'total' < after ->> 'total'"
        " FROM result_correction ORDER BY number"
    )
    (first, appeal_id, was_raised), *moved = rows(corrections)
    assert (first, was_raised) == (1, True)
    # Units compared with the corrected one may change their bands with it.
    assert {tuple(row[1:]) for row in moved} <= {(appeal_id, False)}


def test_the_night_computes_totals_while_a_month_of_the_demo_is_written(
    county: County, app, monkeypatch
) -> None:
    """A month is one transaction of more seconds than anybody waits for a row."""
    load_assessment(county.id, YEAR)
    (programme,) = list_programmes(county.id)
    programme_id, computed = programme.id, []
    forget()

    def by_night() -> None:
        with app.app_context(), transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '2s'"))
            computed.append(recompute_results(programme_id))

    def in_the_middle(month: assessed_months._Month) -> bool:
        if month.window is not None and not computed:
            night = Thread(target=by_night)
            night.start()
            night.join()
        return month.window is not None and month.window.published_at is not None

    monkeypatch.setattr(assessed_months, "_is_published", in_the_middle)
    with clock_at(datetime(YEAR, 2, 20, 12, tzinfo=UTC)):
        tend_assessment(county.id)
    assert computed == [96]
