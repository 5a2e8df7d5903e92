"""Reads of 年终自评: what is known of each target's year, and what its unit says."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import text

from backend.app.assessments.reports.asked_sql import JOIN_NAME, UNIT_NAME
from backend.app.assessments.reports.facts import shown
from backend.app.assessments.scopes import ReaderScope
from backend.app.assessments.states import IN_FORCE, ReportState, TargetState
from backend.app.core.db import db
from backend.app.core.states import one_of
from backend.app.scoring.assessing.plans import REPORT
from backend.app.scoring.assessing.progress import ProgressKind

OF_YEAR = one_of("t.state", IN_FORCE | {TargetState.FINISHED})
ROWS = text(
    f"""
    SELECT t.id AS target_id, e.code, e.name, t.task, e.measured_in, e.kind, e.source,
           t.value AS goal, e.owner_department_id, past.value AS known, past.words AS last_words,
           y.value, y.words, y.said_at
    FROM target t
    JOIN programme_element e ON e.id = t.element_id
    LEFT JOIN LATERAL (
        SELECT value, words FROM target_report
        WHERE target_id = t.id AND state = '{ReportState.ACCEPTED}'
        ORDER BY period DESC LIMIT 1) past ON true
    LEFT JOIN self_assessment y ON y.target_id = t.id
    WHERE t.unit_id = :unit_id AND {OF_YEAR}
      AND (:all OR e.owner_department_id = ANY(:owners))
    ORDER BY e.position, e.code
    """
)
UNITS = text(
    f"""
    SELECT u.id, {UNIT_NAME} AS unit, g.name AS group_name, u.region_id, u.department_id,
           count(t.id) AS targets, count(y.target_id) AS confirmed,
           count(*) FILTER (WHERE y.value IS DISTINCT FROM y.known) AS differing,
           max(y.said_at) AS said_at
    FROM assessed_unit u
    JOIN programme_group g ON g.id = u.group_id
    JOIN target t ON t.unit_id = u.id AND {OF_YEAR}
    JOIN programme_element e ON e.id = t.element_id
    LEFT JOIN self_assessment y ON y.target_id = t.id
    {JOIN_NAME}
    WHERE u.programme_id = :programme_id
      AND (:all OR e.owner_department_id = ANY(:owners)
           OR u.region_id = ANY(:regions) OR u.department_id = ANY(:owners))
    GROUP BY u.id, unit, g.id ORDER BY g.position, unit
    """
)


@dataclass(frozen=True)
class YearRow:
    """One target: what was accepted last, and what the unit says of the year."""

    target_id: int
    code: str
    name: str
    task: str
    measured_in: str
    kind: str
    source: str
    goal: Decimal | None
    owner_department_id: int | None
    known: Decimal | None
    last_words: str | None
    value: Decimal | None
    words: str | None
    said_at: datetime | None

    @property
    def is_own_figure(self) -> bool:
        """Whether the unit knows the figure; what milestones reach was accepted one by one."""
        return self.source.startswith(REPORT) and self.kind != ProgressKind.MILESTONE

    @property
    def is_different(self) -> bool:
        return self.said_at is not None and shown(self.value) != shown(self.known)


class UnitYear(NamedTuple):
    """How far a unit is with confirming its year, of what the reader may see."""

    id: int
    name: str
    group_name: str
    region_id: int | None
    department_id: int | None
    targets: int
    confirmed: int
    differing: int
    said_at: datetime | None


def year_rows(unit_id: int, scope: ReaderScope | None = None) -> list[YearRow]:
    """Every target of a unit; to an owner only those of its elements."""
    values = {
        "unit_id": unit_id, "all": scope is None,
        "owners": sorted(scope.department_ids) if scope else [],
    }  # fmt: skip
    return [YearRow(**row) for row in db.session.execute(ROWS, values).mappings()]


def units_of_year(scope: ReaderScope, programme_id: int) -> list[UnitYear]:
    """The own units, those with elements that one's department owns, or all."""
    values = {
        "programme_id": programme_id, "all": scope.sees_all,
        "owners": sorted(scope.department_ids), "regions": sorted(scope.region_ids),
    }  # fmt: skip
    return [UnitYear(*row) for row in db.session.execute(UNITS, values)]
