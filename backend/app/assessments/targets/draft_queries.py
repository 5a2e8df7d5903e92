"""The targets of a programme as drafts: for the grid, the workbook and what an import changes."""

from collections import defaultdict
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from backend.app.assessments.targets.drafts import Key, MilestoneDraft, TargetDraft
from backend.app.core.db import fetch_rows

FIELDS = frozenset(field.name for field in fields(TargetDraft))
DRAFTS = """
    SELECT t.id, t.element_id, t.unit_id, t.task, t.value, t.points, t.starts_on, t.due_on,
           t.baseline, t.rhythm, t.is_key, t.duty_leader, t.section, t.contact, t.note,
           p.months, p.planned
    FROM target t
    LEFT JOIN (
        SELECT target_id, edition, array_agg(month ORDER BY month) AS months,
               array_agg(value ORDER BY month) AS planned
        FROM target_plan
        WHERE target_id IN (SELECT id FROM target WHERE programme_id = :id)
        GROUP BY target_id, edition
    ) p ON p.target_id = t.id AND p.edition = t.edition
    WHERE t.programme_id = :id AND (:unit_id = 0 OR t.unit_id = :unit_id)
    ORDER BY t.id
"""
MILESTONES = """
    SELECT m.target_id, m.words, m.due_on, m.weight
    FROM target_milestone m JOIN target t ON t.id = m.target_id
    WHERE t.programme_id = :id AND (:unit_id = 0 OR t.unit_id = :unit_id)
    ORDER BY m.target_id, m.position
"""


class DraftRow(NamedTuple):
    """A stored target with its plan."""

    id: int
    element_id: int
    unit_id: int
    task: str
    value: Decimal | None
    points: Decimal
    starts_on: date
    due_on: date
    baseline: Decimal
    rhythm: str
    is_key: bool
    duty_leader: str
    section: str
    contact: str
    note: str
    months: list[date] | None
    planned: list[Decimal] | None


def stored_drafts(programme_id: int, unit_id: int = 0) -> dict[Key, TargetDraft]:
    """By element and unit, of one unit or of all."""
    values: dict[str, Any] = {"id": programme_id, "unit_id": unit_id}
    steps: dict[int, list[MilestoneDraft]] = defaultdict(list)
    for target_id, words, due_on, weight in fetch_rows(MILESTONES, values):
        steps[target_id].append(MilestoneDraft(words, due_on, weight))
    rows = [DraftRow(*row) for row in fetch_rows(DRAFTS, values)]
    return {(row.element_id, row.unit_id): _draft(row, steps[row.id]) for row in rows}


def _draft(row: DraftRow, steps: list[MilestoneDraft]) -> TargetDraft:
    plan = zip(row.months or (), row.planned or (), strict=True)
    values = {name: value for name, value in row._asdict().items() if name in FIELDS}
    return TargetDraft(
        **values, plan=tuple((month.month, value) for month, value in plan),
        milestones=tuple(steps),
    )  # fmt: skip
