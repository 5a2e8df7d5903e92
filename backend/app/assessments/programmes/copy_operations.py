"""A programme copied into a draft: the next version of its year, or another year's."""

from dataclasses import replace
from typing import Any

from backend.app.access import Actor
from backend.app.assessments.models import Programme, ProgrammeElement, ProgrammeGroup
from backend.app.assessments.programmes.operations import ProgrammeBasics, create_programme
from backend.app.assessments.programmes.part_operations import UnitDraft, place_units
from backend.app.assessments.programmes.queries import (
    get_programme,
    list_elements,
    list_groups,
    list_units,
)
from backend.app.assessments.programmes.shared_operations import save_shared_task
from backend.app.assessments.programmes.shared_queries import shared_drafts
from backend.app.assessments.subjects.queries import subject_kinds
from backend.app.assessments.targets.draft_operations import save_targets
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.core.db import Model, db
from backend.app.places.queries import list_departments, list_townships, open_villages
from backend.app.scoring.assessing.shared import LEAST_MEMBERS


def copy_programme(
    actor: Actor, county_id: int, basics: ProgrammeBasics, source_id: int
) -> Programme:
    """With clocks, lights, groups, units that still exist and elements; in the same year with its
    targets, too: another year has other values. Raises ProgrammeUnknown."""
    source = get_programme(source_id, county_id)
    programme = create_programme(actor, county_id, basics, source.code, source.template)
    programme.content = dict(source.content)
    groups = _copy_groups(source, programme)
    _copy_units(actor, source, programme, groups)
    elements = _copy_elements(source, programme, groups)
    _copy_shared(actor, source, programme, elements)
    if source.year == programme.year:
        _copy_targets(actor, source, programme, elements)
    return programme


def _values(row: Model, *own: str) -> dict[str, Any]:
    """What a row's columns hold, but for its key, its programme, and those named."""
    left_out = {"id", "programme_id", *own}
    names = [column.name for column in row.__table__.columns if column.name not in left_out]
    return {name: value for name in names if (value := getattr(row, name)) is not None}


def _copy_groups(source: Programme, programme: Programme) -> dict[int, int]:
    """The new id of each group by the old one."""
    pairs = [
        (group.id, ProgrammeGroup(programme_id=programme.id, **_values(group)))
        for group in list_groups(source.id)
    ]
    db.session.add_all(group for _, group in pairs)
    db.session.flush()
    return {old: group.id for old, group in pairs}


def _copy_units(
    actor: Actor, source: Programme, programme: Programme, groups: dict[int, int]
) -> None:
    """Without those that were closed meanwhile."""
    county_id = programme.county_id
    regions = {place.id for place in list_townships([county_id])} | set(open_villages(county_id))
    departments = {place.id for place in list_departments(county_id)}
    subjects = subject_kinds(county_id)
    drafts = [
        UnitDraft(
            groups[unit.group_id], unit.region_id, unit.department_id, unit.difficulty,
            unit.duty_leader, unit.burden_reason, unit.subject_id,
            *((unit.first_month, unit.last_month) if programme.year == source.year else ()),
        )
        for unit in list_units(source.id)
        if unit.region_id in regions or unit.department_id in departments
        or unit.subject_id in subjects
    ]  # fmt: skip
    place_units(actor, programme.id, drafts)


def _copy_elements(
    source: Programme, programme: Programme, groups: dict[int, int]
) -> dict[int, int]:
    """Dimensions before what lies under them; the new id of each by the old one."""
    copied: dict[int, int] = {}
    for row in sorted(list_elements(source.id), key=lambda row: row.parent_id is not None):
        element = ProgrammeElement(
            programme_id=programme.id, parent_id=copied.get(row.parent_id or 0),
            group_id=groups.get(row.group_id or 0), **_values(row, "parent_id", "group_id"),
        )  # fmt: skip
        db.session.add(element)
        db.session.flush()
        copied[row.id] = element.id
    return copied


def _copy_shared(
    actor: Actor, source: Programme, programme: Programme, elements: dict[int, int]
) -> None:
    """Members that are still assessed, where enough are left."""
    new = {unit.key: unit.id for unit in list_units(programme.id)}
    units = {unit.id: new.get(unit.key) for unit in list_units(source.id)}
    for element_id, draft in shared_drafts(source.id).items():
        weights = {
            unit_id: weight
            for known, weight in draft.weights.items()
            if (unit_id := units.get(known)) is not None
        }
        if len(weights) >= LEAST_MEMBERS:
            save_shared_task(
                actor, programme.id, elements[element_id], replace(draft, weights=weights)
            )


def _copy_targets(
    actor: Actor, source: Programme, programme: Programme, elements: dict[int, int]
) -> None:
    new = {unit.key: unit.id for unit in list_units(programme.id)}
    units = {unit.id: new.get(unit.key) for unit in list_units(source.id)}
    drafts = [
        replace(draft, element_id=elements[draft.element_id], unit_id=unit_id)
        for draft in stored_drafts(source.id).values()
        if (unit_id := units[draft.unit_id]) is not None
    ]
    save_targets(actor, programme.id, drafts)
