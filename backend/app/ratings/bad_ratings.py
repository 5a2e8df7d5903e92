"""Bad ratings, for whoever calls back about them and for the village that mends."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, or_, select, text

from backend.app.core.clock import midnight
from backend.app.core.db import db
from backend.app.core.text_check import WordsState
from backend.app.places.sql import join_service_point, same_village
from backend.app.ratings.models import Rating
from backend.app.scoring.levels import FIRST_BAD


@dataclass(frozen=True)
class BadRating:
    """A rating somebody should call back about."""

    id: int
    person_id: int
    village_id: int
    county_id: int
    level: int
    reasons: list[str]
    words: str | None
    service_point_name: str


# Words that the text check moderates are the county desk's alone, which reads them elsewhere.
BAD = text(
    f"""
    SELECT r.id, r.person_id, r.village_id, r.county_id, r.effective_level,
           ARRAY(SELECT text FROM rating_reason
                 WHERE id = ANY(r.reason_ids) ORDER BY position, id),
           CASE WHEN r.followup_words_state = '{WordsState.SHOWN}' THEN r.followup_words
                WHEN r.words_state = '{WordsState.SHOWN}' THEN r.words END,
           s.name
    FROM rating r {join_service_point("s", "r.service_point_id")}
    WHERE r.effective_level >= {FIRST_BAD} AND r.person_id IS NOT NULL
      AND r.id = :rating_id
    """
)


def bad_rating(rating_id: int) -> BadRating | None:
    """None where the rating does not exist or has become better since."""
    row = db.session.execute(BAD, {"rating_id": rating_id}).one_or_none()
    return BadRating(*row) if row else None


def bad_rating_ids(since: date, before: date) -> list[int]:
    """Bad ratings given, or made worse by a later word, from one day on and before another."""
    start, end = midnight(since), midnight(before)
    said_later = and_(Rating.followup_at >= start, Rating.followup_at < end)
    given = and_(
        Rating.rated_on >= since,
        Rating.rated_on < before,
        or_(Rating.followup_at.is_(None), Rating.followup_at < end),
    )
    query = select(Rating.id).where(Rating.effective_level >= FIRST_BAD, or_(given, said_later))
    return list(db.session.scalars(query.order_by(Rating.id)))


def owner_of(rating_id: int) -> int | None:
    """Who gave a rating; for letting nobody but that person act on it."""
    return db.session.scalar(select(Rating.person_id).where(Rating.id == rating_id))


@dataclass(frozen=True)
class BadReason:
    """A bad rating without its author, day and level."""

    rating_id: int
    service_point: str
    reasons: list[str]


BAD_REASONS = text(
    f"""
    SELECT r.id, s.name,
           ARRAY(SELECT text FROM rating_reason
                 WHERE id = ANY(r.reason_ids) ORDER BY position, id)
    FROM rating r {join_service_point("s", "r.service_point_id")}
    WHERE r.village_id IN {same_village(":village_id")}
      AND r.effective_level >= {FIRST_BAD} AND r.flagged_at IS NULL
      AND r.rated_on >= :first AND r.rated_on < :end
    ORDER BY r.id
    """
)


def bad_reasons(village_id: int, first: date, end: date) -> list[BadReason]:
    """Those that count of a village and of what went into it, from `first` to before `end`."""
    values = {"village_id": village_id, "first": first, "end": end}
    return [BadReason(*row) for row in db.session.execute(BAD_REASONS, values)]
