"""The 分解表 goes out: the lines of a programme, ready to be changed and handed back."""

import io
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from backend.app.assessments.models import Programme, ProgrammeElement
from backend.app.assessments.programmes.queries import MemberUnit, list_elements, list_units
from backend.app.assessments.programmes.rule_words import rule_words
from backend.app.assessments.programmes.source_words import source_words
from backend.app.assessments.states import Duty, ElementScope, Rhythm
from backend.app.assessments.targets import sheet_columns as columns
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.assessments.targets.drafts import TargetDraft
from backend.app.core.files.workbooks import Column, Sheet, write_book
from backend.app.places.queries import list_departments
from backend.app.scoring.assessing.progress import PROGRESS_NAMES, ProgressKind

DIRECTIONS = {"up": "越高越好", "down": "越低越好"}
WIDE = {columns.TASK: 30, columns.CRITERIA: 36, columns.UNIT: 18, columns.NAME: 18}


def decomposition_book(programme: Programme) -> bytes:
    """A line a target in the order of units and elements, and a sheet of milestones."""
    units = {unit.id: unit for unit in list_units(programme.id)}
    elements = list_elements(programme.id)
    dimensions = {one.id: one.name for one in elements if one.parent_id is None}
    indicators = {one.id: one for one in elements if one.parent_id is not None}
    owners = {one.id: one.name for one in list_departments(programme.county_id)}
    order = {unit: place for place, unit in enumerate(units)}
    drafts = sorted(
        stored_drafts(programme.id).values(),
        key=lambda one: (order[one.unit_id], indicators[one.element_id].position),
    )
    rows = [
        (number, *_row(draft, units[draft.unit_id], indicators[draft.element_id], dimensions,
                       owners))
        for number, draft in enumerate(drafts, 1)
    ]  # fmt: skip
    steps = [
        (indicators[draft.element_id].code, units[draft.unit_id].name, step.words,
         f"{step.due_on}", plain(step.weight))
        for draft in drafts
        for step in draft.milestones
    ]  # fmt: skip
    written = io.BytesIO()
    sheets = [_sheet(columns.SHEET, columns.COLUMNS, rows)]
    if steps:
        sheets.append(_sheet(columns.STEPS_SHEET, columns.STEP_COLUMNS, steps))
    write_book(written, programme.title, sheets, lambda _: None)
    return written.getvalue()


def _sheet(name: str, headings: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Sheet:
    listed = [Column(heading, WIDE.get(heading, 12), codes=True) for heading in headings]
    return Sheet(name, listed, rows, 3 if name == columns.SHEET else 0, nothing="")


def plain(value: Decimal | None) -> str:
    """A figure without needless zeros; nothing for none."""
    if value is None:
        return ""
    words = f"{value:f}"
    return words.rstrip("0").rstrip(".") if "." in words else words


def _row(
    draft: TargetDraft, unit: MemberUnit, element: ProgrammeElement, dimensions: Mapping[int, str],
    owners: Mapping[int, str],
) -> tuple[Any, ...]:  # fmt: skip
    rule, parameters = rule_words(element.rule or {})
    planned = dict(draft.plan)
    return (
        element.code, unit.name, ElementScope.names()[element.scope],
        dimensions[element.parent_id or 0], element.name, draft.task, element.measured_in,
        plain(draft.baseline) if draft.baseline else "", plain(draft.value),
        DIRECTIONS[element.direction], plain(draft.points), rule, parameters, element.criteria,
        source_words(element.source), owners.get(element.owner_department_id or 0, ""),
        draft.duty_leader, draft.section, draft.contact, f"{draft.starts_on}", f"{draft.due_on}",
        Rhythm.names()[draft.rhythm], "是" if draft.is_key else "否",
        *(plain(planned.get(month)) for month in range(1, 13)),
        "、".join(element.tags), Duty.names()[element.duty], element.basis, draft.note,
        PROGRESS_NAMES[ProgressKind(element.kind)],
    )  # fmt: skip
