"""④ 分解: a unit's targets in a grid, and all of them as a workbook, out and in."""

import secrets
from typing import Any

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes import queries
from backend.app.assessments.programmes.console_wizard import own_programme, wizard
from backend.app.assessments.programmes.forms import read_targets
from backend.app.assessments.programmes.operations import save_smart
from backend.app.assessments.targets import sheet_columns as columns
from backend.app.assessments.targets.draft_operations import (
    remove_targets,
    save_targets,
    spread_common,
)
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.assessments.targets.drafts import TargetDraft
from backend.app.assessments.targets.import_operations import (
    DecompositionReport,
    import_targets,
)
from backend.app.assessments.targets.sheet_rows import decomposition_book, plain
from backend.app.assessments.targets.sheet_tables import read_tables
from backend.app.assessments.targets.smart_queries import smart_advice
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError, NotFound
from backend.app.core.files import storage
from backend.app.core.files.spreadsheets import MOST_BYTES
from backend.app.core.web import boxes
from backend.app.core.web.downloads import send_book
from backend.app.core.web.forms import Form, Query, form_args, sent_file, takes_file
from backend.app.core.web.guards import actor, guard

FOLDER = "decompositions"
UNIT = Query.of(unit=boxes.Id())
ADDED = Form.of(
    element_id=boxes.Id(missing="请选指标"), task=boxes.Text(1000, squeezed=True),
    value=boxes.Amount("目标值应为数字", places=4, most=10**13),
    points=boxes.Amount("分值最多两位小数", places=2, most=1000, missing="请填分值"),
    due_on=boxes.Day(missing="请填完成时限"), section=boxes.Text(40, squeezed=True),
)  # fmt: skip
# Differences beyond these are counted, not listed.
MOST_LISTED = 200


def _step(programme: Programme, error: DomainError | None = None, **more: Any) -> tuple[str, int]:
    units = queries.list_units(programme.id)
    asked = UNIT.read()["unit"]
    chosen = next((unit for unit in units if unit.id == asked), units[0] if units else None)
    drafts = stored_drafts(programme.id, chosen.id) if chosen else {}
    elements = {one.id: one for one in queries.list_elements(programme.id) if one.rule}
    lines = sorted(drafts.values(), key=lambda draft: elements[draft.element_id].position)
    present = {draft.element_id for draft in lines}
    return wizard(
        programme, "targets", error, units=units, chosen=chosen, drafts=lines, elements=elements,
        absent=[one for key, one in elements.items() if key not in present], plain=plain,
        counts=queries.target_counts(programme.id), most_listed=MOST_LISTED,
        advice=smart_advice(programme, lines, elements), **more,
    )  # fmt: skip


@blueprint.get("/programmes/<int:programme_id>/targets")
@guard(Permission.MANAGE_PROGRAMMES)
def show_targets(programme_id: int) -> tuple[str, int]:
    return _step(own_programme(programme_id))


def _back(programme_id: int, unit_id: int | None = None) -> Response:
    address = address_of(
        "assessments_console.show_targets", programme_id=programme_id, unit=unit_id
    )
    return redirect(address, 303)


@blueprint.post("/programmes/<int:programme_id>/targets/spread")
@guard(Permission.MANAGE_PROGRAMMES)
def spread(programme_id: int) -> tuple[str, int] | Response:
    """Common elements to every unit."""
    programme = own_programme(programme_id)
    try:
        with transaction():
            spread_common(actor(), programme.id)
    except DomainError as refused:
        return _step(own_programme(programme_id), refused)
    return _back(programme_id)


@blueprint.post("/programmes/<int:programme_id>/targets/<int:unit_id>")
@guard(Permission.MANAGE_PROGRAMMES)
def save_grid(programme_id: int, unit_id: int) -> tuple[str, int] | Response:
    """The grid of one unit."""
    programme = own_programme(programme_id)
    drafts = stored_drafts(programme.id, unit_id)
    try:
        typed = read_targets({draft.element_id: draft for draft in drafts.values()})
        with transaction():
            save_targets(actor(), programme.id, typed)
    except DomainError as refused:
        return _step(own_programme(programme_id), refused)
    return _back(programme_id, unit_id)


