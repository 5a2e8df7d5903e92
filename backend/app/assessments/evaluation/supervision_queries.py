"""The board of the ladder: every step with its target, unit and card."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import text

from backend.app.assessments.reports.asked_sql import JOIN_NAME, UNIT_NAME
from backend.app.assessments.scopes import ReaderScope
from backend.app.assessments.states import SupervisionState
from backend.app.core.db import db
from backend.app.core.states import none_of

NOT_YET = {SupervisionState.PROPOSED, SupervisionState.DROPPED}
STEPS = f"""
    SELECT s.id, s.target_id, s.period, s.round, s.level, s.state, s.words, s.at, s.due_at,
           s.answer, s.answered_at, s.closed_at, s.note, e.code, e.name, t.task,
           {UNIT_NAME} AS unit, u.region_id, u.department_id, c.kind AS card, c.points,
           (SELECT array_agg(h.colour ORDER BY h.period) FROM target_standing h
            WHERE h.target_id = t.id AND h.period <= s.period) AS history
    FROM target_supervision s
    JOIN target t ON t.id = s.target_id
    JOIN programme_element e ON e.id = t.element_id
    JOIN assessed_unit u ON u.id = t.unit_id
    LEFT JOIN programme_adjustment c ON c.target_id = t.id AND c.period = s.period
      AND c.rule_code = 'ladder_' || s.level
    {JOIN_NAME}
    WHERE s.county_id = :county_id AND (:state = '' OR s.state = :state)
      AND (:sees_all OR {none_of("s.state", NOT_YET)}
           AND (u.region_id = ANY(:regions) OR u.department_id = ANY(:departments)))
    ORDER BY s.level DESC, s.due_at NULLS LAST, s.id LIMIT :most
"""
BOARD = text(STEPS)
COUNTS = text(
    f"""
    SELECT s.state, count(*) AS steps FROM target_supervision s
    JOIN target t ON t.id = s.target_id JOIN assessed_unit u ON u.id = t.unit_id
    WHERE s.county_id = :county_id
      AND (:sees_all OR {none_of("s.state", NOT_YET)}
           AND (u.region_id = ANY(:regions) OR u.department_id = ANY(:departments)))
    GROUP BY s.state
    """
)
MOST_SHOWN, MOST_LISTED = 200, 20_000


@dataclass(frozen=True)
class BoardStep:
    """One step of the ladder as the board shows it."""

    id: int
    target_id: int
    period: date
    round: int
    level: int
    state: str
    words: str
    at: datetime
    due_at: datetime | None
    answer: str | None
    answered_at: datetime | None
    closed_at: datetime | None
    note: str | None
    code: str
    name: str
    task: str
    unit: str
    region_id: int | None
    department_id: int | None
    card: str | None
    points: Any
    history: list[str | None] | None


def _reach(scope: ReaderScope) -> dict[str, Any]:
    return {
        "county_id": scope.county_id, "sees_all": scope.sees_all,
        "regions": sorted(scope.region_ids), "departments": sorted(scope.department_ids),
    }  # fmt: skip


def board_steps(scope: ReaderScope, state: str, most: int = MOST_SHOWN) -> list[BoardStep]:
    """Steps in one state (of all for ""): everybody's, or the own units' that were confirmed."""
    values = {**_reach(scope), "state": state, "most": most}
    return [BoardStep(**row) for row in db.session.execute(BOARD, values).mappings()]


def board_counts(scope: ReaderScope) -> dict[str, int]:
    return {row.state: row.steps for row in db.session.execute(COUNTS, _reach(scope))}
