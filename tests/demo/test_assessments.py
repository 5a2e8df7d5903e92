"""目标责任考核 of the demo county, made by the same operations as the pages."""

from collections import Counter
from decimal import Decimal

import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.assessments.programmes.queries import get_programme, list_programmes, plan_of
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.places.models import Region
from backend.app.scoring.assessing.refusals import refusals
from backend.demo.assessments import SIXTEENTH, load_assessment
from tests.factories.console import make_staff
from tests.factories.county import OPENED_ON, County, make_county
from tests.factories.tickets import forget


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
    assert load_assessment(county.id) == 4436
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
    load_assessment(county.id)
    moves = Counter(move for (move,) in rows("SELECT move FROM target_event"))
    assert moves == {"issue": 4436, "confirm": 4434, "query": 2, "uphold": 1, "change": 1}
    assert rows("SELECT DISTINCT state FROM target") == [("confirmed",)]
    assert rows("SELECT count(*) FROM target WHERE edition = 2") == [(1,)]
    assert rows("SELECT count(*) FROM programme WHERE approved_by_id = drafted_by_id") == [(0,)]
    assert load_assessment(county.id) == 0, "nothing happens the second time"
    assert clock.today().year - list_programmes(county.id)[0].year in (0, 1)
