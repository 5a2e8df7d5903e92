"""The counters of a month against a full count."""

import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.places.reorganisation import merge_villages
from backend.app.ratings import operations, recount
from tests.app.ratings.conftest import open_phone
from tests.factories.county import actor_with, make_county
from tests.factories.ratings import LAST_MONTH, rate_village


def test_a_full_count_equals_the_counters_to_the_digit(app) -> None:
    county = make_county(villages=3)
    rate_village(county, 0, [1, 2, 3, 4, 5, 5])
    rate_village(county, 1, [2] * 11)
    with transaction():
        assert recount.differences(LAST_MONTH) == []


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_counters_of_the_day_of_a_merge_are_those_of_a_full_count(client, order) -> None:
    county = make_county()
    gone, into = (county.village_ids[nth] for nth in order)
    code = county.codes[county.service_point_ids[order[0]]]
    assert open_phone(client).rate(code).status_code == 201
    with transaction():
        merge_villages(actor_with(Role.COUNTY_MANAGER, county.id), gone, into)
    assert open_phone(client).rate(code).status_code == 201
    days = text("SELECT * FROM rating_day_count")
    kept = db.session.execute(days).all()
    month = clock.month_of(clock.today())
    with transaction():
        assert recount.differences(month) == []
        operations.recount(month, month)
    assert db.session.execute(days).all() == kept
    assert kept[0].village_id == into


def test_a_wrong_counter_is_named_and_set_right(app) -> None:
    county = make_county(villages=2)
    rate_village(county, 0, [1, 2, 5])
    with transaction() as session:
        session.execute(text("UPDATE rating_month_count SET level_5 = 9, flagged = 2"))
    with transaction():
        (found,) = recount.differences(LAST_MONTH)
        assert found.village_id == county.village_ids[0]
        assert found.kept == [1, 1, 0, 0, 9, 2]
        assert found.counted == [1, 1, 0, 0, 1, 0]
        operations.recount(LAST_MONTH, LAST_MONTH)
    with transaction():
        assert recount.differences(LAST_MONTH) == []


def test_a_lost_counter_and_a_left_over_one_are_found(app) -> None:
    county = make_county(villages=2)
    rate_village(county, 0, [1, 1])
    with transaction() as session:
        session.execute(
            text("UPDATE rating_month_count SET village_id = :other"),
            {"other": county.village_ids[1]},
        )
    with transaction():
        assert len(recount.differences(LAST_MONTH)) == 2
        operations.recount(LAST_MONTH, LAST_MONTH)
    with transaction():
        assert recount.differences(LAST_MONTH) == []


def test_the_command_says_whether_all_is_right(app) -> None:
    county = make_county()
    rate_village(county, 0, [1, 2])
    runner, month = app.test_cli_runner(), f"{LAST_MONTH:%Y-%m}"
    assert runner.invoke(args=["ratings", "check", month]).exit_code == 0
    with transaction():
        db.session.execute(text("UPDATE rating_month_count SET level_1 = 7"))
    wrong = runner.invoke(args=["ratings", "check", month])
    assert wrong.exit_code == 1
    assert "1 个村的计数不对" in wrong.output
