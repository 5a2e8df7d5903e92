"""A demo county that is started again, with what its visitors left in it."""

from backend.app.core.clock import clock_at
from backend.demo.assessed_months import live_months
from tests.app.assessments.acting import decider
from tests.factories.assessed import add_target, at, issue, make_assessed
from tests.factories.county import make_county


def test_a_programme_whose_units_nobody_plays_is_left_alone(app) -> None:
    made = make_assessed(make_county())
    add_target(made)
    issue(made)
    with clock_at(at(12, 1, 9)):
        assert live_months(made.county.id, made.office, decider(made), None) == 0