@blueprint.post("/programmes/<int:programme_id>/targets/<int:unit_id>/new")
@guard(Permission.MANAGE_PROGRAMMES)
def add_target(programme_id: int, unit_id: int) -> tuple[str, int] | Response:
    """One more for this unit."""
    programme = own_programme(programme_id)
    try:
        values = ADDED.read()
        elements = {one.id: one for one in queries.list_elements(programme.id) if one.rule}
        units = {unit.id for unit in queries.list_units(programme.id)}
        if values["element_id"] not in elements or unit_id not in units:
            raise NotFound
        values["task"] = values["task"] or elements[values["element_id"]].name
        first = values["due_on"].replace(month=1, day=1)
        with transaction():
            draft = TargetDraft(unit_id=unit_id, starts_on=first, **values)
            save_targets(actor(), programme.id, [draft])
    except DomainError as refused:
        return _step(own_programme(programme_id), refused)
    return _back(programme_id, unit_id)


@blueprint.post("/programmes/<int:programme_id>/targets/<int:unit_id>/drop")
@guard(Permission.MANAGE_PROGRAMMES)
@form_args(element_id=boxes.Id(missing="请选目标"))
def drop_target_draft(
    programme_id: int, unit_id: int, element_id: int
) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        with transaction():
            remove_targets(actor(), programme.id, [(element_id, unit_id)])
    except DomainError as refused:
        return _step(own_programme(programme_id), refused)
    return _back(programme_id, unit_id)


@blueprint.post("/programmes/<int:programme_id>/smart")
@guard(Permission.MANAGE_PROGRAMMES)
@form_args(required=boxes.YesNo())
def save_smart_check(programme_id: int, required: bool) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        with transaction():
            save_smart(actor(), programme.id, required)
    except DomainError as refused:
        return _step(own_programme(programme_id), refused)
    return _back(programme_id)


@blueprint.get("/programmes/<int:programme_id>/targets.xlsx")
@guard(Permission.MANAGE_PROGRAMMES)
def download_decomposition(programme_id: int) -> Response:
    programme = own_programme(programme_id)
    content = decomposition_book(programme)
    return send_book(content, f"{programme.year}年度目标任务分解表.xlsx")


def _import(programme: Programme, key: str, is_whole: bool) -> DecompositionReport:
    sheet, steps = read_tables(storage.read(key), columns.FIRST, columns.SECOND)
    return import_targets(actor(), programme.id, sheet, steps, is_whole)


class _Looked(Exception):
    """Rolls a preview back."""


@blueprint.post("/programmes/<int:programme_id>/targets/file")
@takes_file(MOST_BYTES)
@guard(Permission.MANAGE_PROGRAMMES)
@form_args(whole=boxes.YesNo())
def preview_import(programme_id: int, whole: bool) -> tuple[str, int]:
    """Keeps the file and says what it would change; nothing is written."""
    programme = own_programme(programme_id)
    report = None
    try:
        sent = sent_file("请选一个 xlsx 或 CSV 文件")
        key = f"{FOLDER}/{actor().person_id}_{secrets.token_urlsafe(12)}.table"
        storage.put(key, sent.read())
        with transaction():
            report = _import(programme, key, whole)
            raise _Looked
    except _Looked:
        pass
    except DomainError as refused:
        return _step(own_programme(programme_id), refused)
    return _step(own_programme(programme_id), report=report, key=key, whole=whole)


@blueprint.post("/programmes/<int:programme_id>/targets/rows")
@guard(Permission.MANAGE_PROGRAMMES)
@form_args(key=boxes.Text(), whole=boxes.YesNo())
def import_rows(programme_id: int, key: str, whole: bool) -> tuple[str, int]:
    """Writes the kept file; its key carries who sent it."""
    programme = own_programme(programme_id)
    if not key.startswith(f"{FOLDER}/{actor().person_id}_"):
        raise NotFound
    try:
        with transaction():
            report = _import(programme, key, whole)
    except DomainError as refused:
        return _step(own_programme(programme_id), refused)
    storage.delete(key)
    return _step(own_programme(programme_id), report=report, key=None, whole=whole)
