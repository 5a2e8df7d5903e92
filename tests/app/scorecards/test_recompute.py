"""From counters to scorecards."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.ratings.operations import recount
from backend.app.scorecards.operations import recompute_month
from backend.jobs import scorecards as jobs
from tests.factories.county import make_county
from tests.factories.ratings import LAST_MONTH, THIS_MONTH, rate_village


def card(village_id: int) -> object:
    return db.session.execute(
        text("SELECT * FROM scorecard WHERE village_id = :id"), {"id": village_id}
    ).one()


def figures(village_id: int) -> dict[str, object]:
    return {k: v for k, v in card(village_id)._mapping.items() if k != "computed_at"}


def test_every_village_gets_a_card_even_without_a_rating(app) -> None:
    county = make_county(villages=3)
    rate_village(county, 0, [1, 1, 1, 2, 2, 3, 4])
    rated, silent = card(county.village_ids[0]), card(county.village_ids[2])
    assert (rated.n, rated.status) == (7, "too_few")
    assert str(rated.satisfaction_mean) == "78.5714"
    assert str(rated.positive_rate) == "85.7143"
    assert (silent.n, silent.status, silent.satisfaction_mean) == (0, "none", None)


def test_computing_again_changes_no_figure(app) -> None:
    county = make_county()
    rate_village(county, 0, [1, 2, 3, 4, 5] * 3)
    before = figures(county.village_ids[0])
    with transaction():
        assert recompute_month(LAST_MONTH, county.id) == 2
    assert before == figures(county.village_ids[0])


def test_another_county_is_left_alone(app, scalar) -> None:
    one, other = make_county(), make_county(code="360281", name="乐平市")
    rate_village(one, 0, [1])
    with transaction():
        recompute_month(LAST_MONTH, other.id)
    assert scalar("SELECT count(*) FROM scorecard WHERE county_id = :id", id=one.id) == 2


def test_the_counters_kept_at_write_time_equal_a_full_recount(app) -> None:
    county = make_county(villages=3, points=2)
    for village in range(3):
        rate_village(county, village, [1, 3, 5, 2, 2][village:])
    statement = text("SELECT * FROM rating_month_count ORDER BY 1, 2")
    kept = db.session.execute(statement).all()
    with transaction():
        recount(LAST_MONTH, LAST_MONTH)
    assert db.session.execute(statement).all() == kept


def test_the_nightly_job_makes_this_month_and_the_one_before(app, scalar) -> None:
    county = make_county()
    assert jobs.recompute_nightly() == 4
    months = db.session.scalars(text("SELECT DISTINCT month FROM scorecard ORDER BY 1")).all()
    assert months == [LAST_MONTH, THIS_MONTH]
    assert jobs.recompute_month(county.id, f"{THIS_MONTH:%Y-%m}") == 2
    assert scalar("SELECT count(*) FROM scorecard") == 4


def test_a_closed_village_has_no_card_after_its_last_month(app, scalar) -> None:
    county = make_county()
    with transaction() as session:
        session.execute(
            text("UPDATE region SET closed_on = :day WHERE id = :id"),
            {"day": LAST_MONTH, "id": county.village_ids[0]},
        )
    jobs.recompute_nightly()
    assert scalar("SELECT count(*) FROM scorecard WHERE village_id = :id",
                  id=county.village_ids[0]) == 1  # fmt: skip


def test_a_rating_just_after_midnight_belongs_to_the_new_local_month(app) -> None:
    assert clock.local_day(datetime(2026, 10, 31, 16, 30, tzinfo=UTC)).isoformat() == "2026-11-01"


@pytest.mark.parametrize("month", ["2026-13", "26-10", "", "2026-1", "１９９９-01"])
def test_a_month_that_is_none_is_refused(month: str) -> None:
    assert clock.parse_month(month) is None
