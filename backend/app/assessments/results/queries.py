"""Reads of results: until when they count, what stands, and what has to be computed anew."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, text

from backend.app.assessments.models import Programme, ProgrammeWindow
from backend.app.assessments.programmes.queries import list_units
from backend.app.assessments.reports.asked_sql import JOIN_NAME, UNIT_NAME
from backend.app.assessments.results.result_data import result_values
from backend.app.assessments.results.year_facts import year_facts
from backend.app.assessments.results.year_scores import score_year
from backend.app.assessments.states import ProgrammeState
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.states import one_of

OPEN = frozenset({ProgrammeState.RUNNING, ProgrammeState.CLOSING})
SHOWN = text(
    f"""
    SELECT r.unit_id, {UNIT_NAME} AS unit, u.region_id, u.department_id, u.group_id,
           g.name AS group_name, r.until, r.total, r.task, r.social, r.rank, r.band, r.calibrated,
           r.error, r.parts, r.losses, r.moved, r.computed_at
    FROM unit_result r
    JOIN assessed_unit u ON u.id = r.unit_id
    JOIN programme_group g ON g.id = u.group_id
    {JOIN_NAME}
    WHERE r.programme_id = :programme_id
    ORDER BY g.position, g.id, r.rank NULLS LAST, unit, r.unit_id
    """
)
STALE = text(
    f"""
    SELECT p.id FROM programme p
    WHERE {one_of("p.state", OPEN)} AND EXISTS (
        SELECT FROM programme_window w
        WHERE w.programme_id = p.id AND w.evaluated_at > COALESCE(
            (SELECT min(r.computed_at) FROM unit_result r WHERE r.programme_id = p.id),
            '-infinity'))
    ORDER BY p.id
    """
)


@dataclass(frozen=True)
class ShownResult:
    """A unit's stored total as a page shows it."""

    unit_id: int
    unit: str
    region_id: int | None
    department_id: int | None
    group_id: int
    group_name: str
    until: date
    total: Decimal | None
    task: Decimal | None
    social: Decimal | None
    rank: int | None
    band: int | None
    calibrated: float | None
    error: float
    parts: Sequence[dict[str, Any]]
    losses: Sequence[dict[str, Any]]
    moved: Sequence[dict[str, Any]]
    computed_at: datetime

    @property
    def moved_points(self) -> Decimal:
        return sum((Decimal(line["points"]) for line in self.moved), Decimal(0))

    @property
    def lost(self) -> Decimal:
        return sum((Decimal(line["points"]) for line in self.losses), Decimal(0))

    @property
    def costs(self) -> list[dict[str, Any]]:
        """What cost anything, the most first."""
        lost = [line for line in self.losses if Decimal(line["points"])]
        return sorted(lost, key=lambda line: (-Decimal(line["points"]), line["code"]))


def until_of(programme: Programme) -> date:
    """The month evaluated last; of a year that is closing its last one, before any this one."""
    last = date(programme.year, 12, 1)
    if programme.state != ProgrammeState.RUNNING:
        return last
    evaluated = db.session.scalar(
        select(func.max(ProgrammeWindow.period)).where(
            ProgrammeWindow.programme_id == programme.id,
            ProgrammeWindow.evaluated_at.is_not(None),
        )
    )
    return min(evaluated or clock.today().replace(day=1), last)


def shown_results(programme_id: int) -> list[ShownResult]:
    """By group, the highest total first."""
    rows = db.session.execute(SHOWN, {"programme_id": programme_id}).mappings()
    return [ShownResult(**row) for row in rows]


def results_to_date(programme_id: int, until: date) -> list[ShownResult]:
    """季讲评: the same computation as far as a month, by group; stores nothing."""
    members = list_units(programme_id)
    units = {unit.id: unit for unit in members}
    order = {unit_id: place for place, unit_id in enumerate(units)}
    at = clock.now()
    rows = [
        ShownResult(
            unit_id=row.unit_id, unit=row.name, region_id=units[row.unit_id].region_id,
            department_id=units[row.unit_id].department_id, group_id=row.group_id,
            group_name=row.group_name, until=until, computed_at=at, **result_values(row),
        )
        for row in score_year(year_facts(programme_id, until, members))
    ]  # fmt: skip
    groups = list(dict.fromkeys(unit.group_id for unit in units.values()))
    return sorted(
        rows,
        key=lambda row: (groups.index(row.group_id), row.rank or len(rows), order[row.unit_id]),
    )


def open_programmes() -> list[int]:
    """Whose year is not locked yet."""
    query = select(Programme.id).where(Programme.state.in_(OPEN))
    return list(db.session.scalars(query.order_by(Programme.id)))


def stale_programmes() -> list[int]:
    """With a month that was evaluated after their results."""
    return [row.id for row in db.session.execute(STALE)]
