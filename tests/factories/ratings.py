"""Ratings of the past, loaded at once."""

from datetime import datetime, time, timedelta

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.ratings import flagging
from backend.app.ratings.bulk import PastRating, load_ratings
from backend.app.scorecards.operations import recompute_month
from backend.app.scoring.signals import Figures, Finding, Signal
from tests.factories.county import County, make_person

THIS_MONTH = clock.month_of(clock.today())
LAST_MONTH = clock.previous_month(THIS_MONTH)


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
    start = datetime.combine(month, time(9), clock.COUNTY_ZONE)
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
        recompute_month(clock.month_of(month))


def flag_first_rating() -> str:
    """The first rating waits for a reviewer; returns the name of its bunch."""
    with transaction() as session:
        first = session.execute(text("SELECT id, county_id FROM rating ORDER BY id LIMIT 1")).one()
        figures = Figures(observed=9, expected=1.0, probability=1e-6)
        finding = Finding(Signal.HURRY, (first.id,), "一阵子来得太密", figures)
        flagging._flag(first.county_id, finding)
    return f"{Signal.HURRY}-{first.id}"
