"""② 类别和单位: groups, and which unit is assessed in which."""

from collections import Counter
from collections.abc import Collection
from decimal import Decimal

from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes import forms, part_operations, queries
from backend.app.assessments.programmes.console_wizard import own_programme, to_step, wizard
from backend.app.assessments.programmes.unit_forms import PlaceLine, read_units
from backend.app.assessments.states import SubjectKind
from backend.app.assessments.subjects.queries import list_classes
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query
from backend.app.core.web.guards import actor, guard
from backend.app.places.queries import (
    VillageLabel,
    list_departments,
    list_townships,
    list_villages,
)

VILLAGES = Query.of(villages=boxes.YesNo())
SUBJECTS = Form.of(
    kind=boxes.Choice(list(SubjectKind), missing="请选类别"),
    industry=boxes.Text(20, squeezed=True), group_id=boxes.Id(),
)  # fmt: skip


def _places(programme: Programme) -> list[PlaceLine]:
    """Townships and departments of the county, with where the draft put them; villages where some
    are assessed, or where the reader wants to see them."""
    units = queries.list_units(programme.id)
    regions = {unit.region_id: unit for unit in units if unit.region_id}
    departments = {unit.department_id: unit for unit in units if unit.department_id}
    listed = (
        [
            ("r", place.id, place.name, regions.get(place.id))
            for place in list_townships([programme.county_id])
        ]
        + [
            ("r", place.id, f"{place.township}{place.name}", regions.get(place.id))
            for place in _villages(programme.county_id, regions)
        ]
        + [
            ("d", place.id, place.name, departments.get(place.id))
            for place in list_departments(programme.county_id)
        ]
    )
    return [
        PlaceLine(
            f"{kind}{key}", name, key if kind == "r" else None, key if kind == "d" else None,
            unit.group_id if unit else None, unit.difficulty if unit else Decimal(1),
            unit.duty_leader if unit else "", unit.burden_reason if unit else "",
            (unit.first_month, unit.last_month) if unit else (1, 12),
        )
        for kind, key, name, unit in listed
    ]  # fmt: skip


def _villages(county_id: int, assessed: Collection[int]) -> list[VillageLabel]:
    listed = list_villages(county_id)
    is_shown = VILLAGES.read()["villages"] or any(one.id in assessed for one in listed)
    return listed if is_shown else []


def _groups_step(programme: Programme, error: DomainError | None = None) -> tuple[str, int]:
    return wizard(
        programme, "groups", error, groups=queries.list_groups(programme.id),
        places=_places(programme), classes=list_classes(programme.county_id),
        kinds=SubjectKind.names(), placed=_placed(programme.id),
    )  # fmt: skip


def _placed(programme_id: int) -> dict[str, int]:
    """How many subjects each group has, by its name."""
    return Counter(unit.group_name for unit in queries.list_units(programme_id) if unit.subject_id)


@blueprint.get("/programmes/<int:programme_id>/groups")
@guard(Permission.MANAGE_PROGRAMMES)
def show_groups(programme_id: int) -> tuple[str, int]:
    return _groups_step(own_programme(programme_id))


@blueprint.post("/programmes/<int:programme_id>/groups")
@guard(Permission.MANAGE_PROGRAMMES)
def save_groups(programme_id: int) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        drafts = forms.read_groups(queries.list_groups(programme.id))
        with transaction():
            part_operations.save_groups(actor(), programme.id, drafts)
    except DomainError as refused:
        return _groups_step(own_programme(programme_id), refused)
    return to_step(programme_id, "groups")


@blueprint.post("/programmes/<int:programme_id>/units")
@guard(Permission.MANAGE_PROGRAMMES)
def save_units(programme_id: int) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        group_ids = [group.id for group in queries.list_groups(programme.id)]
        drafts = read_units(_places(programme), group_ids)
        with transaction():
            subjects = [one for one in part_operations.drafts_of(programme.id) if one.subject_id]
            part_operations.place_units(actor(), programme.id, [*drafts, *subjects])
    except DomainError as refused:
        return _groups_step(own_programme(programme_id), refused)
    return to_step(programme_id, "groups")


@blueprint.post("/programmes/<int:programme_id>/subjects")
@guard(Permission.MANAGE_PROGRAMMES)
def place_subjects(programme_id: int) -> tuple[str, int] | Response:
    """A whole kind at once; no group takes them out."""
    programme = own_programme(programme_id)
    try:
        with transaction():
            part_operations.place_subjects(actor(), programme.id, **SUBJECTS.read())
    except DomainError as refused:
        return _groups_step(own_programme(programme_id), refused)
    return to_step(programme_id, "groups")
