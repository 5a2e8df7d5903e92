"""The one statement that stores ratings, books their points and keeps their counters."""

from sqlalchemy import text

from backend.app.accounts.fragments import is_bound_elsewhere_than_v, is_cadre_of_v
from backend.app.core.held_words import has_held_word
from backend.app.core.text_check import HELD_WORD
from backend.app.places.fragments import LIVE_TARGET
from backend.app.points.fragments import earn_many

COUNTERS = ("level_1", "level_2", "level_3", "level_4", "level_5", "held")
LEVELS = COUNTERS[:5]
LEVEL_NAMES = ", ".join(LEVELS)
COUNT_LEVELS = ", ".join(f"count(*) FILTER (WHERE level = {n})" for n in range(1, 6))
SUMS = ", ".join(f"{c} = counted.{c} + excluded.{c}" for c in LEVELS)

# One rating as JSON: the names are those of the columns.
GIVEN = """
    nth int, person_id bigint, qr_code_id bigint, rated_on date, created_at timestamptz,
    level smallint, reason_ids int[], words text, words_state text, hold_reason text, folded text,
    idempotency_key uuid, request_digest text, scan_nonce text,
    took_seconds smallint, network text, device text
"""


def words_state(row: str = "") -> str:
    """What a row's own state becomes where the county's list has one of its words."""
    return f"CASE WHEN {row}has_held_word THEN 'held' ELSE {row}words_state END"


def hold_reason(row: str = "") -> str:
    return f"CASE WHEN {row}has_held_word THEN '{HELD_WORD}' ELSE {row}hold_reason END"


# Everything is written in the order of keys, people first, then points, then villages: whoever
# stores other ratings at the same time waits, but never in a circle. The parts are constants of our
# own code; the ratings are one bound value.
STORE_RATINGS = f"""
    WITH target AS (
        SELECT act.*, s.id AS service_point_id, v.id AS village_id, v.county_id,
               v.name AS village_name, s.name AS service_point_name,
               {has_held_word("act.folded", "v.county_id")} AS has_held_word
        FROM json_to_recordset(CAST($1 AS json)) AS act({GIVEN})
        {LIVE_TARGET}
        WHERE NOT {is_cadre_of_v("act.person_id", "act.rated_on")}
          AND NOT {is_bound_elsewhere_than_v("act.person_id")}
    ), rated AS (
        INSERT INTO rating
            (county_id, village_id, service_point_id, qr_code_id, person_id, rated_on, created_at,
             level, reason_ids, words, words_state, hold_reason,
             idempotency_key, request_digest, scan_nonce)
        SELECT county_id, village_id, service_point_id, qr_code_id, person_id, rated_on, created_at,
               level, reason_ids, words, {words_state()}, {hold_reason()},
               idempotency_key, decode(request_digest, 'hex'), decode(scan_nonce, 'hex')
        FROM target ORDER BY person_id, service_point_id
        ON CONFLICT DO NOTHING
        RETURNING id, county_id, village_id, service_point_id, person_id, rated_on, created_at,
                  level, words_state, idempotency_key, request_digest, scan_nonce
    ), trace AS (
        INSERT INTO rating_trace (rating_id, rated_on, took_seconds, network, device)
        SELECT rated.id, rated.rated_on, target.took_seconds,
               decode(target.network, 'hex'), decode(target.device, 'hex')
        FROM rated JOIN target ON target.person_id = rated.person_id
             AND target.service_point_id = rated.service_point_id
             AND decode(target.scan_nonce, 'hex') = rated.scan_nonce
        ON CONFLICT DO NOTHING
    ), day AS (
        INSERT INTO rating_day_count AS counted
            (service_point_id, rated_on, village_id, {LEVEL_NAMES})
        SELECT service_point_id, rated_on, village_id, {COUNT_LEVELS}
        FROM rated GROUP BY 1, 2, 3 ORDER BY 1, 2
        ON CONFLICT (service_point_id, rated_on) DO UPDATE SET {SUMS}
    ), month AS (
        INSERT INTO rating_month_count AS counted (village_id, month, county_id, {LEVEL_NAMES})
        SELECT village_id, date_trunc('month', rated_on)::date, county_id, {COUNT_LEVELS}
        FROM rated GROUP BY 1, 2, 3 ORDER BY 1, 2
        ON CONFLICT (village_id, month) DO UPDATE SET {SUMS}
    ), earned AS (
        {earn_many("rated", rule_code="'rating'", cause_kind="'rating'", order="person_id, id")}
    )
    SELECT target.nth, rated.id, target.village_name, target.service_point_name,
           COALESCE(earned.amount, 0),
           COALESCE((SELECT balance FROM points_balance b WHERE b.person_id = rated.person_id), 0)
               + COALESCE(sum(earned.amount)
                          OVER (PARTITION BY rated.person_id ORDER BY rated.id), 0),
           rated.words_state
    FROM rated
    JOIN target ON target.person_id = rated.person_id
         AND target.idempotency_key = rated.idempotency_key
         AND decode(target.request_digest, 'hex') = rated.request_digest
    LEFT JOIN earned ON earned.cause_id = rated.id
    """  # noqa: S608

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

# Moves ratings of one level into the counter of the held, or with a negative count back: by day, by
# month, and for each level.
HELD = tuple(
    tuple(
        text(f"UPDATE {table} SET {c} = {c} - :count, held = held + :count WHERE {key}")  # noqa: S608
        for c in LEVELS
    )
    for table, key in (
        ("rating_day_count", "service_point_id = :key AND rated_on = :day"),
        ("rating_month_count", "village_id = :key AND month = :day"),
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
