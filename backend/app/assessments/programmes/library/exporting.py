"""A programme as a template's file: no person, no id, no value, so that another county loads it."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from marshmallow import Schema, fields

from backend.app.assessments.issues.queries import issue_lines
from backend.app.assessments.models import Programme, ProgrammeElement, ProgrammeGroup
from backend.app.assessments.programmes.library.loading_operations import (
    ELEMENT_COLUMNS,
    GROUP_FIGURES,
)
from backend.app.assessments.programmes.library.template_shape import (
    CONTENT,
    AssessmentTemplateShape,
)
from backend.app.assessments.programmes.operations import CLOCKS
from backend.app.assessments.programmes.queries import list_elements, list_groups, list_units
from backend.app.assessments.programmes.unit_rules import rules_of
from backend.app.assessments.states import ElementScope
from backend.app.places.queries import department_names, get_place
from backend.app.scoring.assessing import lights

SHAPE = AssessmentTemplateShape()
LONGEST_TITLE = 60


def template_file(programme: Programme) -> bytes:
    """Keys that have their usual value are left out."""
    return orjson.dumps(template_of(programme), option=orjson.OPT_INDENT_2)


def template_of(programme: Programme) -> dict[str, Any]:
    content = programme.content
    groups = list_groups(programme.id)
    county = get_place(programme.county_id).name
    title = programme.title.removeprefix(f"{programme.year}年")
    plain: dict[str, Any] = {
        "code": programme.code, "title": title[:LONGEST_TITLE],
        "words": f"{programme.year} 年「{title}」的方案",
        "origin": f"{county} {programme.year} 年导出", "lights": _lights(content),
        "clocks": {
            name: number for name, number in content.get("clocks", {}).items()
            if name in CLOCKS and number != CLOCKS[name][1]
        },
        **{name: content[name] for name in CONTENT if content.get(name)},
        "groups": _groups(programme, groups),
        "issues": issue_lines(programme.id),
        "dimensions": _dimensions(programme, {group.id: group.name for group in groups}),
    }  # fmt: skip
    return _without_usual(SHAPE, plain)


def _lights(content: Mapping[str, Any]) -> Any:
    """The preset's name, or the programme's own lights."""
    own, names = content["lights"], [content.get("preset", ""), *lights.PRESETS]
    known = (name for name in names if name in lights.PRESETS)
    return next((name for name in known if lights.as_data(lights.PRESETS[name]) == own), own)


def _groups(programme: Programme, groups: Sequence[ProgrammeGroup]) -> list[dict[str, Any]]:
    units = list_units(programme.id)
    rules = rules_of(programme.county_id, [
        [unit.key for unit in units if unit.group_id == group.id]
        for group in groups
    ])  # fmt: skip
    return [
        {
            "name": group.name, "units": found,
            **{name: f"{getattr(group, column).normalize():f}"
               for column, name in GROUP_FIGURES.items()},
        }
        for group, found in zip(groups, rules, strict=True)
    ]  # fmt: skip


def _dimensions(programme: Programme, groups: Mapping[int, str]) -> list[dict[str, Any]]:
    rows = list_elements(programme.id)
    owners = department_names({row.owner_department_id or 0 for row in rows})
    return [
        {
            "code": parent.code, "name": parent.name,
            "elements": [_line(row, groups, owners) for row in rows if row.parent_id == parent.id],
        }
        for parent in rows
        if parent.parent_id is None
    ]  # fmt: skip


def _line(
    row: ProgrammeElement, groups: Mapping[int, str], owners: Mapping[int, str]
) -> dict[str, Any]:
    line = {name: getattr(row, name) for name in ELEMENT_COLUMNS}
    line["points"] = f"{row.points.normalize():f}"
    line["owner"] = owners.get(row.owner_department_id or 0, "")
    line["group"] = groups.get(row.group_id or 0, "")
    if row.scope != ElementScope.UNIT:
        # Said by the group or the industry, or usual.
        del line["scope"]
    if row.is_example == (not row.basis):
        del line["is_example"]
    return line


def _without_usual(shape: Schema, data: Mapping[str, Any]) -> dict[str, Any]:
    """In the order of the shape, without what the file need not say."""
    return {
        name: _inner(field, data[name])
        for name, field in shape.fields.items()
        if name in data and data[name] != _usual(field)
    }


def _usual(field: fields.Field[Any]) -> Any:
    return field.load_default() if callable(field.load_default) else field.load_default


def _inner(field: fields.Field[Any], value: Any) -> Any:
    if isinstance(field, fields.List) and isinstance(field.inner, fields.Nested):
        return [_without_usual(field.inner.schema, row) for row in value]
    return value
