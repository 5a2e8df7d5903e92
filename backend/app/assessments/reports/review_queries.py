"""Reads for reviewers: what waits for them, with the last value and what is unusual."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from statistics import median
from typing import Any

from sqlalchemy import select, text

from backend.app.access import Actor, Permission, may
from backend.app.assessments.models import ReportReview, TargetMilestone
from backend.app.assessments.reports.asked_sql import JOIN_NAME, NOT_SENT, UNIT_NAME
from backend.app.assessments.reports.queries import milestones_of
from backend.app.assessments.scopes import ReaderScope, scope_of
from backend.app.assessments.states import ProgrammeState, ReportState, ReviewStep
from backend.app.core.db import db
from backend.app.core.states import none_of
from backend.app.scoring.assessing.progress import ProgressKind

USUAL_STEPS = 3
FROM_REPORTS = f"""
    FROM target_report r
    JOIN target t ON t.id = r.target_id
    JOIN programme p ON p.id = t.programme_id AND p.state = '{ProgrammeState.RUNNING}'
    JOIN programme_element e ON e.id = t.element_id
    JOIN assessed_unit u ON u.id = t.unit_id
"""
# Nobody sees his own unit's among what he reviews.
IN_REACH = """
    r.county_id = :county_id
    AND NOT (COALESCE(u.region_id = ANY(:regions), false)
             OR COALESCE(u.department_id = ANY(:departments), false))
    AND (:is_office OR e.owner_department_id = ANY(:departments)
                       AND e.owner_department_id IS DISTINCT FROM u.department_id)
"""
ROWS = text(
    f"""
    SELECT r.id, r.target_id, r.state, r.version, r.value, r.words, r.difficulty, r.next_step,
           r.correction, r.is_stopped, r.no_change, r.is_late, r.owner_late, r.milestone_ids,
           r.submitted_at, e.code, e.name, e.kind, e.measured_in, t.task, t.value AS goal,
           t.baseline, {UNIT_NAME} AS unit, u.id AS unit_id, p.title AS programme,
           (e.owner_department_id = ANY(:departments)) IS TRUE AS is_owner,
           (SELECT pl.value FROM target_plan pl
            WHERE pl.target_id = t.id AND pl.edition = t.edition AND pl.month <= r.period
            ORDER BY pl.month DESC LIMIT 1) AS planned,
           (SELECT array_agg(past.value ORDER BY past.period) FROM target_report past
            WHERE past.target_id = t.id AND past.period < r.period
              AND past.state = '{ReportState.ACCEPTED}' AND past.value IS NOT NULL) AS history
    {FROM_REPORTS} {JOIN_NAME}
    WHERE r.period = :period AND {none_of("r.state", NOT_SENT)} AND {IN_REACH}
    ORDER BY e.code, unit, r.id
    """
)
WAITING = text(
    f"""
    SELECT r.period, count(*) AS reports {FROM_REPORTS}
    WHERE {IN_REACH} AND (
        r.state = '{ReportState.OWNER_PASSED}' AND :is_office
        OR r.state = '{ReportState.SUBMITTED}' AND e.owner_department_id = ANY(:departments))
    GROUP BY r.period ORDER BY r.period
    """
)


@dataclass
class ReviewRow:
    """One report as its reviewer sees it."""

    id: int
    target_id: int
    state: str
    version: int
    value: Decimal | None
    words: str
    difficulty: str
    next_step: str
    correction: str
    is_stopped: bool
    no_change: bool
    is_late: bool
    owner_late: bool
    milestone_ids: Sequence[int]
    submitted_at: datetime
    code: str
    name: str
    kind: str
    measured_in: str
    task: str
    goal: Decimal | None
    baseline: Decimal
    unit: str
    unit_id: int
    programme: str
    is_owner: bool
    planned: Decimal | None
    history: Sequence[Decimal] | None
    milestones: list[TargetMilestone] = field(default_factory=list)

    @property
    def last_value(self) -> Decimal | None:
        return self.history[-1] if self.history else None

    @property
    def is_jump(self) -> bool:
        return is_jump(self.value, self.history or ())

    @property
    def is_marked(self) -> bool:
        """Looked at by itself: passing all leaves it out."""
        fell = self.kind == ProgressKind.CUMULATIVE and bool(self.correction)
        return self.is_jump or fell or self.is_stopped


def is_jump(value: Decimal | None, history: Sequence[Decimal]) -> bool:
    """More than three times the usual step: the median of what it moved before."""
    steps = [abs(after - before) for before, after in pairwise(history)]
    if value is None or not steps:
        return False
    return abs(value - history[-1]) > USUAL_STEPS * median(steps)


def _reach(actor: Actor, scope: ReaderScope) -> dict[str, Any]:
    return {
        "county_id": scope.county_id, "regions": sorted(scope.region_ids),
        "departments": sorted(scope.department_ids),
        "is_office": may(actor, Permission.SUPERVISE_TARGETS, (scope.county_id,)),
    }  # fmt: skip


def review_rows(actor: Actor, period: date) -> list[ReviewRow]:
    """Everything that was sent for a period and that this person has to do with."""
    values = {**_reach(actor, scope_of(actor)), "period": period}
    rows = [ReviewRow(**row) for row in db.session.execute(ROWS, values).mappings()]
    milestones = milestones_of({row.target_id for row in rows if row.milestone_ids})
    for row in rows:
        row.milestones = milestones.get(row.target_id, [])
    return rows


def step_of(row: ReviewRow, is_office: bool) -> ReviewStep | None:
    """At which step this reader may decide now."""
    if row.state == ReportState.SUBMITTED and row.is_owner:
        return ReviewStep.OWNER
    return ReviewStep.OFFICE if row.state == ReportState.OWNER_PASSED and is_office else None


def waiting_reviews(actor: Actor, scope: ReaderScope) -> dict[date, int]:
    """How many reports wait for this person, by period."""
    rows = db.session.execute(WAITING, _reach(actor, scope))
    return {row.period: row.reports for row in rows}


def reviews_of(report_ids: Collection[int]) -> dict[int, list[ReportReview]]:
    """What reviewers said, oldest first."""
    query = select(ReportReview).where(ReportReview.report_id.in_(report_ids))
    by_report: dict[int, list[ReportReview]] = {}
    for review in db.session.scalars(query.order_by(ReportReview.id)):
        by_report.setdefault(review.report_id, []).append(review)
    return by_report
