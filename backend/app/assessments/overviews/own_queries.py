"""What somebody assessed reads of themselves: programmes, targets with their values, reports."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text

from backend.app.assessments.evaluation.queries import GOAL
from backend.app.assessments.measures.sources import MeasureSource
from backend.app.assessments.measures.standing_sql import (
    OF_TARGET,
    VALUE_OF_FACT,
    standing_fact,
)
from backend.app.assessments.states import OPEN_DRAFT, ProgrammeState, SubjectKind
from backend.app.core.db import fetch_named
from backend.app.core.states import none_of
from backend.app.scoring.assessing.progress import ProgressKind

UNITS = text(
    f"""
    SELECT u.id, u.programme_id, u.county_id, u.subject_id, s.name, g.name AS group_name,
           p.title AS programme, p.year, p.state, s.kind = '{SubjectKind.PERSON}' AS is_person
    FROM assessed_unit u
    JOIN assessed_subject s ON s.id = u.subject_id
    JOIN programme p ON p.id = u.programme_id
    JOIN programme_group g ON g.id = u.group_id
    WHERE u.subject_id = ANY(:subject_ids)
      AND {none_of("p.state", OPEN_DRAFT | {ProgrammeState.STOPPED})}
    ORDER BY p.year DESC, p.id DESC, s.name, u.id
    """
)
TARGETS = text(
    f"""
    SELECT t.id, e.code, e.name, t.task, e.criteria, e.anchors, e.is_example, e.kind,
           {GOAL} AS goal, e.measured_in, t.points, t.due_on, {VALUE_OF_FACT} AS measured,
           f.period AS measured_in_month, f.source, f.origin, f.reason, f.case_words,
           r.value AS reported, r.period AS reported_in_month, r.words, r.state AS report_state
    FROM target t
    JOIN programme_element e ON e.id = t.element_id
    LEFT JOIN LATERAL ({standing_fact(OF_TARGET, "true")}) f ON true
    LEFT JOIN LATERAL (
        SELECT value, period, words, state FROM target_report
        WHERE target_id = t.id ORDER BY period DESC LIMIT 1) r ON true
    WHERE t.unit_id = :unit_id ORDER BY e.position, e.code, t.id
    """
)


class OwnUnit(NamedTuple):
    """One programme in which the reader's subject is assessed."""

    id: int
    programme_id: int
    county_id: int
    subject_id: int
    name: str
    group_name: str
    programme: str
    year: int
    state: str
    is_person: bool


class SubjectTarget(NamedTuple):
    """A target with the newest value that is known of it, and the newest report."""

    id: int
    code: str
    name: str
    task: str
    criteria: str
    anchors: Sequence[str]
    is_example: bool
    kind: str
    goal: Decimal | None
    measured_in: str
    points: Decimal
    due_on: date
    measured: Decimal | None
    measured_in_month: date | None
    source: str | None
    origin: str | None
    reason: str | None
    case_words: str | None
    reported: Decimal | None
    reported_in_month: date | None
    words: str | None
    report_state: str | None

    @property
    def said_by(self) -> str:
        """Who the value is from."""
        return MeasureSource.of(self.source).words if self.source else ""

    def is_kept_until_talk(self, is_person: bool, shown_until: date | None) -> bool:
        """A judgement of a person is a result: it is talked about before it is read."""
        if not is_person or self.kind != ProgressKind.JUDGED or self.measured_in_month is None:
            return False
        return shown_until is None or self.measured_in_month > shown_until


def own_units(subject_ids: Collection[int]) -> list[OwnUnit]:
    """The newest programme first."""
    values: dict[str, Any] = {"subject_ids": list(subject_ids)}
    return fetch_named(OwnUnit, UNITS, values)


def own_targets(unit_id: int) -> list[SubjectTarget]:
    return fetch_named(SubjectTarget, TARGETS, {"unit_id": unit_id})
