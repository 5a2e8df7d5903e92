"""Points expire first in, first out, a month after their owner was told, never more than told."""

from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from backend.app.core import clock as county_clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput
from backend.app.places.county_settings import CountySettings
from backend.app.points import expiry
from backend.app.points.freezes import operations as freezes
from backend.app.points.ledger import credit, reverse_entry, spend, undo
from backend.app.points.queries import balance_of, statement_of
from backend.jobs import points as jobs
from tests.app.ratings.conftest import open_phone
from tests.factories.county import bind, make_person

MONTHLY = CountySettings(expiry_rule="monthly", valid_months=12, expiry_month=4)
YEARLY = CountySettings(expiry_rule="yearly", valid_months=12, expiry_month=4)


@pytest.mark.parametrize(
    ("policy", "today", "expected"),
    [
        (MONTHLY, date(2026, 11, 20), (date(2027, 1, 1), date(2026, 1, 1))),
        (MONTHLY, date(2026, 12, 2), (date(2027, 1, 1), date(2026, 1, 1))),
        (MONTHLY, date(2026, 12, 3), (date(2027, 2, 1), date(2026, 2, 1))),
        (YEARLY, date(2027, 1, 5), (date(2027, 4, 1), date(2027, 1, 1))),
        (YEARLY, date(2027, 3, 3), (date(2028, 4, 1), date(2028, 1, 1))),
        (CountySettings(expiry_rule="never"), date(2027, 3, 3), None),
    ],
)
def test_the_next_day_of_expiry_is_a_first_at_least_thirty_days_ahead(
    policy, today: date, expected: tuple[date, date] | None
) -> None:
    assert expiry.next_expiry(policy, today) == expected


def test_of_january_it_is_the_year_before_last() -> None:
    policy = CountySettings(expiry_rule="yearly", expiry_month=1)
    assert expiry.next_expiry(policy, date(2026, 11, 25)) == (date(2027, 1, 1), date(2026, 1, 1))


@pytest.fixture
def yearly(clerk, county) -> None:
    with transaction():
        expiry.set_expiry(clerk, county.id, "yearly", 12, 4)


def earn(person: int, county, cause: int) -> None:
    with transaction():
        credit(person, county.id, "rating", "rating", cause)


@pytest.fixture
def saver(county, clock, yearly) -> int:
    """Four points of last year, two of this."""
    person = make_person()
    bind(person, county)
    clock.set(date(2026, 12, 10))
    for cause in (1, 2):
        earn(person, county, cause)
    clock.set(date(2027, 1, 10))
    earn(person, county, 3)
    return person


def on(clock, day: date) -> int:
    clock.set(day)
    return jobs.expire_points()


def test_old_points_expire_a_month_after_their_owner_was_told(saver, clock, scalar) -> None:
    on(clock, date(2027, 2, 20))
    assert scalar("SELECT count(*) FROM notice") == 0
    on(clock, date(2027, 2, 26))
    assert scalar("SELECT title || words FROM notice") == (
        "4 分快到期了4 月 1 日起作废，之前可以去兑换。先用的是最早得的分。"
    )
    on(clock, date(2027, 2, 27))
    assert scalar("SELECT count(*) FROM notice") == 1
    on(clock, date(2027, 3, 31))
    assert balance_of(saver) == 6
    assert on(clock, date(2027, 4, 1)) == 1
    assert balance_of(saver) == 2
    assert statement_of(saver)[0].text == "积分到期"
    assert on(clock, date(2027, 4, 2)) == 0
    assert balance_of(saver) == 2


def test_what_is_spent_meanwhile_is_taken_from_the_oldest(saver, county, clock) -> None:
    on(clock, date(2027, 2, 26))
    with transaction():
        spend(saver, county.id, 3, "redemption", 1)
    on(clock, date(2027, 4, 1))
    assert balance_of(saver) == 2


def test_goods_returned_after_the_notice_do_not_make_more_expire(saver, county, clock) -> None:
    with transaction():
        spend(saver, county.id, 3, "redemption", 1)
    on(clock, date(2027, 2, 26))
    with transaction():
        undo("redemption", 1)
    on(clock, date(2027, 4, 1))
    assert balance_of(saver) == 5


def test_an_undone_earning_is_no_spending(saver, county, clock) -> None:
    with transaction():
        reverse_entry(3)
    on(clock, date(2027, 2, 26))
    on(clock, date(2027, 4, 1))
    assert balance_of(saver) == 0


