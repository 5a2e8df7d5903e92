"""Lists, a training and uses of results of the demo, on a county of a few units."""

from datetime import date

import pytest

from backend.app.access import Actor, Role
from backend.app.assessments.models import AssessedUnit
from backend.app.assessments.programmes.queries import get_programme, list_units
from backend.app.assessments.results.operations import recompute_results
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.demo.assessed_lists import tend_lists, use_results
from backend.jobs import assessments as jobs
from tests.app.assessments.acting import evaluate_month, open_month
from tests.app.assessments.closing_year import make_year
from tests.app.assessments.result_year import (
    Year,
    add_element,
    add_group,
    add_target,
    add_unit,
    measure,
    run,
)
from tests.factories.assessed import YEAR, at
from tests.factories.county import make_person
from tests.factories.tickets import as_actor, forget

UNITS = ("县财政局", "县信访局", "县数据局", "县林业局")


@pytest.fixture
def year(app) -> Year:
    """Four departments, three of them weak in the one element."""
    made = make_year()
    add_group(made, "部门", 100, 0)
    add_element(made, "政务公开", {"rule": "floor_target", "floor": "0", "target": "100"})
    for name in UNITS:
        add_unit(made, name, "部门")
        add_target(made, "政务公开", name, "100")
    run(made)
    return made


def clerks(year: Year) -> dict[int, Actor]:
    people = {}
    for unit_id in year.units.values():
        department_id = db.session.get_one(AssessedUnit, unit_id).department_id
        forget()
        county_id = year.made.county.id
        people[unit_id] = as_actor(make_person(), Role.DEPARTMENT_STAFF, county_id, department_id)
    return people


def quarter(year: Year, month: int, *values: str) -> None:
    for name, value in zip(UNITS, values, strict=True):
        measure(year, "政务公开", name, value, period=date(YEAR, month, 1))
    open_month(month)
    evaluate_month(month)
    with clock_at(at(month + 1, 28)):
        jobs.evaluate_period()


def tend(year: Year, people: dict[int, Actor], month: int) -> None:
    with clock_at(at(month, 29)), transaction():
        programme = get_programme(year.made.programme_id, year.made.county.id)
        tend_lists(
            programme, date(YEAR, month, 1), people, list_units(programme.id), year.made.office
        )


def test_the_demo_lists_teaches_and_uses_its_results(year: Year, scalar) -> None:
    people = clerks(year)
    quarter(year, 6, "10", "50", "55", "90")
    tend(year, people, 7)
    tend(year, people, 7)
    assert scalar("SELECT count(*) FROM issue_entry WHERE source = 'hand'") == 3
    assert scalar("SELECT count(*) FROM issue_entry WHERE source = 'weak'") == 1
    assert scalar("SELECT count(*) FROM training_entry") == 1
    assert scalar("SELECT count(*) FROM training_unit WHERE before < 60") == 3
    quarter(year, 9, "60", "55", "56", "90")
    tend(year, people, 10)
    assert scalar("SELECT count(*) FROM training_unit WHERE after IS NOT NULL") == 3
    assert scalar("SELECT count(*) FROM training_entry") == 1, "tended again, nothing is added"
    with transaction():
        recompute_results(year.made.programme_id)
    with transaction():
        use_results(year.made.programme_id, year.made.office)
    kinds = "SELECT array_agg(DISTINCT kind ORDER BY kind) FROM result_use"
    assert scalar(kinds) == ["funds", "mending", "praise", "talk"]
