"""Reads for those who fill in: their units, and one row a target."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select, text

from backend.app.assessments.measures.sources import MeasureSource
from backend.app.assessments.measures.standing_sql import (
    OF_TARGET,
    VALUE_OF_FACT,
    standing_fact,
)
from backend.app.assessments.models import (
    AssessedUnit,
    Evidence,
    EvidenceUse,
    ProgrammeElement,
    Target,
    TargetMilestone,
    TargetReport,
)
from backend.app.assessments.reports.asked_sql import (
    FROM_WINDOW,
    IS_ASKED,
    IS_QUIET,
    JOIN_NAME,
    NOT_SENT,
    UNIT_NAME,
)
from backend.app.assessments.reports.errors import NotYourUnit, ReportUnknown
from backend.app.assessments.scopes import ReaderScope
from backend.app.assessments.states import (
    IN_FORCE,
    UNDER_WAY,
    ReportState,
    ReviewDecision,
    TargetState,
)
from backend.app.core.db import db
from backend.app.core.states import one_of
from backend.app.scoring.assessing.plans import REPORT, SOURCE_NAMES

FILL = text(
    f"""
    SELECT t.id AS target_id, t.county_id, e.code, e.name, t.task, e.measured_in, e.kind, e.source,
           t.value AS goal, t.baseline, e.needs_evidence, t.due_on, {IS_ASKED} AS is_asked,
           COALESCE({IS_QUIET}, false) AS is_quiet,
           e.owner_department_id IS NOT NULL
             AND e.owner_department_id IS DISTINCT FROM u.department_id AS has_owner,
           (SELECT p.value FROM target_plan p
            WHERE p.target_id = t.id AND p.edition = t.edition AND p.month <= w.period
            ORDER BY p.month DESC LIMIT 1) AS planned,
           past.value AS last_value, past.period AS last_period,
           r.id AS report_id, r.state, r.version, r.value, r.words, r.difficulty, r.next_step,
           r.correction, COALESCE(r.is_stopped, past.is_stopped, false) AS is_stopped,
           COALESCE(r.no_change, false) AS no_change, COALESCE(r.is_late, false) AS is_late,
           COALESCE(r.milestone_ids, '{{}}') AS milestone_ids, r.returned_until,
           v.reason AS returned_reason, {VALUE_OF_FACT} AS measured, f.points AS scored,
           f.source AS measured_by, f.origin AS measured_from, f.period AS measured_period,
           (SELECT count(*) FROM evidence_use f WHERE f.report_id = r.id) AS files
    {FROM_WINDOW}
    LEFT JOIN target_report r ON r.target_id = t.id AND r.period = w.period
    LEFT JOIN LATERAL (
        SELECT value, period, is_stopped FROM target_report
        WHERE target_id = t.id AND period < w.period AND state = '{ReportState.ACCEPTED}'
          AND value IS NOT NULL
        ORDER BY period DESC LIMIT 1) past ON true
    LEFT JOIN LATERAL (
        SELECT reason FROM report_review
        WHERE report_id = r.id AND decision <> '{ReviewDecision.PASSED}'
        ORDER BY id DESC LIMIT 1) v ON true
    LEFT JOIN LATERAL ({standing_fact(OF_TARGET, "period <= w.period")}) f ON true
    WHERE w.id = :window_id AND t.unit_id = :unit_id
      AND {one_of("t.state", IN_FORCE | {TargetState.FINISHED})}
    ORDER BY e.code, t.id
    """
)
UNIT_ROWS = f"""
    SELECT u.id, u.programme_id, u.county_id, u.region_id, u.department_id,
           {UNIT_NAME} AS name, p.title AS programme, p.year, g.name AS group_name
    FROM assessed_unit u
    JOIN programme p ON p.id = u.programme_id
    JOIN programme_group g ON g.id = u.group_id
    {JOIN_NAME}
