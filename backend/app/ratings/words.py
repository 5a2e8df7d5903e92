"""Words of ratings as WeChat's check wants them, and what it doubts is held."""

from sqlalchemy import text

from backend.app.core.audit import record
from backend.app.core.db import db

READ = {
    "words": text("SELECT words FROM rating WHERE id = :id AND words_state = 'shown'"),
    "followup_words": text(
        "SELECT followup_words FROM rating WHERE id = :id AND followup_words_state = 'shown'"
    ),
}
HOLD = {
    column: text(
        f"UPDATE rating SET {column}_state = 'held', hold_reason = :reason"  # noqa: S608
        f" WHERE id = :id AND {column}_state = 'shown' AND {column} = :words RETURNING id"
    )
    for column in READ
}


def read_words(rating_id: int) -> str | None:
    """What was written beside a rating, where it is shown."""
    return db.session.scalar(READ["words"], {"id": rating_id})


def read_followup(rating_id: int) -> str | None:
    return db.session.scalar(READ["followup_words"], {"id": rating_id})


def hold_words(rating_id: int, words: str, reason: str) -> bool:
    """Back to the county's desk; False where they were changed or decided meanwhile."""
    return _hold("words", rating_id, words, reason)


def hold_followup(rating_id: int, words: str, reason: str) -> bool:
    return _hold("followup_words", rating_id, words, reason)


def _hold(column: str, rating_id: int, words: str, reason: str) -> bool:
    asked = {"id": rating_id, "words": words, "reason": reason}
    if db.session.scalar(HOLD[column], asked) is None:
        return False
    record("hold_words", None, "rating", rating_id, reason=reason)
    return True
