"""Many ratings at once, with the same rows as one by one: for demo counties and load tests."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import copy_rows, db
from backend.app.core.moderated_words import fold, has_moderated_word
from backend.app.core.text_check import WordsState, clean_words, look_over
from backend.app.places.sql import join_code, join_region, join_service_point
from backend.app.points.sql import earn_many
from backend.app.ratings.counter_sql import moderation_reason, words_state
from backend.app.ratings.operations import recount

COLUMNS = (
    "person_id", "qr_code_id", "rated_on", "scanned_on", "created_at", "level", "reason_ids",
    "words", "words_state", "moderation_reason", "idempotency_key", "request_digest", "scan_nonce",
)  # fmt: skip
TAKEN = {"words_state": words_state("d."), "moderation_reason": moderation_reason("d.")}
DRAFT = text(
    """
    CREATE TEMP TABLE draft_rating ON COMMIT DROP AS
    SELECT person_id, qr_code_id, rated_on, scanned_on, created_at, level, reason_ids, words,
           words_state, moderation_reason, idempotency_key, request_digest, scan_nonce,
           words AS folded
    FROM rating WITH NO DATA
    """
)
STORE = text(
    f"""
    WITH rated AS (
        INSERT INTO rating ({", ".join(COLUMNS)}, county_id, village_id, service_point_id)
        SELECT {", ".join(TAKEN.get(column, f"d.{column}") for column in COLUMNS)},
               d.county_id, d.village_id, d.service_point_id
        FROM (
            SELECT d.*, v.county_id, v.id AS village_id, s.id AS service_point_id,
                   {has_moderated_word("d.folded", "v.county_id")} AS has_moderated_word
            FROM draft_rating d
            {join_code("q", "d.qr_code_id")}
            {join_service_point("s", "q.service_point_id")}
            {join_region("v", "s.village_id")}
        ) d
        ORDER BY d.created_at
        ON CONFLICT DO NOTHING
        RETURNING id, county_id, village_id, person_id, rated_on, created_at
    ), earned AS (
        {earn_many("rated", rule_code="'rating'", cause_kind="'rating'")}
    )
    SELECT count(*) FROM rated
    """
)


@dataclass(frozen=True)
class PastRating:
    """What somebody said behind a code at an earlier time."""

    person_id: int
    qr_code_id: int
    at: datetime
    level: int
    reason_ids: tuple[int, ...] = ()
    words: str | None = None


def load_ratings(ratings: Iterable[PastRating]) -> int:
    """Stores ratings, their points and their counters; returns how many were new."""
    days: list[date] = []
    db.session.execute(DRAFT)
    copy_rows("draft_rating", (*COLUMNS, "folded"), _rows(ratings, days))
    if not days:
        return 0
    stored: int = db.session.execute(STORE).scalar_one()
    recount(clock.month_of(min(days)), clock.month_of(max(days)))
    return stored


def _rows(ratings: Iterable[PastRating], days: list[date]) -> Iterator[tuple[Any, ...]]:
    for rating in ratings:
        checked = look_over(clean_words(rating.words))
        shown = checked.state is WordsState.SHOWN
        day = clock.local_day(rating.at)
        days.append(day)
        yield (
            rating.person_id, rating.qr_code_id, day, day, rating.at, rating.level,
            sorted(set(rating.reason_ids)), checked.text, checked.state.value, checked.reason,
            UUID(bytes=secrets.token_bytes(16)), secrets.token_bytes(32), secrets.token_bytes(12),
            fold(checked.text or "") if shown else None,
        )  # fmt: skip
