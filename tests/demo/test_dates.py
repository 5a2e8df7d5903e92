"""A demo county is whole on whatever day and at whatever hour it is opened."""

from datetime import date, datetime, time, timedelta
from itertools import product
from typing import Any

import pytest

from backend.app.accounts.queries import actor_today
from backend.app.ballots import blind_signatures, signing_keys
from backend.app.core import clock
from backend.app.core.clock import COUNTY_ZONE, clock_at
from backend.app.core.db import db, transaction
from backend.app.places.divisions import read_package
from backend.app.publications.queries import list_of_county, of_county
from backend.app.scorecards.leader.queries import leader_page
from backend.app.scorecards.locks.operations import first_lock_day
from backend.app.surveys.facts import spoken
from backend.app.surveys.models import SurveyRound
from backend.app.tickets.clocks.working_calendar import days_of_state_council
from backend.demo import load, tickets
from backend.demo.people import phone_people, phone_villages
from backend.demo.preview import POSTERS
from backend.demo.surveys import load_surveys
from backend.jobs.surveys import tend_rounds
from tests.factories.county import make_county

DAYS = (
    date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 15), date(2026, 11, 29),
    date(2026, 11, 30), date(2026, 12, 31), date(2028, 1, 1), date(2027, 2, 28), date(2028, 2, 29),
)  # fmt: skip
TIMES = (time(0, 5), time(12), time(23, 55))
MOMENTS = [datetime.combine(day, at, COUNTY_ZONE) for day, at in product(DAYS, TIMES)]
# Each day once, each hour several times.
SOME = [datetime.combine(day, TIMES[nth % 3], COUNTY_ZONE) for nth, day in enumerate(DAYS)]
# Friday, and the office is open on the Saturday after.
BEFORE_MAKE_UP = datetime(2026, 10, 9, 23, 55, tzinfo=COUNTY_ZONE)
VILLAGES = 36


@pytest.fixture(scope="module")
def key() -> blind_signatures.BlindSigningKey:
    return blind_signatures.generate()


@pytest.fixture(autouse=True)
def one_key(key, monkeypatch) -> None:
    """Hundreds of real keys take minutes; which key it is does not matter here."""
    monkeypatch.setattr(blind_signatures, "generate", lambda: key)


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a_demo_county_started_on_a_months_last_two_days_has_a_survey(app, moment) -> None:
    county = make_county()
    month = clock.month_of(moment.date())
    with clock_at(moment):
        load_surveys(county.id, [clock.previous_month(month)], moment)
        open_rounds(county.id, month)
    assert states(county.id) == ["published", "open", "scheduled"]
    with clock_at(clock.midnight(clock.next_month(month))):
        tend_rounds()
    assert states(county.id) == ["published", "published", "open"]


def open_rounds(county_id: int, month: date) -> None:
    """What the timetable does in the first minutes."""
    for period in (month, clock.next_month(month)):
        with transaction():
            signing_keys.prepare_period(county_id, period)
    tend_rounds()


def states(county_id: int) -> list[str]:
    rows = db.session.query(SurveyRound.state).filter_by(county_id=county_id)
    found = [state for (state,) in rows.order_by(SurveyRound.period)]
    db.session.rollback()
    return found


def test_the_list_of_clocks_has_a_friday_before_a_make_up_saturday() -> None:
    days = days_of_state_council(BEFORE_MAKE_UP.year)
    assert days is not None
    assert BEFORE_MAKE_UP.weekday() == 4
    assert days[BEFORE_MAKE_UP.date() + timedelta(days=1)] == (True, "调休上班")
    assert days_of_state_council(2028) is None


@pytest.fixture
def few_villages(monkeypatch) -> None:
    """The first villages of the county and fewer tickets, by the same code."""

    def first(*of_package: Any) -> Any:
        rows = read_package(*of_package)
        kept = {row.code for row in [one for one in rows if one.level == "village"][:VILLAGES]}
        return [row for row in rows if row.level != "village" or row.code in kept]

    monkeypatch.setattr(load, "read_package", first)
    monkeypatch.setattr(tickets, "TICKETS_A_DAY", 0.5)


@pytest.mark.parametrize("moment", [*SOME, BEFORE_MAKE_UP], ids=str)
def test_nothing_of_a_demo_county_is_empty_on_any_day(app, scalar, few_villages, moment) -> None:
    with clock_at(moment):
        load.load(2)
        county = load.county_id()
        this_month = clock.month_of(moment.date())
        open_rounds(county, this_month)
        last_month = clock.previous_month(this_month)
        leader = actor_today(int(scalar(LEADER)))
        numbers = leader_page(leader, county, last_month).numbers
        newest = list_of_county(load.COUNTY)[0].month
        told = of_county(load.COUNTY, newest).content
        months = load.months(moment, 2)
        locked = first_lock_day(county, months[-2]) < moment.date()
    assert all(number.value for number in numbers)
    assert newest == (months[-2] if locked else months[-3])
    assert told["flow"]["content"]
    assert told["sums"]["n"]
    assert scalar("SELECT count(*) FROM points_draw WHERE drawn_at IS NOT NULL") == 1
    assert scalar("SELECT count(*) FROM redemption WHERE state = 'handed_out'")
    late = "SELECT max(created_at) <= :at FROM ticket", "SELECT max(created_at) <= :at FROM rating"
    assert all(scalar(statement, at=moment) for statement in late)
    surveyed(county, last_month, scalar)
    belongs(county)


LEADER = "SELECT person_id FROM role_grant WHERE role = 'leader'"
PUBLISHED = """
    SELECT avg(CAST(r.shown <> 'hidden' AS int)) FROM survey_result r
    JOIN survey_round h ON h.id = r.round_id WHERE h.period = :month
"""


def surveyed(county: int, month: date, scalar: Any) -> None:
    """Most units are published, and those of the preview's people are."""
    assert scalar(PUBLISHED, month=month) > 0.75
    said = spoken(county, month)
    for village in phone_villages(county):
        assert all(one.phone.n for one in said[village.id].said)
    assert scalar("SELECT count(*) FROM survey_round WHERE state = 'open'") == 1


def belongs(county: int) -> None:
    """The poster offered first hangs in the village of the person offered first."""
    ours = [village.id for village in phone_villages(county)]
    rows = db.session.execute(POSTERS, {"county_id": county, "ours": ours}).all()
    villages = dict.fromkeys(row.village for row in rows)
    assert phone_people(county)[0]["hint"] == f"已绑定{next(iter(villages))}"
    assert len(villages) == 8 - len(set(ours)) + len(ours)
