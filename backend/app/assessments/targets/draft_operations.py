"""The decomposition of a draft: targets of every unit, written anew or taken out."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import text

from backend.app.access import Actor
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes.operations import open_draft
from backend.app.assessments.states import ElementScope
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.assessments.targets.drafts import Key, TargetDraft
from backend.app.core.audit import record
from backend.app.core.db import copy_rows, db

REMOVE = text(
    """
    WITH gone AS (
        SELECT t.id FROM target t
        JOIN unnest(CAST(:elements AS bigint[]), CAST(:units AS bigint[])) AS key (element, unit)
            ON key.element = t.element_id AND key.unit = t.unit_id
        WHERE t.programme_id = :id
    ), plans AS (
        DELETE FROM target_plan WHERE target_id IN (SELECT id FROM gone)
    ), steps AS (
        DELETE FROM target_milestone WHERE target_id IN (SELECT id FROM gone)
    )
    DELETE FROM target WHERE id IN (SELECT id FROM gone)
    """
)
SPREAD = text(
    """
    INSERT INTO target
        (county_id, programme_id, element_id, unit_id, task, points, starts_on, due_on, rhythm)
    SELECT e.county_id, e.programme_id, e.id, u.id, e.name, e.points,
           make_date(:year, 1, 1), make_date(:year, 12, 31), 'quarter'
    FROM programme_element e
    JOIN assessed_unit u ON u.programme_id = e.programme_id
    LEFT JOIN assessed_subject a ON a.id = u.subject_id
    WHERE e.programme_id = :id AND e.parent_id IS NOT NULL AND e.scope <> :unit_scope
      AND (e.scope = :common OR e.group_id = u.group_id OR e.industry = NULLIF(a.industry, ''))
    ON CONFLICT (element_id, unit_id) DO NOTHING
    """
)
COLUMNS = (
    "county_id", "programme_id", "element_id", "unit_id", "task", "value", "points", "starts_on",
    "due_on", "baseline", "rhythm", "is_key", "duty_leader", "section", "contact", "note",
)  # fmt: skip
KEYS = text("SELECT id, element_id, unit_id FROM target WHERE programme_id = :id")


def spread_common(actor: Actor, programme_id: int) -> int:
    """Every unit gets the elements of all, its group and industry; returns how many were new."""
    programme = open_draft(actor, programme_id)
    values = {
        "id": programme.id, "year": programme.year, "unit_scope": ElementScope.UNIT.value,
        "common": ElementScope.COMMON.value,
    }  # fmt: skip
    added: int = db.session.execute(SPREAD, values).rowcount  # type: ignore[attr-defined]
    record("save_targets", actor.person_id, "programme", programme.id, new=added)
    return added


def save_targets(actor: Actor, programme_id: int, drafts: Collection[TargetDraft]) -> int:
    """Those that differ are written anew; returns how many."""
    programme = open_draft(actor, programme_id)
    before = stored_drafts(programme.id)
    changed = [draft for draft in drafts if before.get(draft.key) != draft]
    replace_targets(programme, changed)
    record("save_targets", actor.person_id, "programme", programme.id, changed=len(changed))
    return len(changed)


def remove_targets(actor: Actor, programme_id: int, keys: Collection[Key]) -> None:
    programme = open_draft(actor, programme_id)
    take_out(programme, keys)
    record("save_targets", actor.person_id, "programme", programme.id, gone=len(keys))


def take_out(programme: Programme, keys: Iterable[Key]) -> None:
    """With plans and milestones; the caller holds the draft."""
    listed = list(keys)
    values = {
        "id": programme.id, "elements": [element for element, _ in listed],
        "units": [unit for _, unit in listed],
    }  # fmt: skip
    db.session.execute(REMOVE, values)


def replace_targets(programme: Programme, drafts: Collection[TargetDraft]) -> None:
    """Thousands in three streams; the caller holds the draft."""
    take_out(programme, [draft.key for draft in drafts])
    copy_rows("target", COLUMNS, (_row(programme, draft) for draft in drafts))
    stored = db.session.execute(KEYS, {"id": programme.id})
    ids = {(row.element_id, row.unit_id): row.id for row in stored}
    copy_rows(
        "target_plan", ("target_id", "edition", "month", "county_id", "value"),
        (
            (ids[draft.key], 1, date(programme.year, month, 1), programme.county_id, value)
            for draft in drafts
            for month, value in draft.plan
        ),
    )  # fmt: skip
    copy_rows(
        "target_milestone", ("county_id", "target_id", "position", "words", "due_on", "weight"),
        (
            (programme.county_id, ids[draft.key], place, step.words, step.due_on, step.weight)
            for draft in drafts
            for place, step in enumerate(draft.milestones, 1)
        ),
    )  # fmt: skip


def _row(programme: Programme, draft: TargetDraft) -> tuple[Any, ...]:
    return (
        programme.county_id, programme.id, draft.element_id, draft.unit_id, draft.task,
        draft.value, draft.points, draft.starts_on, draft.due_on, draft.baseline, draft.rhythm,
        draft.is_key, draft.duty_leader, draft.section, draft.contact, draft.note,
    )  # fmt: skip
