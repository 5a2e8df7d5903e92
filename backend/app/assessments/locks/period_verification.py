"""A month's colours computed again from what was accepted: the same, or which target differs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from backend.app.assessments.evaluation.operations import standing_values
from backend.app.assessments.evaluation.queries import compute_standings, lights_of
from backend.app.assessments.evaluation.standings import (
    ComputedStanding,
    PeriodEnd,
    compute_standing,
)
from backend.app.assessments.models import Programme
from backend.app.assessments.reports.asked_sql import JOIN_NAME, UNIT_NAME
from backend.app.assessments.states import ChangeState
from backend.app.core.db import db
from backend.app.tickets.rules.queries import clock_of

STORED = text(
    f"""
    SELECT s.target_id, {UNIT_NAME} AS unit, e.code, s.value, s.actual, s.planned, s.colour,
           s.misses, s.is_missed, s.basis, s.computed_at,
           EXISTS (SELECT FROM target_change c WHERE c.target_id = s.target_id
                   AND c.state = '{ChangeState.APPROVED}' AND c.decided_at > s.computed_at)
             AS is_changed
    FROM target_standing s
    JOIN target t ON t.id = s.target_id
    JOIN programme_element e ON e.id = t.element_id
    JOIN assessed_unit u ON u.id = t.unit_id
    {JOIN_NAME}
    WHERE s.programme_id = :programme_id AND s.period = :period
    ORDER BY s.target_id
    """
)


@dataclass(frozen=True)
class PeriodVerified:
    """`changed` targets were given another plan after the month and are compared with nothing."""

    targets: int
    changed: int
    differing: Sequence[str]


class _StoredStanding(NamedTuple):
    """A standing as it is stored; `values` are what computing gives."""

    target_id: int
    words: str
    is_changed: bool
    computed_at: datetime
    values: Mapping[str, Any]


def verify_period(programme: Programme, period: date) -> PeriodVerified:
    """Whether a target stood still then is taken from the standing: it is an act, not a figure."""
    rows = _stored(programme, period)
    end = PeriodEnd(period, lights_of(programme), clock_of(programme.county_id))
    # A doubted colour is computed later than the others of its month.
    known = {row.computed_at for row in rows}
    computed = {
        (known_at, row.facts.target_id): row
        for known_at in known
        for row in compute_standings(programme, period, known_at)
    }
    compared = [row for row in rows if not row.is_changed]
    differing = [
        row.words for row in compared
        if (row.computed_at, row.target_id) not in computed
        or standing_values(_as_then(computed[row.computed_at, row.target_id], row, end))
        != row.values
    ]  # fmt: skip
    return PeriodVerified(len(rows), len(rows) - len(compared), differing)


def _as_then(
    standing: ComputedStanding, row: _StoredStanding, end: PeriodEnd
) -> ComputedStanding:  # fmt: skip
    stopped = bool(row.values["basis"].get("stopped"))
    if standing.facts.is_halted == stopped:
        return standing
    return compute_standing(standing.facts._replace(is_halted=stopped), end)


def _stored(programme: Programme, period: date) -> list[_StoredStanding]:
    found = db.session.execute(STORED, {"programme_id": programme.id, "period": period})
    names = ("value", "actual", "planned", "colour", "misses", "is_missed", "basis")
    return [
        _StoredStanding(
            row.target_id, f"{row.unit} {row.code}", row.is_changed, row.computed_at,
            {name: getattr(row, name) for name in names},
        )
        for row in found
    ]  # fmt: skip
