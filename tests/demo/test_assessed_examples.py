"""The demo's examples of every other assessment, on a county of a few places."""

import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.assessments.appraisals.queries import groups_of, list_rounds, result_of
from backend.app.assessments.overviews.console_own import own_result
from backend.app.assessments.overviews.own_queries import own_units
from backend.app.assessments.programmes.library.templates import TEMPLATES
from backend.app.assessments.programmes.queries import get_programme
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.uses.trends import year_trends
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.places.models import Region
from backend.app.tickets.clocks.working_calendar import seed_calendar
from backend.demo import assessed_desk as desks
from backend.demo import assessed_examples
from backend.demo.assessed_desk import Desk
from backend.demo.assessed_examples import EXAMPLES, load_examples
from backend.demo.assessed_schools import load_schools
from backend.demo.live import LEAST_MONTHS, load_assessments
from backend.demo.people import EMPLOYEE, NEWCOMER, SCHOOL
from tests.factories.console import make_staff
from tests.factories.county import OPENED_ON, make_county
from tests.factories.tickets import forget


@pytest.fixture
def desk(app) -> Desk:
    """A street, fifteen towns, two villages and the demo's log-ins."""
    county = make_county(villages=2)
    with transaction() as session:
        for number, name in enumerate(("城关街道", *(f"第{n}镇" for n in range(1, 15))), 1):
            town = Region(
                level="township", name=name, code=f"6105281{number:02d}000",
                parent_id=county.id, county_id=county.id, opened_on=OPENED_ON,
            )  # fmt: skip
            session.add(town)
            session.flush()
            town.township_id = town.id
        seed_calendar(county.id)
    for name in (SCHOOL, EMPLOYEE, NEWCOMER):
        make_staff(None, county.id, name)
    make_staff(Role.COUNTY_MANAGER, county.id, "admin")
    make_staff(Role.ASSESSOR, county.id, "assessor")
    make_staff(Role.ASSESSOR, county.id, "approver", approves=True)
    return desks.sit(county.id)


def load(desk: Desk, template: str) -> int:
    with transaction():
        return EXAMPLES[template](desk)


def rows(statement: str) -> list[tuple]:
    forget()
    return [tuple(row) for row in db.session.execute(text(statement))]


def test_townships_of_two_types_live_through_three_quarters(desk: Desk) -> None:
    assert load(desk, "leping") == 15
    groups = "SELECT g.name, count(*) FROM assessed_unit u JOIN programme_group g"
    assert rows(f"{groups} ON g.id = u.group_id GROUP BY g.name ORDER BY 2") == [
        ("城关镇（街道）", 3 * 3), ("农业镇", 3 * 12),
    ]  # fmt: skip
    assert rows("SELECT DISTINCT state FROM target") == [("confirmed",)]
    coloured = "SELECT count(DISTINCT period) FROM target_standing WHERE colour = 'yellow'"
    assert rows(coloured) == [(4 + 4 + 3,)]
    calibrated = "SELECT count(*) FROM unit_result WHERE calibrated IS NOT NULL"
    assert rows(calibrated) == [(3 * 12,)]
    moves = {row[0] for row in rows("SELECT kind FROM programme_adjustment WHERE points > 0")}
    assert moves == {"yellow", "red", "deduction", "exemption"}
    assert rows("SELECT DISTINCT state FROM exemption_request") == [("used",)]
    assert rows("SELECT count(*) FROM shared_task_member") == [(3 * 3,)]
    assert rows("SELECT count(*) FROM training_unit WHERE after > before") == [(3,)]
    found = {row[0] for row in rows("SELECT result FROM site_check")}
    assert {"untrue", "partly"} <= found
    assert_two_years_before_stand_beside_this_one(desk)
    assert_of_three_groups_of_raters_one_disagrees()


def assert_two_years_before_stand_beside_this_one(desk: Desk) -> None:
    programme = get_programme(rows("SELECT max(id) FROM programme")[0][0], desk.county_id)
    trends = year_trends(programme, scope_of(desk.office), None)
    assert trends.years == [desk.year - 2, desk.year - 1]
    assert all(None not in line.values for line in trends.units)
    assert rows("SELECT count(*) FROM programme_publication") == [(2,)]


def assert_of_three_groups_of_raters_one_disagrees() -> None:
    programme_id = rows("SELECT max(id) FROM programme")[0][0]
    held = list_rounds(programme_id)[0]
    agreements = result_of(held).agreements
    names = {group.id: group.name for group in groups_of(held.id)}
    assert [names[key] for key, row in agreements.items() if row.is_disputed] == ["群众"]
    assert rows("SELECT DISTINCT state FROM appraisal_group") == [("accepted",)]