def test_frozen_points_do_not_expire(saver, clerk, county, clock) -> None:
    on(clock, date(2027, 2, 26))
    with transaction():
        freezes.freeze(clerk, county.id, saver, "等核实的原因")
    on(clock, date(2027, 4, 1))
    assert balance_of(saver) == 6


def test_a_county_that_changed_its_mind_takes_nothing(saver, clerk, county, clock) -> None:
    on(clock, date(2027, 2, 26))
    with transaction():
        expiry.set_expiry(clerk, county.id, "never", 12, 4)
    on(clock, date(2027, 4, 1))
    assert balance_of(saver) == 6


def test_a_job_that_slept_through_the_notice_waits_for_the_next_year(saver, clock) -> None:
    on(clock, date(2027, 3, 5))
    on(clock, date(2027, 4, 1))
    assert balance_of(saver) == 6


def test_the_phone_says_what_will_expire(client, county, clock, yearly) -> None:
    clock.set(date(2026, 12, 10))
    phone = open_phone(client)
    bind(phone.person_id, county)
    earn(phone.person_id, county, 1)
    on(clock, date(2027, 2, 26))
    phone = open_phone(client, phone.person_id)
    seen = phone.call("GET", "/me/points/standing").json["expiry"]
    assert seen == {"expires_on": "2027-04-01", "points": 2}


@pytest.mark.parametrize(
    ("given_", "field"),
    [
        (("soon", 12, 4), "expiry_rule"),
        (("monthly", 5, 4), "valid_months"),
        (("yearly", 12, 13), "expiry_month"),
    ],
)
def test_a_policy_that_is_none_is_refused(clerk, county, given_, field: str) -> None:
    with pytest.raises(InvalidInput) as refused, transaction():
        expiry.set_expiry(clerk, county.id, *given_)
    assert field in refused.value.errors


STEPS = st.lists(
    st.tuples(st.sampled_from(["old", "new", "spend", "undo"]), st.integers(1, 9)), max_size=12
)


def oldest_first(steps: list[tuple[str, int]]) -> int:
    """The rule told a second way: every lot by itself, the oldest used first."""
    old = new = 0
    spent: list[tuple[int, int]] = []
    for kind, amount in steps:
        if kind == "old":
            old += amount
        elif kind == "new":
            new += amount
        elif kind == "spend" and amount <= old + new:
            of_old = min(old, amount)
            old, new = old - of_old, new - (amount - of_old)
            spent.append((of_old, amount - of_old))
        elif kind == "undo" and spent:
            of_old, of_new = spent.pop()
            old, new = old + of_old, new + of_new
    return old


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_what_is_told_is_what_oldest_first_leaves(
    county, yearly, clock, steps: list[tuple[str, int]]
) -> None:
    """Everything old was earned before anything new: then nothing else can be meant."""
    steps = sorted(steps, key=lambda step: step[0] != "old")
    person, spent = make_person(), []
    numbers = iter(range(person * 1000, person * 1000 + 999))
    for kind, amount in steps:
        with transaction() as session:
            if kind in ("old", "new"):
                day = date(2026, 12, 10) if kind == "old" else date(2027, 1, 10)
                session.execute(
                    text(
                        "INSERT INTO points_entry (person_id, kind, amount, county_id, rule_id,"
                        " cause_kind, cause_id, earned_on, nth, created_at)"
                        " VALUES (:p, 'earned', :a, :c, 1, 'test', :n, :d, :nth, now())"
                    ),
                    {"p": person, "a": amount, "c": county.id, "n": (n := next(numbers)),
                     "d": day, "nth": n % 1000},
                )  # fmt: skip
            elif kind == "spend" and amount <= balance_of(person):
                number = next(numbers)
                spend(person, county.id, amount, "redemption", number)
                spent.append(number)
            elif kind == "undo" and spent:
                undo("redemption", spent.pop())
    clock.at = datetime(2027, 2, 26, 9, tzinfo=county_clock.COUNTY_ZONE)
    values = {"county_id": county.id, "earned_before": date(2027, 1, 1), "people": [person]}
    left = {row.person_id: row.left_over for row in db.session.execute(expiry.LEFT_OF, values)}
    assert left.get(person, 0) == oldest_first(steps)
