"""The one statement that stores a rating, books its points and counts it."""

from datetime import date
from typing import Any, NamedTuple

from psycopg.errors import UniqueViolation
from psycopg.rows import class_row

from backend.app.accounts.sql import is_bound_elsewhere_than_v, is_cadre_of_v
from backend.app.core.db import autocommit, with_psycopg_names
from backend.app.core.moderated_words import has_moderated_word
from backend.app.notices.wechat_check import ask_for_rated
from backend.app.places.sql import LIVE_TARGET
from backend.app.points.sql import balance_of, earn
from backend.app.ratings.counter_sql import moderation_reason, words_state
from backend.app.scoring.levels import COLUMNS, NUMBERS

ATTEMPTS = 4
COUNT_LEVELS = ", ".join(f"(level = {level})::int" for level in NUMBERS)
# A month that was locked before the rating came stays as it is.
COUNTS_ON = """
    CASE WHEN :scan_month < :month AND is_locked_month(v.county_id, :scan_month)
         THEN CAST(:today AS date) ELSE act.scanned_on END
"""
ADD_LEVELS = ", ".join(f"{column} = counted.{column} + excluded.{column}" for column in COLUMNS)

# Rows are written in one order, person, points, village, so that two ratings that are stored at the
# same time may wait for each other but never in a circle. All parts are constants of our own code.
INSERT_RATING = with_psycopg_names(
    f"""
    WITH act AS (
        SELECT CAST(:person_id AS bigint) AS person_id, CAST(:qr_code_id AS bigint) AS qr_code_id,
               CAST(:scanned_on AS date) AS scanned_on
    ), rated_point AS (
        SELECT act.*, {COUNTS_ON} AS rated_on, s.id AS service_point_id, v.id AS village_id,
               v.county_id, v.name AS village_name, s.name AS service_point_name,
               CAST(:words_state AS text) AS words_state,
               CAST(:moderation_reason AS text) AS moderation_reason,
               {has_moderated_word("CAST(:folded AS text)", "v.county_id")} AS has_moderated_word
        FROM act {LIVE_TARGET}
        WHERE NOT {is_cadre_of_v("act.person_id", "act.scanned_on")}
          AND NOT {is_bound_elsewhere_than_v("act.person_id")}
    ), rated AS (
        INSERT INTO rating
            (county_id, village_id, service_point_id, qr_code_id, person_id, rated_on, scanned_on,
             channel, created_at, level, reason_ids, words, words_state, moderation_reason,
             idempotency_key, request_digest, scan_nonce)
        SELECT county_id, village_id, service_point_id, qr_code_id, person_id, rated_on, scanned_on,
               :channel, :at, :level, CAST(:reason_ids AS int[]), :words, {words_state()},
               {moderation_reason()}, CAST(:idempotency_key AS uuid),
               CAST(:request_digest AS bytea), CAST(:scan_nonce AS bytea)
        FROM rated_point
        ON CONFLICT DO NOTHING
        RETURNING id, county_id, village_id, service_point_id, rated_on, level, words_state
    ), asked AS (
        {ask_for_rated("rated")}
    ), trace AS (
        INSERT INTO rating_trace (rating_id, rated_on, took_seconds, network, device)
        SELECT id, :today, :took_seconds, decode(:network, 'hex'), decode(:device, 'hex')
        FROM rated
        ON CONFLICT DO NOTHING
    ), day AS (
        INSERT INTO rating_day_count AS counted
            (service_point_id, rated_on, village_id, {", ".join(COLUMNS)})
        SELECT service_point_id, rated_on, village_id, {COUNT_LEVELS} FROM rated
        ON CONFLICT (service_point_id, rated_on)
        DO UPDATE SET village_id = excluded.village_id, {ADD_LEVELS}
    ), month AS (
        INSERT INTO rating_month_count AS counted
            (village_id, month, county_id, {", ".join(COLUMNS)})
        SELECT village_id, date_trunc('month', rated_on)::date, county_id, {COUNT_LEVELS}
        FROM rated
        ON CONFLICT (village_id, month) DO UPDATE SET {ADD_LEVELS}
    ), earned AS (
        {earn("rated", rule_code="'rating'", cause_kind="'rating'")}
    )
    SELECT rated.id, rated_point.village_name, rated_point.service_point_name,
           COALESCE((SELECT amount FROM earned), 0) AS points_awarded,
           {balance_of(":person_id")}
               + COALESCE((SELECT amount FROM earned), 0) AS balance,
           rated.words_state, rated.rated_on
    FROM rated CROSS JOIN rated_point
    """
)


class StoredRating(NamedTuple):
    """A rating just stored: where, what it earned, its author's balance, who sees its words, and
    the day it counts for."""

    id: int
    village_name: str
    service_point_name: str
    points_awarded: int
    balance: int
    words_state: str
    rated_on: date


def insert_rating(values: dict[str, Any]) -> StoredRating | None:
    """Stores a rating durably; None where its code, village or author no longer allow it.

    Two acts of one person at the same moment number their points alike; the second tries again.
    """
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with (
                autocommit() as connection,
                connection.cursor(row_factory=class_row(StoredRating)) as cursor,
            ):
                return cursor.execute(INSERT_RATING, values, prepare=True).fetchone()
        except UniqueViolation as violation:
            if violation.diag.constraint_name != "uq_points_entry_nth" or attempt == ATTEMPTS:
                raise
    return None
