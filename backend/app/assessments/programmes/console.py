"""考核项目: the list, and the wizard from the basis document to the approval."""

from decimal import Decimal
from functools import partial
from typing import Any

from flask import redirect, render_template
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.accounts.hands import is_same_hand
from backend.app.accounts.queries import display_names
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes import forms, operations, part_operations, queries
from backend.app.assessments.programmes.loading_operations import create_from_template
from backend.app.assessments.programmes.operations import CLOCKS, ProgrammeBasics
from backend.app.assessments.programmes.rule_words import parameter_words
from backend.app.assessments.programmes.source_words import source_words
from backend.app.assessments.programmes.templates import template_names
from backend.app.assessments.programmes.trial import try_programme
from backend.app.assessments.states import OPEN_DRAFT, Duty, ElementScope, ProgrammeState
from backend.app.assessments.targets.operations import issue_programme
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import form_args, query_args
from backend.app.core.web.guards import actor, guard, own_county
from backend.app.core.web.http import status_of
from backend.app.places.queries import list_departments, list_townships
from backend.app.scoring.assessing.lights import PRESETS
from backend.app.scoring.assessing.plans import SOURCE_NAMES
from backend.app.scoring.assessing.progress import PROGRESS_NAMES
from backend.app.scoring.assessing.refusals import refusals, warnings
from backend.app.scoring.assessing.rules import MISSING_NAMES, RULE_NAMES

STEPS = {
    "basics": "① 依据和计划", "groups": "② 类别和单位", "elements": "③ 指标和分值",
    "targets": "④ 分解", "clocks": "⑤ 时限和亮灯", "trial": "⑥ 试算", "approval": "⑦ 审定",
}  # fmt: skip
SHARES = (100, 90, 80, 60)
_county = partial(own_county, Permission.MANAGE_PROGRAMMES)


def own_programme(programme_id: int) -> Programme:
    """A programme of the reader's county; raises ProgrammeUnknown."""
    return queries.get_programme(programme_id, _county())


def wizard(
    programme: Programme, step: str, error: DomainError | None = None, **more: Any
) -> tuple[str, int]:
    """A step of the wizard with what still keeps the draft from being approved."""
    plan = queries.plan_of(programme)
    page = render_template(
        f"assessments/step_{step}.html", programme=programme, step=step, steps=STEPS, error=error,
        states=ProgrammeState.names(), refusals=refusals(plan), warnings=warnings(plan),
        open=programme.state in OPEN_DRAFT, **more,
    )  # fmt: skip
    return page, status_of(error) if error else 200


def to_step(programme_id: int, step: str) -> Response:
    endpoint = f"assessments_console.show_{step}"
    return redirect(address_of(endpoint, programme_id=programme_id), 303)


@blueprint.get("/programmes")
@guard(Permission.MANAGE_PROGRAMMES)
def show_programmes() -> tuple[str, int]:
    return _programmes()


def _programmes(error: DomainError | None = None) -> tuple[str, int]:
    listed = queries.list_programmes(_county())
    people = {one.drafted_by_id for one in listed} | {one.approved_by_id or 0 for one in listed}
    page = render_template(
        "assessments/programmes.html", programmes=listed, error=error, names=display_names(people),
        states=ProgrammeState.names(), templates=template_names(),
        year=clock.today().year,
    )  # fmt: skip
    return page, status_of(error) if error else 200


@blueprint.post("/programmes")
@guard(Permission.MANAGE_PROGRAMMES)
def create_programme() -> tuple[str, int] | Response:
    """From a template, or empty."""
    try:
        basics, template = ProgrammeBasics(**forms.BASICS.read()), forms.NEW.read()["template"]
        with transaction():
            created = create_from_template(actor(), _county(), basics, template).id
    except DomainError as refused:
        return _programmes(refused)
    return to_step(created, "basics")


@blueprint.get("/programmes/<int:programme_id>")
@guard(Permission.MANAGE_PROGRAMMES)
def show_basics(programme_id: int) -> tuple[str, int]:
    return wizard(own_programme(programme_id), "basics")


@blueprint.post("/programmes/<int:programme_id>")
@guard(Permission.MANAGE_PROGRAMMES)
def save_basics(programme_id: int) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        basics = ProgrammeBasics(**forms.BASICS.read())
        with transaction():
            operations.save_basics(actor(), programme.id, basics)
    except DomainError as refused:
        return wizard(own_programme(programme_id), "basics", refused)
    return to_step(programme_id, "basics")