def test_schools_are_measured_asked_about_and_visited(desk: Desk) -> None:
    assert load(desk, "wanzhou") == 5
    totals = dict(rows(
        "SELECT a.name, r.total FROM unit_result r JOIN assessed_unit u ON u.id = r.unit_id"
        " JOIN assessed_subject a ON a.id = u.subject_id"
    ))  # fmt: skip
    assert totals["北山教学点（示例）"] > totals["城关小学（示例）"], "what is used counts"
    assert rows("SELECT count(*) FROM measure_fact WHERE source = 'ballot'") == [(5,)]
    assert rows("SELECT DISTINCT state FROM site_check") == [("agreed",)]
    assert rows("SELECT count(*) > 0 FROM evidence") == [(True,)]
    assert len(own_units(subjects_of(SCHOOL))) == 1


def subjects_of(username: str) -> set[int]:
    subjects = {grant.subject_id for grant in desks.actor_of(username).grants}
    forget()
    return subjects - {None}


def test_of_two_people_one_reads_the_result_and_one_has_yet_to_talk(desk: Desk) -> None:
    assert load(desk, "sme") == 4
    talked, waiting = (own_units(subjects_of(name))[0] for name in (EMPLOYEE, NEWCOMER))
    assert own_result(talked).total > 80
    assert own_result(waiting) is None
    states = rows("SELECT state FROM feedback_talk ORDER BY state")
    assert states == [("raised",), ("recorded",)]


def test_villages_and_offices_are_counted_by_the_product_alone(desk: Desk) -> None:
    assert load(desk, "wancunle") == 2
    assert load(desk, "urban_management") > 8
    handed = "SELECT count(*) FROM measure_fact WHERE source <> 'own'"
    assert rows(handed) == [(0,)]
    if clock.today().month > 1:
        activity = (
            "SELECT e.points, count(f.id) FROM programme_element e"
            " JOIN measure_fact f ON f.element_id = e.id WHERE e.name = '平台活跃度' GROUP BY 1"
        )
        assert rows(activity) == [(0, 2)]


def test_four_cities_have_their_workbook_verdicts_and_pictures(desk: Desk) -> None:
    assert load(desk, "sichuang") == 1200
    assert rows("SELECT count(*), sum(points) FROM target WHERE task LIKE '%：%'") == [(1200, 0)]
    met = dict(rows("SELECT colour, count(*) FROM target_standing GROUP BY colour"))
    assert met["orange"] > met["red"] > 100
    assert rows("SELECT count(*) FROM evidence_use") == [(3,)]
    assert {row[0] for row in rows("SELECT result FROM site_check")} == {"true", "untrue", "partly"}
    assert rows("SELECT count(*) FROM unit_result WHERE total IS NOT NULL") == [(0,)]


def test_the_pilots_lists_moved_and_its_townships_stand_at_each_step(desk: Desk) -> None:
    assert load(desk, "ningbo_county") == 5
    steps = "SELECT step, count(*) FROM acceptance_step GROUP BY step ORDER BY step"
    assert rows(steps) == [(1, 4), (2, 3), (3, 2)]
    listed = "SELECT state, count(*) FROM issue_entry WHERE source = 'template' GROUP BY state"
    states = dict(rows(listed))
    assert states == {"closed": 6, "answered": 4, "open": 9}
    asked = "SELECT count(*) FROM measure_fact WHERE source = 'accept'"
    assert rows(asked) == [(50,)]


def test_a_small_county_has_no_assessments(desk) -> None:
    load_assessments(desk.county_id, LEAST_MONTHS - 1)
    assert rows("SELECT count(*) FROM programme") == [(0,)]


def test_no_example_is_loaded_twice(desk, monkeypatch) -> None:
    monkeypatch.setattr(assessed_examples, "EXAMPLES", {"wanzhou": load_schools})
    assert load_examples(desk.county_id) == 1
    assert load_examples(desk.county_id) == 0
    ((title, state),) = rows("SELECT title, state FROM programme")
    assert "示例" in title
    assert state == "running"


def test_no_template_but_the_drafted_ones_is_left_without_a_year() -> None:
    assert set(TEMPLATES) - set(EXAMPLES) == {"fuping", "ningbo_shop", "ningbo_farm"}
