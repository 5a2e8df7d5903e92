"""Reads of colours: what they are computed from, and what stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select, text

from backend.app.assessments.evaluation.standings import (
    ComputedStanding,
    PeriodEnd,
    StandingFacts,
    compute_standing,
)
from backend.app.assessments.measures.standing_sql import (
    OF_TARGET,
    VALUE_OF_FACT,
    standing_fact,
)
from backend.app.assessments.models import Programme, ProgrammeWindow
from backend.app.assessments.reports.asked_sql import (
    JOIN_NAME,
    MEASURED_UNTIL,
    NOT_SENT,
    UNIT_NAME,
)
from backend.app.assessments.states import (
    ENDED,
    IN_FORCE,
    ColourQueryState,
    ReportState,
    TargetState,
)
from backend.app.core.db import db, fetch_rows
from backend.app.core.states import none_of, one_of
from backend.app.scoring.assessing.lights import FUPING, Light, from_data
from backend.app.scoring.assessing.rules import RuleCode
from backend.app.tickets.rules.queries import clock_of

# A common target has no figures of its own: what its rule says is to be reached, and from where.
GOAL = f"""COALESCE(t.value, CAST(e.rule ->> 'target' AS numeric),
           CAST(e.rule ->> 'levels' AS numeric),
           CASE WHEN e.rule ->> 'rule' = '{RuleCode.PASS}' THEN 1 END)"""
BASELINE = """COALESCE(CASE WHEN t.value IS NULL THEN CAST(e.rule ->> 'floor' AS numeric) END,
           t.baseline)"""
# Of later figures a month's colours know nothing.
KNOWN = "period <= :period AND (CAST(:known_at AS timestamptz) IS NULL OR at <= :known_at)"
FACTS = f"""
    SELECT t.id AS target_id, t.unit_id, e.kind, e.source, {BASELINE} AS baseline,
           {GOAL} AS goal, t.points,
           t.starts_on, t.due_on, t.rhythm, t.state = '{TargetState.STOPPED}' AS is_halted,
           p.months, p.plan, CAST(e.rule ->> 'deduct' AS numeric) AS deduct, f.points AS scored,
           CASE WHEN f.period >= COALESCE(past.period, f.period) THEN {VALUE_OF_FACT}
                ELSE past.value END AS value,
           GREATEST(f.period, past.period) AS value_period,
           past.is_stopped AS said_stopped, COALESCE(missed.periods, 0) AS misses,
           COALESCE({one_of("now.state", NOT_SENT)}, false) AS is_missed,
           m.whole AS milestones, m.due AS milestones_due, m.reached AS milestones_reached,
           COALESCE(CAST(before.basis ->> 'idle' AS int), 0) AS idle_before
    FROM target t
    JOIN programme_element e ON e.id = t.element_id
    LEFT JOIN LATERAL (
        SELECT array_agg(month ORDER BY month) AS months, array_agg(value ORDER BY month) AS plan
        FROM target_plan WHERE target_id = t.id AND edition = t.edition) p ON true
    LEFT JOIN LATERAL (
        SELECT value, period, is_stopped FROM target_report
        WHERE target_id = t.id AND period <= :period AND state = '{ReportState.ACCEPTED}'
        ORDER BY period DESC LIMIT 1) past ON true
    LEFT JOIN LATERAL ({standing_fact(OF_TARGET, KNOWN)}) f ON true
    LEFT JOIN target_report now ON now.target_id = t.id AND now.period = :period
    LEFT JOIN LATERAL (
        SELECT count(*) AS periods FROM target_report x
        WHERE x.target_id = t.id AND x.period <= :period AND {one_of("x.state", NOT_SENT)}
          AND NOT EXISTS (
              SELECT FROM target_report y
              WHERE y.target_id = t.id AND y.period BETWEEN x.period AND :period
                AND {none_of("y.state", NOT_SENT)})) missed ON true
    LEFT JOIN LATERAL (
        SELECT sum(weight) AS whole,
               sum(weight) FILTER (WHERE due_on < {MEASURED_UNTIL}) AS due,
               sum(weight) FILTER (WHERE EXISTS (
                   SELECT FROM target_report a
                   WHERE a.target_id = t.id AND a.period <= :period
                     AND a.state = '{ReportState.ACCEPTED}' AND s.id = ANY(a.milestone_ids)
               )) AS reached
        FROM target_milestone s WHERE s.target_id = t.id) m ON true
    LEFT JOIN target_standing before
      ON before.target_id = t.id AND before.period = CAST(:period AS date) - interval '1 month'
    WHERE t.programme_id = :programme_id
      AND {one_of("t.state", (IN_FORCE | ENDED) - {TargetState.DROPPED})}
    ORDER BY t.id