def _places(programme: Programme) -> list[forms.PlaceLine]:
    """Townships and departments of the county, with where the draft put them."""
    units = queries.list_units(programme.id)
    regions = {unit.region_id: unit for unit in units if unit.region_id}
    departments = {unit.department_id: unit for unit in units if unit.department_id}
    listed = [
        ("r", place.id, place.name, regions.get(place.id))
        for place in list_townships([programme.county_id])
    ] + [
        ("d", place.id, place.name, departments.get(place.id))
        for place in list_departments(programme.county_id)
    ]
    return [
        forms.PlaceLine(
            f"{kind}{key}", name, key if kind == "r" else None, key if kind == "d" else None,
            unit.group_id if unit else None, unit.difficulty if unit else Decimal(1),
            unit.duty_leader if unit else "",
        )
        for kind, key, name, unit in listed
    ]  # fmt: skip


def _groups_step(programme: Programme, error: DomainError | None = None) -> tuple[str, int]:
    return wizard(
        programme, "groups", error, groups=queries.list_groups(programme.id),
        places=_places(programme),
    )  # fmt: skip


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
        drafts = forms.read_units(_places(programme), group_ids)
        with transaction():
            part_operations.place_units(actor(), programme.id, drafts)
    except DomainError as refused:
        return _groups_step(own_programme(programme_id), refused)
    return to_step(programme_id, "groups")


def _elements_step(programme: Programme, error: DomainError | None = None) -> tuple[str, int]:
    return wizard(
        programme, "elements", error, elements=queries.list_elements(programme.id),
        counts=queries.target_counts(programme.id), scopes=ElementScope.names(),
        rule_names=RULE_NAMES, source_words=source_words,
        owners={one.id: one.name for one in list_departments(programme.county_id)},
        groups={group.id: group.name for group in queries.list_groups(programme.id)},
    )  # fmt: skip


@blueprint.get("/programmes/<int:programme_id>/elements")
@guard(Permission.MANAGE_PROGRAMMES)
def show_elements(programme_id: int) -> tuple[str, int]:
    return _elements_step(own_programme(programme_id))


@blueprint.post("/programmes/<int:programme_id>/dimensions")
@guard(Permission.MANAGE_PROGRAMMES)
@form_args(dimension_code=boxes.Text(20), dimension_name=boxes.Text(80))
def add_dimension(
    programme_id: int, dimension_code: str, dimension_name: str
) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        with transaction():
            part_operations.save_dimension(actor(), programme.id, dimension_code, dimension_name)
    except DomainError as refused:
        return _elements_step(own_programme(programme_id), refused)
    return to_step(programme_id, "elements")


def _element_page(
    programme: Programme, element_id: int, error: DomainError | None = None
) -> tuple[str, int]:
    listed = queries.list_elements(programme.id)
    element = next((one for one in listed if one.id == element_id), None)
    return wizard(
        programme, "element", error, element=element, values=forms.element_values(element),
        dimensions=[one for one in listed if one.parent_id is None],
        groups=queries.list_groups(programme.id), owners=list_departments(programme.county_id),
        scopes=ElementScope.names(), duties=Duty.names(), kinds=PROGRESS_NAMES,
        rules={name: parameter_words(code) for code, name in RULE_NAMES.items()},
        sources=SOURCE_NAMES, missing_names=MISSING_NAMES,
    )  # fmt: skip


@blueprint.get("/programmes/<int:programme_id>/elements/<int:element_id>")
@guard(Permission.MANAGE_PROGRAMMES)
def show_element(programme_id: int, element_id: int) -> tuple[str, int]:
    """One indicator's form; 0 is a new one."""
    return _element_page(own_programme(programme_id), element_id)


@blueprint.post("/programmes/<int:programme_id>/elements/<int:element_id>")
@guard(Permission.MANAGE_PROGRAMMES)
def save_element(programme_id: int, element_id: int) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        draft = forms.read_element()
        with transaction():
            part_operations.save_element(actor(), programme.id, draft, element_id or None)
    except DomainError as refused:
        return _element_page(own_programme(programme_id), element_id, refused)
    return to_step(programme_id, "elements")


