"""What a month's tickets say about each village: in time or late, solved or not, how long.

Counted are the turns of the village itself (`turns.py`): what the county's desk or a bureau is slow
with is no fault of the village. Each figure belongs to the month of its own instant, which nothing
moves once it has passed, so that later acts change no earlier month: a rate to that of the due
time, a verdict to that in which it was given. A turn that ended without an answer, or whose ticket
was withdrawn or declined, counts where its deadline had passed before, and nowhere else. The
call-back of a bad rating is made by the level above: whether in time is that level's (`bad_reply`),
what the villager says to it is the village's (`fix`). What the village mends after several bad
ratings is `bad_fix`. What a village left behind that went into another one before the month is the
other's.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import text

from backend.app.core import clock as county_clock
from backend.app.core.db import db, fetch_rows
from backend.app.places.sql import join_village_on
from backend.app.scoring.catalog import cases_of
from backend.app.tickets.clocks.working_time import WorkingTime
from backend.app.tickets.rules.queries import clock_of

# The zone has had no summer time since 1991: a local day is a whole number of seconds.
ZONE_SECONDS, DAY_SECONDS = 8 * 3600, 24 * 3600
# A turn of a month's deadline began at most so many days before: 60 working days and a holiday.
DAYS_BEFORE = 130
# Minutes of working time from the first of those days to an instant. The county's days stand one
# after the other in arrays, at `place`: no join, so that the scan can be shared by workers.
ELAPSED = """
    ((CAST(:before AS int[]))[{h}.place]
     + greatest(0, least({h}.minute, (CAST(:closes_1 AS int[]))[{h}.place])
                   - (CAST(:opens_1 AS int[]))[{h}.place])
     + greatest(0, least({h}.minute, (CAST(:closes_2 AS int[]))[{h}.place])
                   - (CAST(:opens_2 AS int[]))[{h}.place]))
