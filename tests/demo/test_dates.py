"""A demo county asks its questions on whatever day it is opened."""

from datetime import date, datetime, time
from itertools import product

import pytest

from backend.app.core import calendar
from backend.app.core.calendar import COUNTY_ZONE
from backend.app.core.db import db, transaction
from backend.app.surveys import blind, keys
from backend.app.surveys.models import SurveyRound
from backend.demo.surveys import load_surveys
from backend.demo.tickets import it_is
from backend.jobs.surveys import tend_rounds
from tests.factories.county import make_county

DAYS = (
    date(2026, 11, 1), date(2026, 11, 15), date(2026, 11, 29), date(2026, 11, 30),
    date(2026, 12, 31), date(2028, 1, 1), date(2027, 2, 28), date(2028, 2, 29),
)  # fmt: skip
TIMES = (time(0, 5), time(12), time(23, 55))
MOMENTS = [datetime.combine(day, at, COUNTY_ZONE) for day, at in product(DAYS, TIMES)]


@pytest.fixture(scope="module")
def key() -> blind.SigningKey:
    return blind.generate()


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_demo_county_started_on_a_months_last_two_days_has_a_survey(
    app, key, moment, monkeypatch
) -> None:
    monkeypatch.setattr(blind, "generate", lambda: key)
    county = make_county()
    month = calendar.month_of(moment.date())
    with it_is(moment):
        load_surveys(county.id, moment)
        with transaction():
            for period in (month, calendar.next_month(month)):
                keys.prepare_period(county.id, period)
        tend_rounds()
    assert states(county.id) == ["published", "open", "scheduled"]
    with it_is(calendar.midnight(calendar.next_month(month))):
        tend_rounds()
    assert states(county.id) == ["published", "published", "open"]


def states(county_id: int) -> list[str]:
    rows = db.session.query(SurveyRound.state).filter_by(county_id=county_id)
    found = [state for (state,) in rows.order_by(SurveyRound.period)]
    db.session.rollback()
    return found