"""
UNIT = text(f"{UNIT_ROWS} WHERE u.id = :id")
OWN_UNITS = text(
    f"{UNIT_ROWS} WHERE u.county_id = :county_id AND {one_of('p.state', UNDER_WAY)}"
    " AND (u.region_id = ANY(:regions) OR u.department_id = ANY(:departments)) ORDER BY u.id"
)
TO_SEND = text(
    f"""
    SELECT t.unit_id, w.period, w.closes_at, count(*) AS targets {FROM_WINDOW}
    LEFT JOIN target_report r ON r.target_id = t.id AND r.period = w.period
    WHERE u.id = ANY(:ids) AND w.evaluated_at IS NULL AND {IS_ASKED}
      AND (r.id IS NULL OR {one_of("r.state", NOT_SENT)}) AND NOT COALESCE({IS_QUIET}, false)
    GROUP BY t.unit_id, w.period, w.closes_at ORDER BY w.period, t.unit_id
    """
)


class UnitRow(NamedTuple):
    """An assessed unit by its name, with its programme."""

    id: int
    programme_id: int
    county_id: int
    region_id: int | None
    department_id: int | None
    name: str
    programme: str
    year: int
    group_name: str


class UnsentRow(NamedTuple):
    """What one unit has still to send in one period."""

    unit_id: int
    period: date
    closes_at: datetime
    targets: int


@dataclass
class FillRow:
    """One target in one period: what is asked, what was said last, what is typed so far."""

    target_id: int
    county_id: int
    code: str
    name: str
    task: str
    measured_in: str
    kind: str
    source: str
    goal: Decimal | None
    baseline: Decimal
    needs_evidence: bool
    due_on: date
    is_asked: bool
    is_quiet: bool
    has_owner: bool
    planned: Decimal | None
    last_value: Decimal | None
    last_period: date | None
    report_id: int | None
    state: str | None
    version: int | None
    value: Decimal | None
    words: str | None
    difficulty: str | None
    next_step: str | None
    correction: str | None
    is_stopped: bool
    no_change: bool
    is_late: bool
    milestone_ids: Sequence[int]
    returned_until: datetime | None
    returned_reason: str | None
    measured: Decimal | None
    scored: Decimal | None
    measured_by: str | None
    measured_from: str | None
    measured_period: date | None
    files: int
    milestones: list[TargetMilestone] = field(default_factory=list)

    @property
    def source_words(self) -> str:
        """Which better source the value comes from; nothing where the unit knows it."""
        if self.measured_by:
            return f"{MeasureSource.of(self.measured_by).words}：{self.measured_from}"
        kind = f"{self.source.partition(':')[0]}:"
        return "" if kind == REPORT else SOURCE_NAMES.get(kind, "")

    @property
    def is_sent(self) -> bool:
        return self.state is not None and self.state not in NOT_SENT


def fill_rows(unit_id: int, window_id: int) -> list[FillRow]:
    """Every target in force of a unit, by the code of its element."""
    values = {"unit_id": unit_id, "window_id": window_id}
    rows = [FillRow(**row) for row in db.session.execute(FILL, values).mappings()]
    milestones = milestones_of([row.target_id for row in rows])
    for row in rows:
        row.milestones = milestones.get(row.target_id, [])
    return rows


def milestones_of(target_ids: Collection[int]) -> dict[int, list[TargetMilestone]]:
    query = select(TargetMilestone).where(TargetMilestone.target_id.in_(target_ids))
    by_target: dict[int, list[TargetMilestone]] = {}
    for milestone in db.session.scalars(query.order_by(TargetMilestone.position)):
        by_target.setdefault(milestone.target_id, []).append(milestone)
    return by_target


def get_unit(unit_id: int) -> UnitRow:
    """Raises NotYourUnit for one that is not there."""
    row = db.session.execute(UNIT, {"id": unit_id}).one_or_none()
    if row is None:
        raise NotYourUnit
    return UnitRow(*row)


def own_units(scope: ReaderScope) -> list[UnitRow]:
    """The units of running programmes that somebody fills in for."""
    values = {
        "county_id": scope.county_id, "regions": sorted(scope.region_ids),
        "departments": sorted(scope.department_ids),
    }  # fmt: skip
    return [UnitRow(*row) for row in db.session.execute(OWN_UNITS, values)]


def unsent_of(unit_ids: Collection[int]) -> list[UnsentRow]:
    """What these units have still to send, the oldest period first."""
    return [UnsentRow(*row) for row in db.session.execute(TO_SEND, {"ids": list(unit_ids)})]


def files_of(report_ids: Collection[int]) -> dict[int, list[Evidence]]:
    """The files of reports, each in the order in which they were attached."""
    query = (
        select(EvidenceUse.report_id, Evidence)
        .join(Evidence, Evidence.id == EvidenceUse.evidence_id)
        .where(EvidenceUse.report_id.in_(report_ids))
        .order_by(EvidenceUse.id)
    )
    files: dict[int, list[Evidence]] = {}
    for row in db.session.execute(query):
        files.setdefault(row.report_id, []).append(row.Evidence)
    return files


def list_evidence(unit_id: int) -> list[Evidence]:
    """Everything a unit has sent, the newest first: it may serve again.

    What checkers brought is not the unit's to use, nor announced by being listed.
    """
    uses = select(EvidenceUse.id).where(EvidenceUse.evidence_id == Evidence.id)
    brought = uses.where(EvidenceUse.check_id.is_not(None)).exists()
    sent = uses.where(EvidenceUse.check_id.is_(None)).exists()
    query = select(Evidence).where(Evidence.unit_id == unit_id, ~brought | sent)
    return list(db.session.scalars(query.order_by(Evidence.id.desc())))


def readable_evidence(scope: ReaderScope, evidence_id: int) -> Evidence:
    """A file of the own unit, or of a report that one's department owns; raises ReportUnknown."""
    row = db.session.execute(
        select(Evidence, AssessedUnit)
        .join(AssessedUnit, AssessedUnit.id == Evidence.unit_id)
        .where(Evidence.id == evidence_id, Evidence.county_id == scope.county_id)
    ).one_or_none()
    if row is None:
        raise ReportUnknown("没有找到这份材料")
    unit = row.AssessedUnit
    if scope.sees_all or scope.covers(unit.region_id, unit.department_id):
        return row.Evidence
    owned = (
        select(EvidenceUse.id)
        .join(TargetReport, TargetReport.id == EvidenceUse.report_id)
        .join(Target, Target.id == TargetReport.target_id)
        .join(ProgrammeElement, ProgrammeElement.id == Target.element_id)
        .where(
            EvidenceUse.evidence_id == evidence_id,
            ProgrammeElement.owner_department_id.in_(scope.department_ids),
        )
    )
    if db.session.scalar(owned.limit(1)) is None:
        raise ReportUnknown("没有找到这份材料")
    return row.Evidence
