"""A template becomes a draft: groups, units by rule, dimensions and indicators."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from backend.app.access import Actor
from backend.app.assessments.issues.operations import IssueDraft, load_issues
from backend.app.assessments.models import Programme, ProgrammeElement, ProgrammeGroup
from backend.app.assessments.programmes.library.template_shape import CONTENT
from backend.app.assessments.programmes.library.templates import (
    Template,
    parts_of,
    read_template,
    worth_of,
)
from backend.app.assessments.programmes.operations import (
    ProgrammeBasics,
    create_programme,
    starting_content,
)
from backend.app.assessments.programmes.part_operations import (
    ElementDraft,
    UnitDraft,
    add_element,
    place_units,
    write_element,
)
from backend.app.assessments.programmes.unit_rules import units_of
from backend.app.assessments.states.issues import IssueList, IssueSource
from backend.app.core.db import db
from backend.app.places.queries import list_departments

GROUP_FIGURES = {
    "task_weight": "task", "social_weight": "social", "ordinary_weight": "ordinary",
    "excellent_share": "excellent", "bonus_cap": "bonus_cap", "deduction_cap": "deduction_cap",
    "cards_cap": "cards_cap",
}  # fmt: skip
# Columns of an indicator that a template writes as they stand.
ELEMENT_COLUMNS = (
    "code", "name", "scope", "kind", "rule", "source", "criteria", "measured_in", "tags",
    "industry", "direction", "basis", "duty", "needs_evidence", "missing", "anchors", "is_example",
)  # fmt: skip


@dataclass(frozen=True)
class Loading:
    """What a template came to in a county."""

    programmes: list[Programme]
    # Units and departments that it names and the county has not.
    units_missing: list[str] = field(default_factory=list)
    owners_missing: list[str] = field(default_factory=list)


def create_from_template(
    actor: Actor, county_id: int, basics: ProgrammeBasics, template: str
) -> Programme:
    """One of ours by its code; of several parts the first one's draft."""
    return load_template(actor, county_id, basics, read_template(template)).programmes[0]


def load_template(
    actor: Actor, county_id: int, basics: ProgrammeBasics, template: Template
) -> Loading:
    """A draft, or one for each of its parts. Raises InvalidInput."""
    owners = {bureau.name: bureau.id for bureau in list_departments(county_id)}
    units, missing = units_of(county_id, template["groups"])
    programmes, ownerless = [], dict[str, None]()
    for part in parts_of(template):
        title = f"{basics.title}：{part['title']}"[:80] if template["parts"] else basics.title
        named = ProgrammeBasics(**{**vars(basics), "title": title})
        programme = create_programme(actor, county_id, named, part["code"], template["code"])
        programme.content = _content(part)
        groups = _add_groups(programme, part)
        drafts = [
            UnitDraft(groups[unit.group], region, department, subject_id=subject)
            for unit in units
            for region, department, subject in [unit.key]
        ]
        place_units(actor, programme.id, drafts)
        _load_issues(programme, part, owners)
        ownerless |= dict.fromkeys(_add_elements(programme, part, groups, owners))
        programmes.append(programme)
    return Loading(programmes, missing, list(ownerless))


def _content(template: Template) -> dict[str, Any]:
    """Clocks and lights, and what else the template holds as it stands."""
    content = starting_content(template["lights"])
    content["clocks"] |= template["clocks"]
    return content | {name: template[name] for name in CONTENT if template.get(name)}


def _load_issues(
    programme: Programme, template: Template, departments: Mapping[str, int]
) -> None:  # fmt: skip
    """The task table; of its units those that the county has."""
    load_issues(
        programme,
        (
            IssueDraft(
                IssueList.of(row["list"]), row["task"], row["difficulty"], row["measure"],
                _day(programme.year, row["due"]),
                [f"d{departments[name]}" for name in row["duties"] if name in departments],
                IssueSource.TEMPLATE,
            )
            for row in template["issues"]
        ),
    )  # fmt: skip


def _day(year: int, due: str) -> date:
    """A day of the year; of a month that has none such, its last."""
    month, day = (int(part) for part in due.split("-"))
    return date(year, month, min(day, monthrange(year, month)[1]))


def _add_groups(programme: Programme, template: Template) -> dict[str, int]:
    """The id of each group by its name."""
    rows = [
        ProgrammeGroup(
            county_id=programme.county_id, programme_id=programme.id, position=position,
            name=group["name"],
            **{column: Decimal(group[name]) for column, name in GROUP_FIGURES.items()},
        )
        for position, group in enumerate(template["groups"], 1)
    ]  # fmt: skip
    db.session.add_all(rows)
    db.session.flush()
    return {group.name: group.id for group in rows}


def _add_elements(
    programme: Programme, template: Template, groups: Mapping[str, int], owners: Mapping[str, int]
) -> list[str]:
    """Returns the owners that the county has not."""
    position, missing = 0, []
    for dimension in template["dimensions"]:
        position += 1
        parent = add_element(
            programme.county_id, programme.id, position, dimension["code"], dimension["name"]
        )
        for line in dimension["elements"]:
            position += 1
            element = ProgrammeElement(
                county_id=programme.county_id, programme_id=programme.id, position=position
            )
            draft = ElementDraft(
                parent_id=parent.id, points=worth_of(template, line),
                group_id=groups.get(line["group"]), owner_department_id=owners.get(line["owner"]),
                **{name: line[name] for name in ELEMENT_COLUMNS},
            )  # fmt: skip
            write_element(element, draft)
            db.session.add(element)
            if line["owner"] not in owners:
                missing.append(line["owner"] or f"「{line['name']}」没有写评分责任单位")
    db.session.flush()
    return missing
