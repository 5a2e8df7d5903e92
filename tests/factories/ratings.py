"""Ratings of the past, loaded at once."""

from datetime import datetime, time, timedelta

from sqlalchemy import text

from backend.app.core import calendar
from backend.app.core.db import db, transaction
from backend.app.ratings.bulk import PastRating, load_ratings
from backend.app.scorecards.operations import recompute_month
from tests.factories.county import County, make_person

THIS_MONTH = calendar.month_of(calendar.today())
LAST_MONTH = calendar.previous_month(THIS_MONTH)


def rate_village(
    county: County,
    village: int,
    levels: list[int],
    month: object = LAST_MONTH,
    words: str | None = None,
    reasons: tuple[int, ...] = (),
) -> None:
    """Each level by a person of its own, on the first day of the month from nine o'clock."""
    code = db.session.scalar(
        text(
            "SELECT q.id FROM qr_code q JOIN service_point s ON s.id = q.service_point_id"
            " WHERE s.village_id = :village ORDER BY s.id LIMIT 1"
        ),
        {"village": county.village_ids[village]},
    )
    start = datetime.combine(month, time(9), calendar.COUNTY_ZONE)
    with transaction():
        load_ratings(
            [
                PastRating(
                    make_person(), code, start + timedelta(minutes=nth), level, reasons, words
                )
                for nth, level in enumerate(levels)
            ]
        )
    with transaction():
        recompute_month(calendar.month_of(month))


def hold_first_rating() -> None:
    """The first rating waits for a reviewer."""
    with transaction() as session:
        session.execute(
            text(
                "INSERT INTO rating_hold (rating_id, signal, bunch, county_id, village_id, month,"
                " reason, figures, held_at)"
                " SELECT id, 'burst', 'burst-1', county_id, village_id,"
                " date_trunc('month', rated_on), '一阵子来得太密', '{}', now()"
                " FROM rating ORDER BY id LIMIT 1"
            )
        )
        session.execute(
            text("UPDATE rating SET held_at = now() WHERE id = (SELECT min(id) FROM rating)")
        )
