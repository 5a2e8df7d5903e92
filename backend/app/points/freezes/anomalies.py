"""Patterns that look like farming: flags for a person to look at, never a deletion.

Only counts and days are shown. Anonymous rewards are left out: when somebody turned one in is
nobody's business.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import text

from backend.app.core.db import db
from backend.app.places.queries import region_names

DAYS = 30
BURST_PEOPLE, BURST_MINUTES = 8, 10
RAPID_ACTS, RAPID_SECONDS = 3, 60
CAP_DAYS = 10
SEEN = """
    SELECT e.person_id, e.village_id, e.rule_id, e.earned_on, e.created_at
    FROM points_entry e
    WHERE e.county_id = :county_id AND e.earned_on BETWEEN :first AND :today
      AND e.kind = 'earned' AND e.cause_kind IN ('rating', 'ticket', 'follow_up')
"""
BURSTS = text(
    f"""
    WITH seen AS ({SEEN}), burst AS (
        SELECT village_id, earned_on, array_agg(person_id) AS people
        FROM seen
        GROUP BY village_id, earned_on, floor(extract(epoch FROM created_at) / :width)
        HAVING count(DISTINCT person_id) >= :least
    )
    SELECT village_id, earned_on AS day, array_agg(DISTINCT person_id) AS people
    FROM burst CROSS JOIN unnest(people) AS person_id
    GROUP BY village_id, earned_on
    ORDER BY day DESC, village_id LIMIT 50
    """
)
RAPID = text(
    f"""
    WITH seen AS ({SEEN}), paced AS (
        SELECT person_id, village_id, earned_on,
               created_at - lag(created_at, :gap) OVER (
                   PARTITION BY person_id, earned_on ORDER BY created_at
               ) AS span
        FROM seen
    )
    SELECT min(village_id) AS village_id, earned_on AS day, array_agg(DISTINCT person_id) AS people
    FROM paced WHERE span < make_interval(secs => :seconds)
    GROUP BY person_id, earned_on ORDER BY day DESC, person_id LIMIT 50
    """
)
AT_CAP = text(
    f"""
    WITH seen AS ({SEEN}), of_day AS (
        SELECT s.person_id, min(s.village_id) AS village_id, s.earned_on
        FROM seen s JOIN points_rule r ON r.id = s.rule_id
        GROUP BY s.person_id, s.rule_id, s.earned_on HAVING count(*) >= min(r.daily_cap)
    )
    SELECT min(village_id) AS village_id, max(earned_on) AS day, ARRAY[person_id] AS people,
           count(DISTINCT earned_on) AS days
    FROM of_day GROUP BY person_id HAVING count(DISTINCT earned_on) >= :least
    ORDER BY days DESC, person_id LIMIT 50
    """
)
FROZEN = text(
    "SELECT person_id, day FROM points_day_freeze WHERE county_id = :county_id AND day >= :first"
)


@dataclass(frozen=True)
class Suspicion:
    """One pattern: what was seen, where, on which day, and whose points it concerns."""

    words: str
    village: str
    day: date
    people: tuple[int, ...]
    frozen: int = 0


def find(county_id: int, today: date) -> list[Suspicion]:
    """What the last thirty days look like, the newest first."""
    values: dict[str, Any] = {
        "county_id": county_id, "first": today - timedelta(days=DAYS), "today": today
    }  # fmt: skip
    bursts = db.session.execute(
        BURSTS, {**values, "width": BURST_MINUTES * 60, "least": BURST_PEOPLE}
    ).all()
    rapid = db.session.execute(
        RAPID, {**values, "gap": RAPID_ACTS - 1, "seconds": RAPID_SECONDS}
    ).all()
    at_cap = db.session.execute(AT_CAP, {**values, "least": CAP_DAYS}).all()
    rows = [
        *((f"几分钟里接连有人得分，一共 {len(row.people)} 人", row) for row in bursts),
        *((f"一个人 {RAPID_SECONDS} 秒里得了 {RAPID_ACTS} 次分", row) for row in rapid),
        *((f"一个人 {row.days} 天都做到每天上限", row) for row in at_cap),
    ]
    ids = [row.village_id for _, row in rows if row.village_id]
    names = region_names(ids)
    frozen = {(row.person_id, row.day) for row in db.session.execute(FROZEN, values)}
    found = [
        Suspicion(
            words, names.get(row.village_id, "没绑定村"), row.day, tuple(sorted(row.people)),
            sum((person, row.day) in frozen for person in row.people),
        )
        for words, row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: one.day, reverse=True)