"""
SHOWN = f"""
    SELECT s.target_id, t.unit_id, {UNIT_NAME} AS unit, g.name AS group_name, e.code, e.name,
           t.task, e.measured_in, e.kind, t.value AS goal, t.points, t.version, s.value, s.actual,
           s.planned, s.colour, s.misses, s.is_missed, s.basis, before.colour AS colour_before,
           (SELECT array_agg(h.colour ORDER BY h.period) FROM target_standing h
            WHERE h.target_id = t.id AND h.period <= s.period) AS history,
           q.id AS query_id, q.state AS query_state, q.words AS query_words,
           q.answer AS query_answer
    FROM target_standing s
    JOIN target t ON t.id = s.target_id
    JOIN programme_element e ON e.id = t.element_id
    JOIN assessed_unit u ON u.id = t.unit_id
    JOIN programme_group g ON g.id = u.group_id
    LEFT JOIN target_standing before
      ON before.target_id = t.id AND before.period = s.period - interval '1 month'
    LEFT JOIN colour_query q ON q.target_id = t.id AND q.period = s.period
    {JOIN_NAME}
    WHERE s.programme_id = :programme_id AND s.period = :period
"""
OF_UNIT = text(f"{SHOWN} AND t.unit_id = :unit_id ORDER BY e.code, t.id")
OF_ALL = text(f"{SHOWN} ORDER BY g.position, unit, e.code, t.id")
COUNTED = """
    SELECT t.unit_id, t.points, s.actual, s.planned, s.colour
    FROM target_standing s JOIN target t ON t.id = s.target_id
    WHERE s.programme_id = :programme_id AND s.period = :period
"""
UNITS = text(
    f"""
    SELECT u.id, {UNIT_NAME} AS name, g.name AS group_name, u.region_id, u.department_id
    FROM assessed_unit u JOIN programme_group g ON g.id = u.group_id {JOIN_NAME}
    WHERE u.programme_id = :id ORDER BY g.position, name
    """
)


class ColouredUnit(NamedTuple):
    """A unit of a programme, by name."""

    id: int
    name: str
    group_name: str
    region_id: int | None
    department_id: int | None


@dataclass(frozen=True)
class ShownStanding:
    """A target's colour as a page shows it."""

    target_id: int
    unit_id: int
    unit: str
    group_name: str
    code: str
    name: str
    task: str
    measured_in: str
    kind: str
    goal: Decimal | None
    points: Decimal
    version: int
    value: Decimal | None
    actual: Decimal | None
    planned: Decimal | None
    colour: str | None
    misses: int
    is_missed: bool
    basis: dict[str, Any]
    colour_before: str | None
    history: Sequence[str | None]
    query_id: int | None
    query_state: str | None
    query_words: str | None
    query_answer: str | None


def lights_of(programme: Programme) -> Sequence[Light]:
    """The programme's own lights."""
    stored = programme.content.get("lights")
    return from_data(stored) if stored else FUPING


def compute_standings(
    programme: Programme, period: date, known_at: datetime | None = None
) -> list[ComputedStanding]:
    """Every target's standing at the end of a period, as far as it is known; stores nothing.

    What was measured after `known_at` is left out; without it all counts.
    """
    values = {"programme_id": programme.id, "period": period, "known_at": known_at}
    end = PeriodEnd(period, lights_of(programme), clock_of(programme.county_id))
    return [compute_standing(StandingFacts(*row), end) for row in fetch_rows(FACTS, values)]


def shown_standings(window: ProgrammeWindow, unit_id: int | None = None) -> list[ShownStanding]:
    """Of one unit, or of all."""
    values = {
        "programme_id": window.programme_id, "period": window.period, "unit_id": unit_id,
    }  # fmt: skip
    if unit_id is None:
        values.pop("unit_id")
    rows = db.session.execute(OF_ALL if unit_id is None else OF_UNIT, values).mappings()
    return [ShownStanding(**row) for row in rows]


def counted_rows(
    programme_id: int, period: date
) -> list[tuple[int, Decimal, Decimal | None, Decimal | None, str | None]]:
    """Of every target of a period: its unit, points, shares and colour."""
    rows = fetch_rows(COUNTED, {"programme_id": programme_id, "period": period})
    return [
        (unit, points, actual, planned, colour) for unit, points, actual, planned, colour in rows
    ]


def coloured_units(programme_id: int) -> list[ColouredUnit]:
    return [ColouredUnit(*row) for row in db.session.execute(UNITS, {"id": programme_id})]


def get_window(window_id: int) -> tuple[ProgrammeWindow, Programme]:
    row = db.session.execute(
        select(ProgrammeWindow, Programme)
        .join(Programme, Programme.id == ProgrammeWindow.programme_id)
        .where(ProgrammeWindow.id == window_id)
    ).one()
    return row.ProgrammeWindow, row.Programme


def open_queries(window: ProgrammeWindow) -> list[ShownStanding]:
    """Colours of a period that units doubt and nobody has answered for."""
    return [
        row for row in shown_standings(window) if row.query_state == ColourQueryState.OPEN
    ]  # fmt: skip


def county_lights(county_id: int) -> dict[str, Light]:
    """Each colour of a county's programmes with its word and shape; the newest programme's win."""
    query = select(Programme).where(Programme.county_id == county_id).order_by(Programme.id)
    return {
        light.code: light for row in db.session.scalars(query) for light in lights_of(row)
    }  # fmt: skip
