"""A province's month closed: 22,080 villages, ten million ratings, a million tickets.

The close reads the counters that the ratings' own statement keeps; the raw SQL aggregates the same
facts from the rows. The full recount is the check that the counters are right, to the digit.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from typing import Any

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import autocommit, db, transaction
from backend.app.scorecards import facts as month_facts
from backend.app.scorecards.locks.verification import recounted
from backend.app.scorecards.operations import recompute_month
from backend.app.scoring.month import score_month
from backend.app.scoring.schemes import STARTING
from backend.app.tickets.clocks.working_calendar import seed_calendar
from backend.app.tickets.rules.categories import seed_categories
from benchmarks import province
from benchmarks.surroundings import application, progress, servers

RUNS, RATINGS, TICKETS = 3, 10_000_000, 1_000_000
# So many units are ranked against each other: a province has a hundred counties.
COUNTY = 221
STORE_TICKETS = text(
    """
    INSERT INTO ticket (number, county_id, village_id, unit_region_id, person_id, channel, kind,
                        urgency, words, words_state, state, created_at, round_started_at,
                        citizen_due_at, due_at, answered_at, verdict, verdict_at, outcome,
                        closed_at, reply_result, category_id, handling_level)
    SELECT 'B' || n, v.county_id, v.id, v.id, 1 + n % :people, 'mini', 'help', 'ordinary',
           '路灯不亮', 'shown', CASE WHEN n % 10 < 8 THEN 'resolved' ELSE 'handling' END, at, at,
           at + interval '5 days', at + interval '5 days',
           CASE WHEN n % 10 < 8 THEN at + (n % 150) * interval '1 hour' END,
           CASE WHEN n % 10 < 6 THEN (ARRAY['solved', 'partly', 'not'])[1 + n % 3] END,
           CASE WHEN n % 10 < 6 THEN at + interval '7 days' END,
           CASE WHEN n % 10 < 8 THEN 'solved' END,
           CASE WHEN n % 10 < 8 THEN at + interval '8 days' END, 'done',
           (SELECT min(id) FROM ticket_category), CASE WHEN n % 10 < 5 THEN 1 + n % 5 END
    FROM generate_series(0, :tickets - 1) AS n
    CROSS JOIN LATERAL (
        SELECT CAST(:start AS timestamptz) + (hashint4(n) % 500 + 500) * interval '40 minutes' AS at
    ) AS moment
    JOIN (SELECT id, county_id, row_number() OVER (ORDER BY id) AS nth FROM region
          WHERE level = 'village') v ON v.nth = 1 + (n::bigint * 7919) % :villages
    """
)
STORE_TURNS = text(
    """
    INSERT INTO ticket_turn (ticket_id, county_id, round, unit_region_id, village_id, call_back,
                             started_at, first_answer_due_at, first_answered_at, due_at,
                             answered_at, ended_at, result, verdict, verdict_at, handling_level,
                             finished_at)
    SELECT id, county_id, 1, village_id, village_id, false, created_at,
           created_at + interval '1 day',
           CASE WHEN n % 10 < 9 THEN created_at + (n % 37) * interval '1 hour' END, due_at,
           answered_at, answered_at, CASE WHEN answered_at IS NOT NULL THEN 'done' END, verdict,
           verdict_at, handling_level, closed_at
    FROM (SELECT ticket.*, substr(number, 2)::int AS n FROM ticket) AS stored
    """
)
RAW_RATINGS = text(
    """
    SELECT village_id, count(*) FILTER (WHERE effective_level = 1),
           count(*) FILTER (WHERE effective_level = 2), count(*) FILTER (WHERE effective_level = 3),
           count(*) FILTER (WHERE effective_level = 4), count(*) FILTER (WHERE effective_level = 5),
           count(*) FILTER (WHERE flagged_at IS NOT NULL),
           count(DISTINCT person_id) FILTER (WHERE flagged_at IS NULL),
           array_agg(id) FILTER (WHERE effective_level >= 4)
    FROM rating WHERE rated_on >= :month AND rated_on < :end GROUP BY village_id
    """
)
RAW_TICKETS = text(
    """
    SELECT village_id,
           count(*) FILTER (WHERE first_answer_due_at < :last),
           count(*) FILTER (WHERE first_answer_due_at < :last
                            AND first_answered_at <= first_answer_due_at),
           count(*) FILTER (WHERE due_at < :last),
           count(*) FILTER (WHERE due_at < :last AND answered_at <= due_at),
           count(*) FILTER (WHERE verdict = 'solved'), count(*) FILTER (WHERE verdict = 'partly'),
           count(*) FILTER (WHERE verdict = 'not'),
           array_agg(ticket_id) FILTER (WHERE answered_at > due_at),
           array_agg(first_answered_at - started_at ORDER BY first_answered_at - started_at)
    FROM ticket_turn WHERE started_at >= :first AND started_at < :last
    GROUP BY village_id
    """
)


def timed(action: Callable[[], Any]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def build() -> tuple[int, int]:
    stored = province.build(RATINGS)
    progress(f"storing {TICKETS} tickets")
    with transaction() as session:
        session.execute(text("SET LOCAL statement_timeout = 0"))
        seed_categories(1)
        seed_calendar(1)
        session.execute(text("SET LOCAL session_replication_role = replica"))
        made: Any = session.execute(
            STORE_TICKETS,
            {"people": province.PEOPLE, "tickets": TICKETS, "villages": province.VILLAGES,
             "start": clock.midnight(province.MONTH)},
        )  # fmt: skip
        session.execute(STORE_TURNS)
    with autocommit() as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute("VACUUM ANALYZE ticket")
        connection.execute("VACUUM ANALYZE ticket_turn")
    return stored, made.rowcount


def without_limit() -> None:
    db.session.execute(text("SET LOCAL statement_timeout = 0"))


def raw() -> None:
    end = clock.next_month(province.MONTH)
    without_limit()
    db.session.execute(RAW_RATINGS, {"month": province.MONTH, "end": end}).all()
    instants = {"first": clock.midnight(province.MONTH), "last": clock.midnight(end)}
    db.session.execute(RAW_TICKETS, instants).all()
    db.session.rollback()


def close() -> None:
    """The month's facts from counters and tickets, kept as rows."""
    until = clock.midnight(clock.next_month(province.MONTH)) + timedelta(days=3)
    with transaction():
        without_limit()
        month_facts.keep(province.MONTH, [1], month_facts.gather(province.MONTH, [1], until))


