"""The demo county's parts and events: classes in use, cases in every state, figures to look at."""

from flask import Flask
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.tickets.city.figures import figures_of
from backend.app.tickets.city.queries import baseline_of, list_classes
from backend.demo.city import CASES, load_city
from tests.factories.console import make_staff
from tests.factories.county import make_county
from tests.factories.tickets import make_offices


def test_a_few_dozen_cases_live_and_nothing_happens_the_second_time(app: Flask) -> None:
    county = make_county()
    make_offices(county)
    make_staff(Role.COUNTY_MANAGER, county.id, "admin")
    assert (load_city(county.id), load_city(county.id)) == (CASES, 0)
    assert len(list_classes(county.id)) == 143
    states = db.session.execute(
        text("SELECT state, count(*) AS cases FROM ticket GROUP BY state")
    ).all()
    counted = {row.state: row.cases for row in states}
    assert counted["resolved"] > counted["assigned"] > 0
    assert counted["answered"] > 0
    month = clock.today().replace(day=1)
    figures = figures_of(county.id, clock.previous_month(clock.previous_month(month)), month)
    assert (figures.cases, figures.seen) == (CASES, 22)
    assert baseline_of(county.id).time_words == "平台建成以前"
