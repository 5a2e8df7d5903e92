"""What is held for review. 待复核。"""

from datetime import date

from sqlalchemy import text

from backend.app.core import calendar
from backend.app.core.db import db

OPEN = text(
    """
    SELECT count(*) FROM rating
    WHERE county_id = :county_id AND held_at IS NOT NULL
      AND rated_on >= :month AND rated_on < :end
    """
)


def open_reviews(county_id: int, month: date) -> int:
    """How many ratings of a month wait for somebody to look at them."""
    asked = {"county_id": county_id, "month": month, "end": calendar.next_month(month)}
    return int(db.session.scalar(OPEN, asked) or 0)
