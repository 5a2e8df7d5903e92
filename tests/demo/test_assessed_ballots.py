"""Ballots by code in the demo county's running year."""

from backend.app.assessments.models import Programme
from backend.app.core.clock import clock_at
from backend.app.core.db import db
from backend.demo.assessed_ballots import GIVEN, SLIPS, rate_running_year
from backend.jobs import surveys as jobs
from tests.factories.assessed import add_target, at, issue, make_assessed
from tests.factories.county import make_county
from tests.factories.tickets import forget


def test_the_running_year_has_an_open_round_with_ballots_once(app, scalar) -> None:
    made = make_assessed(make_county())
    add_target(made)
    issue(made)
    with clock_at(at(12, 1)):
        assert rate_running_year(made.county.id, made.office) == 4 * GIVEN
        assert rate_running_year(made.county.id, made.office) == 0
        forget()
        jobs.flush_inbox()
    assert scalar("SELECT count(*) FROM anonymous.appraisal_code") == 4 * SLIPS
    assert scalar("SELECT count(*) FROM anonymous.day_spent") == 4 * GIVEN
    assert scalar("SELECT state FROM appraisal_round") == "open"
    assert db.session.get_one(Programme, made.programme_id).state == "running"
