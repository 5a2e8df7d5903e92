"""Statements that keep the counters of ratings by day and month."""

from sqlalchemy import text

from backend.app.core.text_check import MODERATED_WORD, WordsState
from backend.app.scoring.levels import COLUMNS, LEVELS, NUMBERS

COUNTERS = (*COLUMNS, "flagged")


def words_state(row: str = "") -> str:
    """What a row's own state becomes where the county's list has one of its words."""
    return (
        f"CASE WHEN {row}has_moderated_word THEN '{WordsState.MODERATED}' ELSE {row}words_state END"
    )


def moderation_reason(row: str = "") -> str:
    return (
        f"CASE WHEN {row}has_moderated_word THEN '{MODERATED_WORD}' ELSE {row}moderation_reason END"
    )


# Moves one rating from one level to another in both counters.
MOVE_COUNTERS = tuple(
    text(
        f"""
        UPDATE {table} SET
            {
            ", ".join(
                f"{level.column} = {level.column}"
                f" - (:before = {level.number})::int + (:after = {level.number})::int"
                for level in LEVELS
            )
        }
        WHERE {key}
        """
    )
    for table, key in (
        ("rating_day_count", "service_point_id = :service_point_id AND rated_on = :rated_on"),
        (
            "rating_month_count",
            "village_id = :village_id AND month = date_trunc('month', CAST(:rated_on AS date))",
        ),
    )
)

# Moves ratings of one level into the counter of the flagged, or with a negative count back: by day,
# by month, and for each level.
FLAGGED = tuple(
    tuple(
        text(f"UPDATE {table} SET {c} = {c} - :count, flagged = flagged + :count WHERE {key}")
        for c in COLUMNS
    )
    for table, key in (
        ("rating_day_count", "service_point_id = :key AND rated_on = :day"),
        ("rating_month_count", "village_id = :key AND month = :day"),
    )
)

COUNTED = ", ".join(
    [
        *(f"count(*) FILTER (WHERE effective_level = {n} AND flagged_at IS NULL)" for n in NUMBERS),
        "count(*) FILTER (WHERE flagged_at IS NOT NULL)",
    ]
)

# On the day on which a village goes into another one a point's row is that of its last rating.
# Counters made anew from the ratings: what the demo county and a repair use, and what tests
# compare the kept counters with.
RECOUNT = tuple(
    text(statement)
    for statement in (
        "DELETE FROM rating_day_count WHERE rated_on BETWEEN :first AND :last",
        f"""
        INSERT INTO rating_day_count
            (service_point_id, rated_on, village_id, {", ".join(COUNTERS)})
        SELECT service_point_id, rated_on, (max(ARRAY[id, village_id]))[2], {COUNTED}
        FROM rating WHERE rated_on BETWEEN :first AND :last GROUP BY 1, 2
        """,
        "DELETE FROM rating_month_count WHERE month BETWEEN :first AND :last",
        f"""
        INSERT INTO rating_month_count (village_id, month, county_id, {", ".join(COUNTERS)})
        SELECT village_id, date_trunc('month', rated_on)::date, min(county_id), {COUNTED}
        FROM rating WHERE rated_on BETWEEN :first AND :last GROUP BY 1, 2
        """,
    )
)
