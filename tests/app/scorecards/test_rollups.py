"""Townships and counties are scored from sums, never from their villages' totals."""

from datetime import date

from sqlalchemy import text

from backend.app.core.db import db
from backend.app.scorecards.facts import VillageFacts, sum_of
from tests.factories.county import make_county
from tests.factories.ratings import LAST_MONTH, rate_village

MONTH = date(2026, 9, 1)


def village(village_id: int, unit: int | None = None, **counts: list[int]) -> VillageFacts:
    cases = {} if unit is None else {"survey_unit": [unit]}
    return VillageFacts(village_id, MONTH, 1, None, counts, [30], [], cases, 0)


def test_neighbours_asked_together_are_counted_once() -> None:
    survey = [8, 3, 1, 0, 0]
    whole = sum_of(
        9,
        [
            village(1, 70, survey=survey, levels=[1, 0, 0, 0, 0]),
            village(2, 70, survey=survey, levels=[2, 0, 0, 0, 0]),
            village(3, 71, survey=[5, 5, 0, 0, 0]),
        ],
    )
    assert whole.counts == {"survey": [13, 8, 1, 0, 0], "levels": [3, 0, 0, 0, 0]}
    assert whole.waits == [30, 30, 30]


def test_a_year_of_one_village_sums_its_months() -> None:
    """The same village is asked in another unit each month."""
    months = [village(1, unit, survey=[2, 0, 0, 0, 0]) for unit in (70, 80, 90)]
    assert sum_of(1, months).counts == {"survey": [6, 0, 0, 0, 0]}


def test_a_county_is_scored_from_all_ratings_and_not_from_totals(app) -> None:
    county = make_county(villages=3)
    rate_village(county, 0, [1] * 30)
    rate_village(county, 1, [5] * 10)
    rows = db.session.execute(
        text("SELECT level, total, villages FROM region_score WHERE month = :m ORDER BY level"),
        {"m": LAST_MONTH},
    ).all()
    # 3000 points of 40 ratings: 75 lies three quarters of the way from 30 to 90.
    assert [(row.level, float(row.total), row.villages) for row in rows] == [
        ("county", 75.0, 3), ("township", 75.0, 3),
    ]  # fmt: skip
