"""Rules come into force by a vote, one version after the other; what they would have cost."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.app.access import Role
from backend.app.accounts.queries import actor_today
from backend.app.core.db import transaction
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from backend.app.core.files import storage
from backend.app.places.queries import get_place
from backend.app.points import months, queries
from backend.app.points.ledger import credit
from backend.app.points.point_sources import RATING as RATING_ACT
from backend.app.points.rules import budget, simulation
from backend.app.points.rules import queries as rule_queries
from backend.app.points.rules.operations import adopt, draft_of, end_rules, save_draft
from backend.app.points.rules.rulebook import Vote
from backend.app.ratings.bulk import PastRating, load_ratings
from tests.app.points.conftest import NOW, TODAY
from tests.app.points.voting import CARRIED, MEETING, MINUTES, RATING, put_in_force
from tests.factories.console import make_staff
from tests.factories.county import bind, make_person

DECEMBER = date(2026, 12, 1)


def test_a_voted_version_ends_the_one_before_and_keeps_its_minutes(clerk, county) -> None:
    adopted = put_in_force(clerk, county.id, replace(RATING, amount=3), MEETING)
    assert queries.rule_amount(RATING_ACT, DECEMBER - timedelta(days=1), county.id) == 2
    assert queries.rule_amount(RATING_ACT, DECEMBER, county.id) == 3
    assert (adopted.version, adopted.votes_yes, adopted.votes_no) == (2, 38, 2)
    assert storage.read(adopted.minutes_key) == MINUTES[1]
    assert draft_of(county.id) is None
    assert [one.ends_on for one in rule_queries.loose_rules(county.id)] == [date(2026, 11, 30)]


@pytest.mark.parametrize(
    ("vote", "starts_on", "minutes", "field"),
    [
        (Vote(TODAY, 3, 3, 0), DECEMBER, MINUTES, "votes_yes"),
        (CARRIED, TODAY, MINUTES, "starts_on"),
        (CARRIED, date(2026, 12, 15), MINUTES, "starts_on"),
        (CARRIED, DECEMBER, None, "minutes"),
        (CARRIED, DECEMBER, ("记录.exe", b"MZ\x90"), "minutes"),
        (CARRIED, DECEMBER, ("大.pdf", b"%PDF-" + bytes(10 * 1024 * 1024)), "minutes"),
    ],
)
def test_what_lacks_something_stays_a_draft(
    clerk, county, vote, starts_on, minutes, field: str
) -> None:
    with transaction():
        save_draft(clerk, county.id, "积分办法", [RATING], 1000)
    with pytest.raises(InvalidInput) as refused, transaction():
        adopt(clerk, county.id, vote, starts_on, minutes)
    assert set(refused.value.errors) == {field}
    assert draft_of(county.id) is not None
    assert rule_queries.rule_sets_of(county.id) == []


def test_the_database_itself_asks_for_a_majority(clerk, county) -> None:
    put_in_force(clerk, county.id)
    with pytest.raises(IntegrityError, match="majority"), transaction() as session:
        session.execute(text("UPDATE points_rule_set SET votes_yes = 3, votes_no = 3"))
    with pytest.raises(IntegrityError, match="adopted_by_vote"), transaction() as session:
        session.execute(text("UPDATE points_rule_set SET minutes_key = NULL"))


def test_a_later_version_must_start_later(clerk, county) -> None:
    put_in_force(clerk, county.id)
    with transaction():
        save_draft(clerk, county.id, "积分办法", [RATING], 1000)
    with pytest.raises(Conflict), transaction():
        adopt(clerk, county.id, CARRIED, DECEMBER, MINUTES)


def test_another_countys_staff_and_a_township_change_nothing(county, stranger) -> None:
    township = actor_today(make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "zheng"))
    for who in (stranger, township):
        with pytest.raises(NotAllowed), transaction():
            save_draft(who, county.id, "积分办法", [RATING], 1000)


def test_rules_belong_to_counties_and_villages_only(clerk, county) -> None:
    with pytest.raises(InvalidInput), transaction():
        save_draft(clerk, county.township_ids[0], "积分办法", [RATING], 1000)


def test_what_was_ended_gives_nothing_from_tomorrow(clerk, county, clock) -> None:
    adopted = put_in_force(clerk, county.id)
    with pytest.raises(Conflict), transaction():
        end_rules(clerk, adopted.id, "写错了")
    clock.set(date(2026, 12, 3))
    with transaction():
        end_rules(clerk, adopted.id, "写错了")
    assert queries.rule_amount(RATING_ACT, date(2026, 12, 3), county.id) == 2
    assert queries.rule_amount(RATING_ACT, date(2026, 12, 4), county.id) == 0
    with pytest.raises(Conflict), transaction():
        end_rules(clerk, adopted.id, "再停一次")


def rate_in_september(county, levels: list[int]) -> list[int]:
    """One person rates each day at one point, another once; returns the people."""
    people = [make_person() for _ in range(2)]
    for person in people:
        bind(person, county)
    day = NOW - timedelta(days=70)
    with transaction():
        load_ratings(
            [PastRating(people[0], 1, day + timedelta(days=n), level)
             for n, level in enumerate(levels)] + [PastRating(people[1], 1, day, 5)]
        )  # fmt: skip
    return people


def test_what_if_counts_last_quarters_acts_under_the_drafts_caps(clerk, county) -> None:
    rate_in_september(county, [1, 2, 3, 4, 5])
    place = get_place(county.id)
    tried = simulation.preview(place, [replace(RATING, amount=4, monthly_cap=3)], TODAY)
    assert (tried.first, tried.last) == (date(2026, 8, 1), date(2026, 10, 31))
    assert (tried.total.acts, tried.total.paid, tried.total.points) == (6, 4, 16)
    assert (tried.total.people, tried.total.over_cap) == (2, 1)
    assert [(one.name, one.points) for one in tried.villages] == [("第1村", 16)]
    assert tried.a_year == round(16 * 365 / 92)


def test_what_if_of_a_village_sees_only_its_own_acts(clerk, county) -> None:
    rate_in_september(county, [1])
    of_other = simulation.preview(get_place(county.village_ids[1]), [RATING], TODAY)
    assert of_other.total.points == 0
    of_own = simulation.preview(get_place(county.village_ids[0]), [RATING, MEETING], TODAY)
    assert [one.points for one in of_own.items] == [4, 0]


def test_what_if_gives_the_same_for_low_and_high(clerk, county) -> None:
    rate_in_september(county, [5, 5])
    low = simulation.preview(get_place(county.id), [RATING], TODAY).total
    with transaction() as session:
        session.execute(text("UPDATE rating SET level = 1"))
    assert simulation.preview(get_place(county.id), [RATING], TODAY).total == low


def test_the_forecast_follows_the_pace_of_the_last_weeks(clerk, county, clock) -> None:
    put_in_force(clerk, county.id, replace(RATING, daily_cap=50, monthly_cap=500), budget=160)
    clock.set(date(2027, 1, 1))
    for day in range(1, 31):
        clock.set(date(2027, 1, day))
        with transaction():
            credit(make_person(), county.id, "rating", "rating", day, county.village_ids[0])
    clock.set(date(2027, 1, 31))
    rule_set = rule_queries.rule_set_on(county.id, date(2027, 1, 31))
    found = budget.forecast(rule_set, date(2027, 1, 31))
    assert (found.given, found.a_day, found.percent) == (60, 2.0, 38)
    assert found.by_year_end == 60 + 2 * 334
    assert found.empty_on == date(2027, 3, 22)
    assert found.light[1] == "◆ 年底前会用完"


def test_the_forecast_is_the_same_after_a_month_was_closed(clerk, county, clock) -> None:
    put_in_force(clerk, county.id)
    for month in (1, 2):
        clock.set(date(2027, month, 10))
        with transaction():
            credit(make_person(), county.id, "rating", "rating", month, county.village_ids[0])
    clock.set(date(2027, 3, 2))
    rule_set = rule_queries.rule_set_on(county.id, date(2027, 3, 2))
    live = budget.forecast(rule_set, date(2027, 3, 2))
    with transaction():
        assert months.close_month(county.id, date(2027, 1, 1)) == 1
    assert budget.forecast(rule_set, date(2027, 3, 2)) == live
    assert live.months == ((date(2027, 1, 1), 2), (date(2027, 2, 1), 2))