@blueprint.post("/programmes/<int:programme_id>/elements/<int:element_id>/drop")
@guard(Permission.MANAGE_PROGRAMMES)
def drop_element(programme_id: int, element_id: int) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        with transaction():
            part_operations.drop_element(actor(), programme.id, element_id)
    except DomainError as refused:
        return _elements_step(own_programme(programme_id), refused)
    return to_step(programme_id, "elements")


def _clocks_step(programme: Programme, error: DomainError | None = None) -> tuple[str, int]:
    return wizard(
        programme, "clocks", error, clocks=CLOCKS, presets=forms.PRESET_NAMES, lights=PRESETS,
        guards=forms.GUARD_NAMES,
    )  # fmt: skip


@blueprint.get("/programmes/<int:programme_id>/clocks")
@guard(Permission.MANAGE_PROGRAMMES)
def show_clocks(programme_id: int) -> tuple[str, int]:
    return _clocks_step(own_programme(programme_id))


@blueprint.post("/programmes/<int:programme_id>/clocks")
@guard(Permission.MANAGE_PROGRAMMES)
def save_clocks(programme_id: int) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        with transaction():
            operations.save_clocks(actor(), programme.id, *forms.read_clocks())
    except DomainError as refused:
        return _clocks_step(own_programme(programme_id), refused)
    return to_step(programme_id, "clocks")


@blueprint.get("/programmes/<int:programme_id>/trial")
@guard(Permission.MANAGE_PROGRAMMES)
@query_args(percent=boxes.Choice(SHARES, otherwise=90))
def show_trial(programme_id: int, percent: int) -> tuple[str, int]:
    """Nothing is tried while a rule cannot be read."""
    programme = own_programme(programme_id)
    faulty = any(one.code == "rule" for one in refusals(queries.plan_of(programme)))
    trials = [] if faulty else try_programme(programme, percent)
    return wizard(programme, "trial", trials=trials, percent=percent, shares=SHARES, faulty=faulty)


@blueprint.post("/programmes/<int:programme_id>/trial")
@guard(Permission.MANAGE_PROGRAMMES)
def mark_tried(programme_id: int) -> Response:
    with transaction():
        operations.mark_tried(actor(), own_programme(programme_id).id)
    return to_step(programme_id, "approval")


def _approval_step(programme: Programme, error: DomainError | None = None) -> tuple[str, int]:
    people = [programme.drafted_by_id, programme.approved_by_id or 0, programme.issued_by_id or 0]
    return wizard(
        programme, "approval", error, names=display_names(people),
        own=is_same_hand(actor().person_id, programme.drafted_by_id),
        targets=sum(queries.target_counts(programme.id).values()),
    )  # fmt: skip


@blueprint.get("/programmes/<int:programme_id>/approval")
@guard(Permission.MANAGE_PROGRAMMES)
def show_approval(programme_id: int) -> tuple[str, int]:
    return _approval_step(own_programme(programme_id))


@blueprint.post("/programmes/<int:programme_id>/approval")
@guard(Permission.APPROVE_PROGRAMMES)
@form_args(note=boxes.Text(200))
def approve_programme(programme_id: int, note: str) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        with transaction():
            operations.approve_programme(actor(), programme.id, note)
    except DomainError as refused:
        return _approval_step(own_programme(programme_id), refused)
    return to_step(programme_id, "approval")


@blueprint.post("/programmes/<int:programme_id>/issue")
@guard(Permission.MANAGE_PROGRAMMES)
def issue(programme_id: int) -> tuple[str, int] | Response:
    """下达."""
    programme = own_programme(programme_id)
    try:
        with transaction():
            issue_programme(actor(), programme.id)
    except DomainError as refused:
        return _approval_step(own_programme(programme_id), refused)
    return to_step(programme_id, "approval")


@blueprint.post("/programmes/<int:programme_id>/stop")
@guard(Permission.APPROVE_PROGRAMMES)
@form_args(reason=boxes.Text(200))
def stop_programme(programme_id: int, reason: str) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        with transaction():
            operations.stop_programme(actor(), programme.id, reason)
    except DomainError as refused:
        return _approval_step(own_programme(programme_id), refused)
    return to_step(programme_id, "approval")
