"""The one statement that stores a rating, books its points and keeps its counters."""

import re

from sqlalchemy import text

from backend.app.accounts.fragments import IS_BOUND_ELSEWHERE_THAN_V, IS_CADRE_OF_V
from backend.app.places.fragments import LIVE_TARGET
from backend.app.points.fragments import earn

COUNTERS = ("level_1", "level_2", "level_3", "level_4", "level_5", "held")
ADDED = ", ".join(f"(act.level = {n})::int" for n in range(1, 6))
SUMS = ", ".join(f"{c} = counted.{c} + excluded.{c}" for c in COUNTERS[:5])
LEVELS = ", ".join(COUNTERS[:5])


def for_psycopg(statement: str) -> str:
    """Names as psycopg writes them, on one line: psycopg only remembers what is under 4 KiB."""
    named = re.sub(r"(?<![:\w]):([a-z_]+)", r"%(\1)s", statement)
    return " ".join(named.split())


# The parts are constants of our own code; every value is bound.
STORE_RATING = for_psycopg(
    f"""
    WITH target AS (
        {LIVE_TARGET}
          AND NOT {IS_CADRE_OF_V}
          AND NOT {IS_BOUND_ELSEWHERE_THAN_V}
    ), rated AS (
        INSERT INTO rating
            (county_id, village_id, service_point_id, qr_code_id, person_id, rated_on, created_at,
             level, reason_ids, words, words_state, hold_reason,
             idempotency_key, request_digest, scan_nonce)
        SELECT county_id, village_id, service_point_id, qr_code_id, :person_id, :today, :at,
               :level, :reason_ids, :words, :words_state, :hold_reason,
               :idempotency_key, :request_digest, :scan_nonce
        FROM target
        ON CONFLICT DO NOTHING
        RETURNING id, county_id, village_id, service_point_id, level
    ), day AS (
        INSERT INTO rating_day_count AS counted (service_point_id, rated_on, village_id, {LEVELS})
        SELECT service_point_id, :today, village_id, {ADDED} FROM rated AS act
        ON CONFLICT (service_point_id, rated_on) DO UPDATE SET {SUMS}
    ), month AS (
        INSERT INTO rating_month_count AS counted (village_id, month, county_id, {LEVELS})
        SELECT village_id, :month, county_id, {ADDED} FROM rated AS act
        ON CONFLICT (village_id, month) DO UPDATE SET {SUMS}
    ), earned AS (
        {earn("rated", rule_code="'rating'", cause_kind="'rating'")}
    )
    SELECT rated.id, target.village_name, target.service_point_name,
           COALESCE((SELECT amount FROM earned), 0) AS points_awarded,
           COALESCE((SELECT balance FROM points_balance WHERE person_id = :person_id), 0)
               + COALESCE((SELECT amount FROM earned), 0) AS balance
    FROM rated CROSS JOIN target
    """  # noqa: S608
)

# Moves one rating from one level to another in both counters.
MOVE_COUNTERS = tuple(
    text(
        f"""
        UPDATE {table} SET
            {
            ", ".join(
                f"{c} = {c} - (:before = {n})::int + (:after = {n})::int"
                for n, c in enumerate(COUNTERS[:5], 1)
            )
        }
        WHERE {key}
        """  # noqa: S608
    )
    for table, key in (
        ("rating_day_count", "service_point_id = :service_point_id AND rated_on = :rated_on"),
        (
            "rating_month_count",
            "village_id = :village_id AND month = date_trunc('month', CAST(:rated_on AS date))",
        ),
    )
)

COUNTED = ", ".join(
    [
        *(
            f"count(*) FILTER (WHERE effective_level = {n} AND held_at IS NULL)"
            for n in range(1, 6)
        ),
        "count(*) FILTER (WHERE held_at IS NOT NULL)",
    ]
)

# Counters made anew from the ratings: what the demo county and a repair use, and what tests
# compare the kept counters with.
RECOUNT = tuple(
    text(statement)
    for statement in (
        "DELETE FROM rating_day_count WHERE rated_on BETWEEN :first AND :last",
        f"""
        INSERT INTO rating_day_count
            (service_point_id, rated_on, village_id, {", ".join(COUNTERS)})
        SELECT service_point_id, rated_on, min(village_id), {COUNTED}
        FROM rating WHERE rated_on BETWEEN :first AND :last GROUP BY 1, 2
        """,  # noqa: S608
        "DELETE FROM rating_month_count WHERE month BETWEEN :first AND :last",
        f"""
        INSERT INTO rating_month_count (village_id, month, county_id, {", ".join(COUNTERS)})
        SELECT village_id, date_trunc('month', rated_on)::date, min(county_id), {COUNTED}
        FROM rating WHERE rated_on BETWEEN :first AND :last GROUP BY 1, 2
        """,  # noqa: S608
    )
)