def recount() -> None:
    """Ratings counted and tickets aggregated again, every village compared with what is kept."""
    until = clock.midnight(clock.next_month(province.MONTH)) + timedelta(days=3)
    with transaction():
        without_limit()
        if recounted(province.MONTH, [1], until):
            raise SystemExit("the recount differs from the counters")


def core() -> float:
    """The pure core on one core, units ranked inside counties."""
    with transaction():
        kept = month_facts.kept(province.MONTH, [1])
    facts = [
        one.__class__(**{**one.__dict__, "kind": f"{nth // COUNTY}"}).unit()
        for nth, one in enumerate(kept)
    ]
    began = time.process_time()
    score_month(facts, STARTING, seed=202610)
    return time.process_time() - began


def whole() -> None:
    with transaction():
        without_limit()
        recompute_month(province.MONTH)


def main() -> None:
    with servers() as environment, application(environment):
        ratings, tickets = build()
        figures: dict[str, list[float]] = {"raw": [], "close": [], "recount": []}
        for _ in range(RUNS):
            for name, action in (("raw", raw), ("close", close), ("recount", recount)):
                figures[name].append(timed(action))
                progress(f"{name}: {figures[name][-1]:.1f} s")
        pure = min(core() for _ in range(RUNS))
        everything = timed(whole)
    by_pair = {
        name: median(a / b for a, b in zip(figures[name], figures["raw"], strict=True))
        for name in ("close", "recount")
    }
    print(f"month of {province.VILLAGES} villages, {ratings} ratings, {tickets} tickets")
    for name, seconds in figures.items():
        print(f"  {name:<8} {median(seconds):.2f} s")
    print(f"  close / raw   {by_pair['close']:.2f} (bar <= 2)")
    print(f"  recount / raw {by_pair['recount']:.2f} (bar <= 1.5), equal to the digit")
    print(f"  pure core {pure:.2f} CPU s (bar <= 2)")
    print(f"  facts, totals, ranks, cards and roll-ups written: {everything:.1f} s")


if __name__ == "__main__":
    main()