"""


def _day_of(at: str, hours: str) -> str:
    """An instant as a place in the arrays and the minute of its day."""
    seconds = f"(date_part('epoch', {at}) + {ZONE_SECONDS})"
    return f"""
    CROSS JOIN LATERAL (
        SELECT county.first
                   + greatest(:first_day, floor({seconds} / {DAY_SECONDS}))::int AS place,
               ({seconds} - {DAY_SECONDS} * floor({seconds} / {DAY_SECONDS})) / 60 AS minute
    ) AS {hours}
    """


def _counts(due: str, done: str) -> str:
    """A deadline of the month counts once it has passed, or once it was met.

    Not where the ticket left the unit, was withdrawn or waits for its author since before.
    """
    return (
        f"t.{due} >= :start AND t.{due} < :end AND (t.{due} <= :stop OR t.{done} IS NOT NULL)"
        f" AND (t.answered_at IS NOT NULL OR COALESCE(t.ended_at >= t.{due}, true))"
        f" AND COALESCE(t.withdrawn_at >= t.{due}, true)"
        f" AND (t.{done} IS NOT NULL OR COALESCE(t.paused_at >= t.{due}, true))"
    )


ANSWER_DUE = _counts("first_answer_due_at", "first_answered_at")
DUE = _counts("due_at", "answered_at")
# When a wait is over, or as far as it is known.
HEARD = "t.first_answered_at < :stop"
LEFT = "t.first_answered_at IS NULL AND t.ended_at < :stop"
# Each turn's part in the month: null where it has none.
TOLD = {
    "answer": f"CASE WHEN {ANSWER_DUE}"
    " THEN COALESCE(t.first_answered_at <= t.first_answer_due_at, false) END",
    "done": f"CASE WHEN {DUE} THEN COALESCE(t.answered_at <= t.due_at, false) END",
    "fixed": "COALESCE(t.result = 'done' AND t.verdict IS DISTINCT FROM 'not', false)",
    "said": "CASE WHEN t.verdict_at >= :start AND t.verdict_at < :end THEN t.verdict END",
    "unrated": "CASE WHEN t.finished_at >= :start AND t.finished_at < :end"
    " THEN NOT COALESCE(t.handling_level IS NOT NULL AND t.verdict_at < :end, false) END",
    "answered": f"CASE WHEN {ANSWER_DUE} THEN COALESCE({HEARD}, false) END",
    "wait": f"CASE WHEN {ANSWER_DUE} THEN floor("
    f"CASE WHEN {HEARD} OR {LEFT} THEN {ELAPSED.format(h='heard')}"
    f" ELSE (CAST(:stopped AS float8[]))[county.nth] END - {ELAPSED.format(h='arrived')})::int END",
}
PLAIN, CALL_BACK, MENDING = "NOT call_back AND NOT mending", "call_back", "mending"
# Which turns are counted where: the yes and the no of rates, the grades of verdicts.
COUNTS = {
    "response": (f"{PLAIN} AND answer", f"{PLAIN} AND NOT answer"),
    "on_time": (f"{PLAIN} AND done", f"{PLAIN} AND NOT done"),
    "resolution": tuple(f"{PLAIN} AND said = '{one}'" for one in ("solved", "partly", "not")),
    "bad_reply": (f"{CALL_BACK} AND answer", f"{CALL_BACK} AND NOT answer"),
    "bad_fix": (
        f"{MENDING} AND done AND fixed",
        f"{MENDING} AND done IS NOT NULL AND NOT (done AND fixed)",
    ),
    "fix": tuple(f"{CALL_BACK} AND said = '{one}'" for one in ("solved", "partly", "not")),
    "unrated": (f"{PLAIN} AND unrated", f"{PLAIN} AND NOT unrated"),
}
CASES = {
    **{
        listed.name: COUNTS[listed.source][listed.place]
        for listed in cases_of("ticket")
        if listed.place is not None
    },
    "waits": f"{PLAIN} AND answered",
    "open_waits": f"{PLAIN} AND NOT answered",
}
COUNTED = ", ".join(
    f"'{name}', json_build_array("
    + ", ".join(f"count(*) FILTER (WHERE {which})" for which in columns)
    + ")"
    for name, columns in COUNTS.items()
)
LISTED = ", ".join(f"'{name}', json_agg(id) FILTER (WHERE {w})" for name, w in CASES.items())


def _facts(keys: str, named: str, whose: str) -> str:
    """Counts, cases and waits of whoever the keys name.

    The turns come sorted, so that every list is: by wait, then by ticket. A ticket that was late
    twice in a month stands there twice.
    """
    return f"""
    SELECT {keys},
           json_build_object({COUNTED})::text,
           json_build_object({LISTED})::text,
           (json_agg(wait) FILTER (WHERE {CASES["waits"]}))::text,
           (json_agg(wait) FILTER (WHERE {CASES["open_waits"]}))::text
    FROM (
        SELECT {named}, t.ticket_id AS id, t.call_back, t.mending,
               {", ".join(f"{told} AS {name}" for name, told in TOLD.items())}
        FROM ticket_turn t
        {join_village_on("became", "t.village_id", "CAST(:month AS date)")}
        CROSS JOIN LATERAL (
            SELECT array_position(CAST(:counties AS bigint[]), t.county_id) AS nth
        ) AS known
        CROSS JOIN LATERAL (
            SELECT known.nth, (known.nth - 1) * :days - :first_day + 1 AS first
        ) AS county
        {_day_of("t.started_at", "arrived")}
        {_day_of("COALESCE(t.first_answered_at, t.ended_at)", "heard")}
        WHERE {whose} AND t.county_id = ANY(:counties)
          AND (t.first_answer_due_at >= :start OR t.due_at >= :start OR t.verdict_at >= :start
               OR t.finished_at >= :start)
        ORDER BY {keys}, wait, t.ticket_id, t.id
    ) AS told
    GROUP BY {keys}
    """


FACTS = _facts(
    "now_id", "COALESCE(became.now_id, t.village_id) AS now_id", "t.village_id IS NOT NULL"
)
# A township's call-back of a bad rating is counted at the village already.
OFFICE_FACTS = _facts(
    "region_id, department_id",
    "t.unit_region_id AS region_id, t.unit_department_id AS department_id",
    "(t.unit_department_id IS NOT NULL OR (t.unit_region_id IS NOT NULL AND t.village_id IS NULL))",
)
TICKET_CASES = text(
    """
    SELECT t.id, t.number, c.name AS category, t.created_at, t.channel = 'rating'
    FROM ticket t LEFT JOIN ticket_category c ON c.id = t.category_id
    WHERE t.id = ANY(:ids) ORDER BY t.id
    """
)


@dataclass
class TicketFacts:
    """A village's month: counts and case ids by name, and waits in minutes of working time."""

    counts: dict[str, list[int]]
    cases: dict[str, list[int]] = field(default_factory=dict)
    waits: list[int] = field(default_factory=list)
    open_waits: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class TicketCase:
    """A ticket as a case: its number and its day, nothing of its author."""

    id: int
    number: str
    category: str | None
    created_at: datetime
    is_call_back: bool


