"""What a month's tickets say about each village: in time or late, solved or not, how long.

Counted are the tickets that the village itself handles: what the county's desk or a bureau is slow
with is no fault of the village. Withdrawn, merged and declined ones count nowhere; call-backs after
a bad rating have measurements of their own.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from backend.app.core import calendar
from backend.app.core.db import db
from backend.app.tickets.county import clock_of

# Minutes of working time from a day far back to an instant, from the day's row of `hours`.
ELAPSED = """
    ({h}.before
     + greatest(0, least(m_{h}.minute, {h}.closes_1) - {h}.opens_1)
     + greatest(0, least(m_{h}.minute, {h}.closes_2) - {h}.opens_2))
"""
MINUTE = "date_part('epoch', ({at} AT TIME ZONE 'Asia/Shanghai')::time) / 60"
LOCAL_DAY = "({at} AT TIME ZONE 'Asia/Shanghai')::date"


def _elapsed(at: str, hours: str) -> str:
    """Joins of an instant to the day's office hours."""
    return f"""
    LEFT JOIN hours {hours} ON {hours}.county_id = t.county_id
         AND {hours}.day = {LOCAL_DAY.format(at=at)}
    CROSS JOIN LATERAL (SELECT {MINUTE.format(at=at)} AS minute) AS m_{hours}
    """


PLAIN = "t.channel <> 'rating'"
CALL_BACK = "t.channel = 'rating'"
# A deadline counts once it has passed, or once there was an answer.
ANSWER_DUE = (
    "t.first_answer_due_at >= :start AND t.first_answer_due_at < :end"
    " AND (t.first_answer_due_at <= :until OR t.first_answered_at IS NOT NULL)"
)
ANSWERED_IN_TIME = "COALESCE(t.first_answered_at <= t.first_answer_due_at, false)"
DUE = "t.due_at >= :start AND t.due_at < :end AND (t.due_at <= :until OR t.answered_at IS NOT NULL)"
IN_TIME = "COALESCE(t.answered_at <= t.due_at, false)"
FIXED = f"({IN_TIME} AND COALESCE(t.reply_result = 'done', false))"
SAID = "t.verdict_at >= :start AND t.verdict_at < :end"
FINISHED = (
    "t.closed_at >= :start AND t.closed_at < :end"
    " AND t.outcome IN ('solved', 'partly', 'not', 'unanswered')"
)
ARRIVED = "t.created_at >= :start AND t.created_at < :stop"
ANSWERED = "t.first_answered_at < :stop"


def _count(*conditions: str) -> str:
    return f"count(*) FILTER (WHERE {' AND '.join(conditions)})::int"


def _pair(condition: str, yes: str, which: str) -> str:
    """yes, and no: the conditions of one rate."""
    return f"ARRAY[{_count(which, condition, yes)}, {_count(which, condition, f'NOT {yes}')}]"


def _ids(*conditions: str) -> str:
    return f"array_agg(t.id ORDER BY t.id) FILTER (WHERE {' AND '.join(conditions)})"


def _verdicts(which: str) -> str:
    said = ", ".join(
        _count(which, SAID, f"t.verdict = '{answer}'") for answer in ("solved", "partly", "not")
    )
    return f"ARRAY[{said}]"


COUNTS = {
    "response": _pair(ANSWER_DUE, ANSWERED_IN_TIME, PLAIN),
    "on_time": _pair(DUE, IN_TIME, PLAIN),
    "resolution": _verdicts(PLAIN),
    "bad_reply": _pair(ANSWER_DUE, ANSWERED_IN_TIME, CALL_BACK),
    "bad_fix": _pair(DUE, FIXED, CALL_BACK),
    "fix": _verdicts(CALL_BACK),
    "unrated": _pair(FINISHED, "t.handling_level IS NULL", PLAIN),
}
CASES = {
    "late_answer": _ids(PLAIN, ANSWER_DUE, f"NOT {ANSWERED_IN_TIME}"),
    "late": _ids(PLAIN, DUE, f"NOT {IN_TIME}"),
    "partly": _ids(PLAIN, SAID, "t.verdict = 'partly'"),
    "not_solved": _ids(PLAIN, SAID, "t.verdict = 'not'"),
    "bad_late_reply": _ids(CALL_BACK, ANSWER_DUE, f"NOT {ANSWERED_IN_TIME}"),
    "bad_not_fixed": _ids(CALL_BACK, DUE, f"NOT {FIXED}"),
    "fix_partly": _ids(CALL_BACK, SAID, "t.verdict = 'partly'"),
    "fix_not": _ids(CALL_BACK, SAID, "t.verdict = 'not'"),
}
WAITED = f"floor({ELAPSED.format(h='answered')} - {ELAPSED.format(h='arrived')})::int"
WAITING = f"floor({ELAPSED.format(h='stopped')} - {ELAPSED.format(h='arrived')})::int"
HAS_ANSWER = f"{PLAIN} AND {ARRIVED} AND {ANSWERED}"
HAS_NONE = f"{PLAIN} AND {ARRIVED} AND ({ANSWERED}) IS NOT TRUE"
# Each wait beside the ticket it belongs to.
WAITS = tuple(
    f"array_agg({column} ORDER BY {wait}, t.id) FILTER (WHERE {which})"
    for wait, which in ((WAITED, HAS_ANSWER), (WAITING, HAS_NONE))
    for column in (wait, "t.id")
)
FACTS = text(
    f"""
    WITH hours AS (
        SELECT * FROM unnest(
            CAST(:county_ids AS bigint[]), CAST(:days AS date[]), CAST(:before AS int[]),
            CAST(:opens_1 AS int[]), CAST(:closes_1 AS int[]),
            CAST(:opens_2 AS int[]), CAST(:closes_2 AS int[])
        ) AS h (county_id, day, before, opens_1, closes_1, opens_2, closes_2)
    )
    SELECT t.village_id,
           {", ".join(COUNTS.values())},
           {", ".join(CASES.values())},
           {", ".join(WAITS)}
    FROM ticket t
    {_elapsed("t.created_at", "arrived")}
    {_elapsed("t.first_answered_at", "answered")}
    {_elapsed("CAST(:stop AS timestamptz)", "stopped")}
    WHERE t.unit_region_id = t.village_id AND t.county_id = ANY(:counties)
      AND t.state NOT IN ('withdrawn', 'merged', 'declined')
      AND (t.created_at >= :start OR t.first_answer_due_at >= :start OR t.due_at >= :start
           OR t.verdict_at >= :start OR t.closed_at >= :start)
    GROUP BY t.village_id
    """  # noqa: S608  the parts are constants of our own code
)
TICKET_CASES = text(
    """
    SELECT t.id, t.number, c.name AS category, t.created_at, t.first_answer_due_at,
           t.first_answered_at, t.due_at, t.answered_at, t.verdict, t.outcome
    FROM ticket t LEFT JOIN ticket_category c ON c.id = t.category_id
    WHERE t.id = ANY(:ids) ORDER BY t.id
    """
)


