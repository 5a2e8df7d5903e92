"""A month as rows for files: villages, indicators, cases, corrections; with the page's digits.

PostgreSQL rounds numerics half away from zero, which for figures of 0 to 100 is half up, as
figures.py does; a test compares the two.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row as SqlRow
from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db
from backend.app.places.queries import get_place
from backend.app.places.sql import join_region
from backend.app.ratings.facts import rating_cases
from backend.app.scorecards.figures import NORMAL_95, STATUS_WORDS, light_of, score_text
from backend.app.scorecards.locks.corrections import REASONS
from backend.app.scorecards.locks.operations import lock_of
from backend.app.scorecards.queries import FIGURES, FROM, WITHIN, RankingFilters
from backend.app.scorecards.schemes.queries import scheme_for
from backend.app.scoring.catalog import CASE_LISTS, MEASURES
from backend.app.scoring.levels import columns, level_name
from backend.app.scoring.scheme_json import from_json
from backend.app.scoring.schemes import NO_DATA, TOO_FEW, Scheme
from backend.app.tickets.facts import ticket_cases

ORDER = "ORDER BY v.code, v.id"
HALF = f"{NORMAL_95} * COALESCE(c.standard_error, 0)"
VILLAGES = f"""
    SELECT v.code, v.name, t.name AS township, c.kind,
           CASE WHEN c.rank IS NOT NULL THEN c.total END::float8 AS total,
           CASE WHEN c.rank IS NULL THEN c.total END::float8 AS total_of_few,
           round(least(c.total, greatest(0, c.total - {HALF}) + 0 * c.total), 2)::float8 AS low,
           round(greatest(c.total, least(100, c.total + {HALF}) + 0 * c.total), 2)::float8 AS high,
           c.light, c.band, c.rank_low, c.rank_high,
           c.n, {columns("c")}, c.flagged, c.status,
           {", ".join(f"round(c.{figure}, 1)::float8 AS {figure}" for figure in FIGURES)},
           COALESCE((SELECT (f.counts -> 'offline' ->> 0)::int FROM month_fact f
                     WHERE f.village_id = c.village_id AND f.month = c.month), 0) AS offline
    {FROM}
"""
TICKS = "CASE WHEN i.n > 0 AND i.{0} >= 0 THEN round(i.{0} / 10000.0, 1)::float8 END AS {0}"
INDICATORS = f"""
    SELECT v.code, v.name, t.name AS township, i.code AS indicator,
           (i.weight / 100.0)::float8 AS weight, i.n,
           {TICKS.format("value")}, {TICKS.format("low")}, {TICKS.format("high")},
           CASE WHEN i.n > 0 THEN (COALESCE(i.share, 0) / 100.0)::float8 END AS share,
           CASE WHEN i.n > 0 THEN round(i.achievement / 10000.0, 1)::float8 END AS achievement,
           CASE WHEN i.n > 0 THEN (i.lost / 100.0)::float8 END AS lost
    FROM scorecard c {join_region("v", "c.village_id")} {join_region("t", "v.township_id")}
    CROSS JOIN LATERAL ROWS FROM (jsonb_to_recordset(c.indicators) AS (
        code text, weight int, n int, share int, value bigint, low bigint, high bigint,
        achievement bigint, lost int)) WITH ORDINALITY
        AS i (code, weight, n, share, value, low, high, achievement, lost, place)
    WHERE c.month = :month AND {WITHIN}
"""
CASES = f"""
    SELECT v.code, v.name, t.name AS township, listed.key AS list, found.id::bigint AS case_id
    FROM month_fact f {join_region("v", "f.village_id")} {join_region("t", "v.township_id")}
    JOIN scorecard c ON c.village_id = f.village_id AND c.month = f.month
    CROSS JOIN LATERAL jsonb_each(f.cases) AS listed (key, ids)
    CROSS JOIN LATERAL jsonb_array_elements_text(listed.ids) AS found (id)
    WHERE f.month = :month AND {WITHIN}