def ticket_facts(
    month: date, county_ids: Collection[int], until: datetime
) -> dict[int, TicketFacts]:
    """By village, of what had happened `until` then or the end of the month.

    A deadline still to come is no fault yet; an open ticket waits until the month ends, which says
    no more about it than that.
    """
    rows = _fetch(FACTS, month, month, county_ids, until)
    return {village_id: _parsed(*texts) for village_id, *texts in rows}


def office_facts(
    first: date, last: date, county_id: int, until: datetime
) -> dict[tuple[int | None, int | None], TicketFacts]:
    """By township or department, of what was theirs to handle from one month to another.

    Counted as for a village; an open ticket waits until then or the end of the last month.
    """
    rows = _fetch(OFFICE_FACTS, first, last, [county_id], until)
    return {(region, department): _parsed(*texts) for region, department, *texts in rows}


def _fetch(
    statement: str, first: date, last: date, county_ids: Collection[int], until: datetime
) -> list[tuple[Any, ...]]:
    start = county_clock.midnight(first)
    end = county_clock.midnight(county_clock.next_month(last))
    stop = max(min(until, end), start)
    values = {
        "month": last, "start": start, "end": end, "stop": stop,
        **_hours(first, last, county_ids, stop),
    }  # fmt: skip
    # A province's tickets are sorted in memory; given back with the transaction.
    db.session.execute(text("SET LOCAL work_mem = '128MB'"))
    return fetch_rows(statement, values)


def _parsed(counted: str, listed: str, waits: str | None, open_waits: str | None) -> TicketFacts:
    """One village's row; what is nothing is left out."""
    return TicketFacts(
        {name: counts for name, counts in orjson.loads(counted).items() if any(counts)},
        {name: ids for name, ids in orjson.loads(listed).items() if ids},
        orjson.loads(waits or b"[]"),
        orjson.loads(open_waits or b"[]"),
    )


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


def _hours(
    first: date, last: date, county_ids: Collection[int], stop: datetime
) -> dict[str, Any]:  # fmt: skip
    """The days up to the first of the month after, county after county: minutes of office time."""
    first, last = first - timedelta(days=DAYS_BEFORE), county_clock.next_month(last)
    columns: dict[str, list[int]] = {
        name: [] for name in ("before", "opens_1", "closes_1", "opens_2", "closes_2")
    }
    counties, stopped = sorted(county_ids), []
    for county_id in counties:
        clock = clock_of(county_id)
        for row in _days(first, last, clock):
            for name, value in zip(columns, row, strict=True):
                columns[name].append(value)
        worked = clock.between(county_clock.midnight(first), stop)
        stopped.append(worked.total_seconds() / 60)
    return {
        **columns, "counties": counties, "stopped": stopped,
        "first_day": (first - date(1970, 1, 1)).days, "days": (last - first).days + 1,
    }  # fmt: skip


def _days(first: date, last: date, clock: WorkingTime) -> Iterator[tuple[int, ...]]:
    day, before = first, 0
    while day <= last:
        edges = [_minute(edge, day) for span in clock.spans(day) for edge in span]
        edges += [0] * (4 - len(edges))
        yield (before, *edges)
        before += edges[1] - edges[0] + edges[3] - edges[2]
        day += timedelta(days=1)


def _minute(at: datetime, day: date) -> int:
    return int((at - county_clock.midnight(day)).total_seconds()) // 60