@dataclass(frozen=True)
class TicketFacts:
    """A village's month: counts and case ids by name, and waits in minutes of working time."""

    counts: dict[str, list[int]]
    cases: dict[str, list[int]] = field(default_factory=dict)
    waits: list[int] = field(default_factory=list)
    open_waits: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class TicketCase:
    """A ticket as a case: its number and its times, nothing of its author."""

    id: int
    number: str
    category: str | None
    created_at: datetime
    first_answer_due_at: datetime
    first_answered_at: datetime | None
    due_at: datetime
    answered_at: datetime | None
    verdict: str | None
    outcome: str | None


def ticket_facts(
    month: date, county_ids: Collection[int], until: datetime
) -> dict[int, TicketFacts]:
    """By village, of what had happened `until` then or the end of the month.

    A deadline still to come is no fault yet; an open ticket waits until the month ends, which says
    no more about it than that.
    """
    start = calendar.midnight(month)
    end = calendar.midnight(calendar.next_month(month))
    stop = max(min(until, end), start)
    asked = {
        "start": start, "end": end, "until": stop, "stop": stop, "counties": sorted(county_ids),
        **_hours(month, county_ids),
    }  # fmt: skip
    names, cases = list(COUNTS), list(CASES)
    found = {}
    for row in db.session.execute(FACTS, asked):
        village_id, *values = row
        counts = dict(zip(names, values[: len(names)], strict=True))
        ids = dict(zip(cases, values[len(names) : -4], strict=True))
        waits, ids["waits"], open_waits, ids["open_waits"] = values[-4:]
        found[village_id] = TicketFacts(
            {name: pair for name, pair in counts.items() if any(pair)},
            {name: listed for name, listed in ids.items() if listed},
            waits or [],
            open_waits or [],
        )
    return found


def ticket_cases(ids: Collection[int]) -> dict[int, TicketCase]:
    """Tickets by id, for whoever explains a score."""
    rows = db.session.execute(TICKET_CASES, {"ids": sorted(ids)})
    return {row.id: TicketCase(*row) for row in rows}


def tickets_of_ratings(rating_ids: Collection[int]) -> dict[int, int]:
    """The call-back ticket of each bad rating that has one."""
    rows = db.session.execute(
        text("SELECT rating_id, id FROM ticket WHERE rating_id = ANY(:ids)"),
        {"ids": sorted(rating_ids)},
    )
    return {row.rating_id: row.id for row in rows}


def ticket_by_number(county_id: int, number: str) -> int | None:
    """The id of a county's ticket, or None."""
    found: int | None = db.session.scalar(
        text("SELECT id FROM ticket WHERE county_id = :county_id AND number = :number"),
        {"county_id": county_id, "number": number},
    )
    return found


def _hours(month: date, county_ids: Collection[int]) -> dict[str, list[Any]]:
    """Each county's days of the month, and the first of the next: minutes of office time."""
    columns: dict[str, list[Any]] = {
        name: []
        for name in ("county_ids", "days", "before", "opens_1", "closes_1", "opens_2", "closes_2")
    }
    for county_id in sorted(county_ids):
        for row in _days(month, county_id):
            for name, value in zip(columns, row, strict=True):
                columns[name].append(value)
    return columns


def _days(month: date, county_id: int) -> Iterator[tuple[Any, ...]]:
    clock, before = clock_of(county_id), 0
    day = month
    while day <= calendar.next_month(month):
        edges = [_minute(edge, day) for span in clock.spans(day) for edge in span]
        edges += [0] * (4 - len(edges))
        yield (county_id, day, before, *edges)
        before += edges[1] - edges[0] + edges[3] - edges[2]
        day += timedelta(days=1)


def _minute(at: datetime, day: date) -> int:
    return int((at - calendar.midnight(day)).total_seconds()) // 60
