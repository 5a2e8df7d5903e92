"""Targets as the SMART check looks at them, beside what last year's programme reached."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from backend.app.assessments.models import Programme, ProgrammeElement
from backend.app.assessments.states import OPEN_DRAFT
from backend.app.assessments.targets.drafts import Key, TargetDraft
from backend.app.core.db import fetch_rows
from backend.app.core.states import none_of
from backend.app.scoring.assessing.progress import ProgressKind
from backend.app.scoring.assessing.rules import RuleCode
from backend.app.scoring.assessing.smart import SmartFault, SmartTarget, anchors_in, smart_faults

LAST_VALUES = f"""
    SELECT e.id, u.id AS unit_id, (
        SELECT s.value FROM target_standing s
        WHERE s.target_id = t.id AND s.value IS NOT NULL ORDER BY s.period DESC LIMIT 1
    ) AS value
    FROM (
        SELECT id FROM programme
        WHERE county_id = :county_id AND code = :code AND year = :year - 1
          AND {none_of("state", OPEN_DRAFT)}
        ORDER BY version DESC LIMIT 1
    ) last
    JOIN target t ON t.programme_id = last.id
    JOIN programme_element le ON le.id = t.element_id
    JOIN assessed_unit lu ON lu.id = t.unit_id
    JOIN programme_element e ON e.programme_id = :id AND e.code = le.code
    JOIN assessed_unit u ON u.programme_id = :id AND
        (u.region_id = lu.region_id OR u.department_id = lu.department_id
         OR u.subject_id = lu.subject_id)
"""


class LastValue(NamedTuple):
    """What an element of a unit reached in the year before."""

    element_id: int
    unit_id: int
    value: Decimal | None


def last_values(programme: Programme) -> dict[Key, Decimal | None]:
    """By element and unit, from the year before of the same programme."""
    values = {
        "id": programme.id, "county_id": programme.county_id, "code": programme.code,
        "year": programme.year,
    }  # fmt: skip
    rows = (LastValue(*row) for row in fetch_rows(LAST_VALUES, values))
    return {(row.element_id, row.unit_id): row.value for row in rows}


def _goal(draft: TargetDraft, element: ProgrammeElement) -> Decimal | None:
    """Of the target, else of its rule; of cases on a negative list there should be none."""
    rule = element.rule or {}
    if draft.value is not None:
        return draft.value
    if element.kind == ProgressKind.NEGATIVE:
        return Decimal(0)
    goal = rule.get("target", rule.get("from"))
    return None if goal is None else Decimal(goal)


def smart_targets(
    programme: Programme, drafts: Iterable[TargetDraft], elements: Mapping[int, ProgrammeElement]
) -> dict[Key, SmartTarget]:
    """These targets by element and unit."""
    last = last_values(programme)
    return {
        draft.key: _smart_target(draft, elements[draft.element_id], last.get(draft.key))
        for draft in drafts
    }


def smart_advice(
    programme: Programme, drafts: Iterable[TargetDraft], elements: Mapping[int, ProgrammeElement]
) -> dict[Key, list[SmartFault]]:
    """What each of these targets misses; those that miss nothing are left out."""
    targets = smart_targets(programme, drafts, elements)
    return {key: faults for key, target in targets.items() if (faults := smart_faults(target))}


def _smart_target(
    draft: TargetDraft, element: ProgrammeElement, last_value: Decimal | None
) -> SmartTarget:
    """Without a year before, the baseline is what it is held against."""
    rule = element.rule or {}
    is_judged = rule.get("rule") == RuleCode.JUDGED
    return SmartTarget(
        name=element.name, task=draft.task, value=_goal(draft, element),
        measured_in=element.measured_in, levels=int(rule.get("levels", 5)) if is_judged else 0,
        anchors=len(element.anchors) or anchors_in(element.criteria), steps=len(draft.milestones),
        last_value=draft.baseline or None if last_value is None else last_value,
        lower_is_better=element.direction == "down", reason=draft.note,
        has_owner=element.owner_department_id is not None, basis=element.basis,
        starts_on=draft.starts_on, due_on=draft.due_on,
    )  # fmt: skip
