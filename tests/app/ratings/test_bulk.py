"""Loading many ratings gives the rows that rating one by one gives."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.ratings import scan_token
from backend.app.ratings.bulk import PastRating, load_ratings
from backend.app.ratings.operations import RatingInput, rate
from tests.factories.county import make_county, make_person

BEGINNING = datetime(2026, 9, 29, 1, 0, tzinfo=UTC)
WORDS = (None, "挺好的", "打13812345678", None)
FACTS = {
    "rating": "SELECT person_id, service_point_id, qr_code_id, village_id, county_id, rated_on,"
    " created_at, level, reason_ids, words, words_state, moderation_reason, effective_level"
    " FROM rating ORDER BY created_at, person_id",
    "points": "SELECT e.person_id, e.amount, e.earned_on, e.nth, e.created_at, r.created_at"
    " FROM points_entry e JOIN rating r ON r.id = e.cause_id ORDER BY 5, 1",
    "balances": "SELECT * FROM points_balance ORDER BY 1",
    "days": "SELECT * FROM rating_day_count ORDER BY 1, 2",
    "months": "SELECT * FROM rating_month_count ORDER BY 1, 2",
}


def facts() -> dict[str, list[tuple[object, ...]]]:
    return {
        name: [tuple(row) for row in db.session.execute(text(statement))]
        for name, statement in FACTS.items()
    }


def forget() -> None:
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(
            text(
                "TRUNCATE rating, rating_change, points_entry, points_balance,"
                " rating_day_count, rating_month_count RESTART IDENTITY CASCADE"
            )
        )


def test_loading_at_once_equals_rating_one_by_one(app, stop_clock) -> None:
    county = make_county(villages=3, points=3)
    people = [make_person() for _ in range(3)]
    past = [
        PastRating(
            person,
            qr_code_id,
            BEGINNING + timedelta(hours=7 * day, minutes=11 * nth + which),
            1 + (day + nth + which) % 5,
            (county.reason_ids[1],) if (day + nth + which) % 5 == 0 else (),
            WORDS[(day + nth) % 4],
        )
        for day in range(12)
        for which, person in enumerate(people)
        for nth, qr_code_id in enumerate(range(1, 10))
    ]
    seen: set[tuple[object, ...]] = set()
    once = [
        p
        for p in past
        if (key := (p.person_id, p.qr_code_id, clock.local_day(p.at))) not in seen
        and not seen.add(key)
    ]
    for p in once:
        stop_clock(p.at)
        _, scan = scan_token.issue(p.person_id, p.qr_code_id, p.at)
        rate(scan, uuid4(), RatingInput(p.level, p.reason_ids, p.words))
    one_by_one = facts()
    forget()
    with transaction():
        assert load_ratings(once) == len(once)
    assert facts() == one_by_one
    assert len(one_by_one["points"]) < len(once), "the daily cap was never reached"
