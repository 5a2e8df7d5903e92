"""Words beside ratings: as WeChat's check wants them, moderated, and waiting for a reader."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import text

from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.text_check import WordsState
from backend.app.places.sql import join_region, join_service_point

SHOWN, MODERATED = (f"= '{state}'" for state in (WordsState.SHOWN, WordsState.MODERATED))
READ = {
    column: text(f"SELECT {column} FROM rating WHERE id = :id AND {column}_state {SHOWN}")
    for column in ("words", "followup_words")
}
MODERATE = {
    column: text(
        f"UPDATE rating SET {column}_state {MODERATED}, moderation_reason = :reason"
        f" WHERE id = :id AND {column}_state {SHOWN} AND {column} = :words RETURNING id"
    )
    for column in READ
}


def read_words(rating_id: int) -> str | None:
    """What was written beside a rating, where it is shown."""
    return db.session.scalar(READ["words"], {"id": rating_id})


def read_followup(rating_id: int) -> str | None:
    return db.session.scalar(READ["followup_words"], {"id": rating_id})


def moderate_words(rating_id: int, words: str, reason: str) -> bool:
    """Back to the county's desk; False where they were changed or decided meanwhile."""
    return _moderate("words", rating_id, words, reason)


def moderate_followup(rating_id: int, words: str, reason: str) -> bool:
    return _moderate("followup_words", rating_id, words, reason)


def _moderate(column: str, rating_id: int, words: str, reason: str) -> bool:
    asked = {"id": rating_id, "words": words, "reason": reason}
    if db.session.scalar(MODERATE[column], asked) is None:
        return False
    record("moderate_words", None, "rating", rating_id, reason=reason)
    return True


WAITING = f"(r.words_state {MODERATED} OR r.followup_words_state {MODERATED})"
LIST_MODERATED = text(
    f"""
    SELECT r.id, v.name AS village, s.name AS point, r.moderation_reason,
           CASE WHEN r.words_state {MODERATED} THEN r.words END AS words,
           CASE WHEN r.followup_words_state {MODERATED} THEN r.followup_words END
               AS followup_words
    FROM rating r {join_region("v", "r.village_id")}
    {join_service_point("s", "r.service_point_id")}
    WHERE r.county_id = ANY(:counties) AND {WAITING}
    ORDER BY md5(r.id::text) LIMIT :most
    """
)
COUNT_MODERATED = text(
    f"SELECT count(*) FROM rating r WHERE r.county_id = ANY(:counties) AND {WAITING}"
)


class ModeratedRatingWords(NamedTuple):
    """Words that wait for a reader, with where they were said."""

    id: int
    village: str
    point: str
    moderation_reason: str | None
    words: str | None
    followup_words: str | None


def list_moderated(county_ids: Collection[int], most: int) -> list[ModeratedRatingWords]:
    """What waits for a reader, without author, day or order."""
    asked = {"counties": sorted(county_ids), "most": most}
    return [ModeratedRatingWords(*row) for row in db.session.execute(LIST_MODERATED, asked)]


def count_moderated(county_ids: Collection[int]) -> int:
    return db.session.scalar(COUNT_MODERATED, {"counties": sorted(county_ids)}) or 0
