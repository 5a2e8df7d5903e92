"""A template becomes a draft: groups, units by name, dimensions and indicators, each 示例."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from backend.app.access import Actor
from backend.app.assessments.models import Programme, ProgrammeElement, ProgrammeGroup
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
from backend.app.assessments.programmes.templates import TEMPLATES, read_template
from backend.app.assessments.states import ElementScope
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.places.queries import list_departments, list_townships

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


def create_from_template(
    actor: Actor, county_id: int, basics: ProgrammeBasics, template: str
) -> Programme:
    """A draft with everything the template holds; an empty one for no template."""
    if not template:
        return create_programme(actor, county_id, basics, "own", None)
    if template not in TEMPLATES:
        raise InvalidInput(errors={"template": ["请从列表里选模板"]})
    content = read_template(template)
    programme = create_programme(actor, county_id, basics, content["code"], template)
    programme.content = {
        **starting_content(content["lights"]), "clauses": content["clauses"],
        "raters": content["raters"],
    }  # fmt: skip
    groups = _add_groups(programme, content["groups"])
    place_units(actor, programme.id, _units(county_id, content, groups))
    _add_elements(programme, content, groups)
    return programme


def _add_groups(programme: Programme, listed: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The id of each group by its name."""
    rows = [
        ProgrammeGroup(
            county_id=programme.county_id, programme_id=programme.id, position=position,
            name=group["name"], task_weight=Decimal(group["task"]),
            social_weight=Decimal(group["social"]),
        )
        for position, group in enumerate(listed, 1)
    ]  # fmt: skip
    db.session.add_all(rows)
    db.session.flush()
    return {group.name: group.id for group in rows}


def _units(
    county_id: int, content: Mapping[str, Any], groups: Mapping[str, int]
) -> list[UnitDraft]:
    """Every township, and of the departments those that the template knows by name."""
    served = groups[content["served_group"]]
    group_of = {name: group for group in content["groups"] for name in group["departments"]}
    return [
        *(UnitDraft(served, place.id, None) for place in list_townships([county_id])),
        *(
            UnitDraft(groups[group_of[bureau.name]["name"]], None, bureau.id)
            for bureau in list_departments(county_id)
            if bureau.name in group_of
        ),
    ]


def _add_elements(
    programme: Programme, content: Mapping[str, Any], groups: Mapping[str, int]
) -> None:
    """Points of the common elements are printed of 100 and rescaled to the programme's share."""
    share = Decimal(content["common_points"]) / HUNDRED
    served = groups[content["served_group"]]
    position = 0
    parts = [
        *((dimension, ElementScope.COMMON, share, None) for dimension in content["dimensions"]),
        (content["served"], ElementScope.GROUP, Decimal(1), served),
        (content["shown"], ElementScope.UNIT, Decimal(1), None),
        ({**content["own"], "elements": ()}, ElementScope.UNIT, Decimal(1), None),
    ]
    owners = {bureau.name: bureau.id for bureau in list_departments(programme.county_id)}
    for dimension, scope, scale, group_id in parts:
        position += 1
        parent = add_element(
            programme.county_id, programme.id, position, dimension["code"], dimension["name"]
        )
        for line in dimension["elements"]:
            position += 1
            element = ProgrammeElement(
                county_id=programme.county_id, programme_id=programme.id, position=position
            )
            write_element(element, _draft(line, parent.id, scope, scale, group_id, owners))
            db.session.add(element)
    db.session.flush()


def _draft(
    line: Mapping[str, Any], parent_id: int, scope: ElementScope, scale: Decimal,
    group_id: int | None, owners: Mapping[str, int],
) -> ElementDraft:  # fmt: skip
    return ElementDraft(
        code=line["code"], name=line["name"], parent_id=parent_id, scope=scope,
        points=(Decimal(line["points"]) * scale).quantize(CENT), kind=line["kind"],
        rule=line["rule"], source=line["source"],
        owner_department_id=owners.get(line["owner"]), criteria=line["criteria"],
        group_id=group_id, direction=line.get("direction", "up"),
        measured_in=line["measured_in"], tags=line["tags"], is_example=True,
    )  # fmt: skip