"""
CORRECTIONS = f"""
    SELECT x.number, v.code, v.name, x.reason_kind, x.reason, x.before ->> 'total' AS before,
           x.after ->> 'total' AS after, x.made_at
    FROM scorecard_correction x {join_region("v", "x.village_id")}
    WHERE x.month = :month AND {WITHIN} ORDER BY x.county_id, x.number
"""
KIND_NAMES = {"rating": "评价", "ticket": "诉求"}
# Waits cost by their minutes, not by the case.
LISTS = {listed.name: listed for listed in CASE_LISTS.values() if listed.place is not None}
RATING_LISTS = {name for name, listed in LISTS.items() if listed.kind == "rating"}
Row = tuple[Any, ...]


def _run(
    statement: str, region_id: int, month: date, filters: RankingFilters
) -> Sequence[SqlRow[*tuple[Any, ...]]]:
    values = {"scope": [region_id], "month": month, **filters.values}
    return db.session.execute(text(statement), values).all()


def scheme_of_month(region_id: int, month: date) -> Scheme:
    """As the month was locked by, or would be."""
    county_id = get_place(region_id).county_id or region_id
    lock = lock_of(county_id, month)
    return from_json(lock.scheme) if lock else scheme_for(county_id, month)[1]


def village_rows(region_id: int, month: date, filters: RankingFilters, scheme: Scheme) -> list[Row]:
    """One row a village, by code."""
    lights = {
        code: f"{one['icon']} {one['word']}".strip()
        for code in [*(light.code for light in scheme.lights), TOO_FEW.code, NO_DATA.code]
        for one in (light_of(code, scheme),)
    }
    rows = _run(f"{VILLAGES} {filters.where} {ORDER}", region_id, month, filters)
    return [
        tuple((row._asdict() | {
            "light": lights.get(row.light, row.light), "status": STATUS_WORDS[row.status],
        }).values())
        for row in rows
    ]  # fmt: skip


def indicator_rows(region_id: int, month: date, filters: RankingFilters) -> list[Row]:
    """One row a village and indicator."""
    statement = f"{INDICATORS} {filters.where} {ORDER}, i.place"
    return [
        (
            row.code, row.name, row.township, MEASURES[row.indicator].name, row.weight, row.n,
            row.value, row.low, row.high, MEASURES[row.indicator].unit, row.share,
            row.achievement, row.lost,
        )
        for row in _run(statement, region_id, month, filters)
    ]  # fmt: skip


def case_rows(region_id: int, month: date, filters: RankingFilters) -> list[Row]:
    """The ratings and tickets that cost points: by number; no words and nobody's name.

    When somebody rated is not said: a village knows who was there.
    """
    statement = f"{CASES} {filters.where} {ORDER}, list, case_id"
    listed = [row for row in _run(statement, region_id, month, filters) if row.list in LISTS]
    ratings = rating_cases({row.case_id for row in listed if row.list in RATING_LISTS})
    tickets = ticket_cases({row.case_id for row in listed if row.list not in RATING_LISTS})
    found: list[Row] = []
    for row in listed:
        start = (row.code, row.name, row.township, KIND_NAMES[LISTS[row.list].kind])
        if row.list in RATING_LISTS and row.case_id in ratings:
            rating = ratings[row.case_id]
            level = level_name(rating.level)
            found.append((*start, f"评价 {rating.id}", level, rating.service_point, None))
        elif row.case_id in tickets:
            ticket = tickets[row.case_id]
            day = f"{clock.local_day(ticket.created_at)}"
            named = ("差评回访", None) if ticket.is_call_back else (ticket.number, day)
            found.append((*start, named[0], LISTS[row.list].words, ticket.category or "", named[1]))
    return found


def correction_rows(region_id: int, month: date) -> list[Row]:
    """All numbered corrections; filters narrow villages, not what is owed to everybody."""
    statement = CORRECTIONS
    return [
        (
            row.number, row.code, row.name, REASONS[row.reason_kind], row.reason,
            _score(row.before), _score(row.after), f"{clock.local_day(row.made_at)}",
        )
        for row in _run(statement, region_id, month, RankingFilters())
    ]  # fmt: skip


def _score(hundredths: str | None) -> float | None:
    return None if hundredths is None else float(score_text(int(hundredths)))
