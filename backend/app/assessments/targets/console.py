"""目标: searched by all who are concerned, confirmed by units, changed by the office."""

import io
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from flask import redirect, render_template, send_file
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.accounts.hands import is_same_hand
from backend.app.accounts.queries import display_names
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.errors import TargetUnknown
from backend.app.assessments.models import AssessedUnit, Programme, Target
from backend.app.assessments.parties import works_for
from backend.app.assessments.programmes.queries import get_programme, list_groups, list_programmes
from backend.app.assessments.programmes.source_words import source_words
from backend.app.assessments.scopes import ReaderScope, scope_of
from backend.app.assessments.states import (
    OPEN_DRAFT,
    TARGET_MOVE_NAMES,
    ChangeState,
    TargetState,
)
from backend.app.assessments.targets import change_operations as changes
from backend.app.assessments.targets import operations, queries
from backend.app.assessments.targets.list_book import target_book
from backend.app.assessments.targets.queries import TargetFilters, TargetRow
from backend.app.assessments.targets.sheet_rows import plain
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, Query, form_args, last_page, turned, typed
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import status_of
from backend.app.places.queries import list_departments
from backend.app.scoring.assessing.plans import SOURCE_NAMES

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOT_RATED = {"code": queries.NOT_RATED, "word": "还没有评定", "icon": "–"}
SEARCH_NAMES = {
    "group_id": "单位类别", "tag": "项目标签", "colour": "实施进度", "state": "完成状态",
    "owner": "评分责任单位", "duty_leader": "分管领导", "source": "数据来源",
}  # fmt: skip
FILTERS = Query.of(
    programme=boxes.Id(), page=boxes.Page(), unit_id=boxes.Id(otherwise=0),
    is_key=boxes.YesNo(), search=boxes.Text(40, squeezed=True),
    **{name: boxes.Text(40) for name in SEARCH_NAMES},
)  # fmt: skip
CHANGE = Form.of(
    version=boxes.Number(most=30_000, missing="请刷新后再试"),
    value=boxes.Amount("目标值应为数字，最多四位小数", places=4, most=10**13),
    due_on=boxes.Day(missing="请填完成时限"), task=boxes.Text(1000, squeezed=True),
    reason=boxes.Text(300),
    **{f"m{month}": boxes.Amount("月度计划应为数字", places=4, most=10**13)
       for month in range(1, 13)},
)  # fmt: skip
ACT = Form.of(version=boxes.Number(most=30_000, missing="请刷新后再试"), words=boxes.Text(300))


def _programme(scope: ReaderScope, programme_id: int | None) -> Programme | None:
    """The one that was asked for, or the newest that is past its draft."""
    if programme_id:
        return get_programme(programme_id, scope.county_id)
    listed = list_programmes(scope.county_id)
    running = [one for one in listed if one.state not in OPEN_DRAFT]
    return next(iter(running or listed), None)


def _filters(values: dict[str, Any]) -> TargetFilters:
    return TargetFilters(
        **{name: values[name] for name in (*SEARCH_NAMES, "search", "unit_id", "is_key")}
    )


def _choices(programme: Programme) -> dict[str, dict[str, str]]:
    """The words of each search's values, where they are not the value itself."""
    lights = {light["code"]: f"{light['icon']} {light['word']}" for light in
              programme.content["lights"]}  # fmt: skip
    return {
        "group_id": {str(group.id): group.name for group in list_groups(programme.id)},
        "colour": {**lights, queries.NOT_RATED: "– 还没有评定"},
        "state": TargetState.names(),
        "owner": {str(one.id): one.name for one in list_departments(programme.county_id)},
        "source": {kind.rstrip(":"): name for kind, name in SOURCE_NAMES.items()},
        "tag": {}, "duty_leader": {},
    }  # fmt: skip


def _month(programme: Programme) -> date:
    """Up to which the plan is shown: this month, or the programme's last."""
    return min(clock.month_of(clock.today()), date(programme.year, 12, 1))


@blueprint.get("/targets")
@guard(Permission.SEE_PROGRAMMES)
def list_targets() -> str:
    """Four searches and three more, each with its counts; filters stay in the address."""
    scope, values = scope_of(actor()), FILTERS.read()
    programme = _programme(scope, values["programme"])
    if programme is None:
        return render_template("assessments/targets.html", programme=None)
    filters = _filters(values)
    facets = queries.count_targets(scope, programme.id, filters)
    return render_template(
        "assessments/targets.html", programme=programme, filters=asdict(filters),
        facets=facets, names=SEARCH_NAMES, choices=_choices(programme),
        rows=queries.list_targets(scope, programme.id, filters, _month(programme), values["page"]),
        page=values["page"], last=last_page(facets.total, queries.PAGE), turned=turned,
        lights={one["code"]: one for one in (NOT_RATED, *programme.content["lights"])},
        states=TargetState.names(), plain=plain, month=_month(programme),
        programmes=list_programmes(scope.county_id),
    )  # fmt: skip


@blueprint.get("/targets.xlsx")
@guard(Permission.SEE_PROGRAMMES)
def download_targets() -> Response:
    """The filtered list; where there is no programme, the page that says so."""
    scope, values = scope_of(actor()), FILTERS.read()
    programme = _programme(scope, values["programme"])
    if programme is None:
        return redirect(address_of(".list_targets"))
    rows = queries.list_targets(
        scope, programme.id, _filters(values), _month(programme), size=queries.MOST_LISTED
    )
    content = target_book(programme, rows)
    return send_file(
        io.BytesIO(content), mimetype=XLSX, as_attachment=True,
        download_name=f"{programme.year}年度目标清单.xlsx",
    )  # fmt: skip


def _seen(target_id: int) -> tuple[Target, TargetRow]:
    """A target the reader may see; raises TargetUnknown."""
    scope = scope_of(actor())
    target = db.session.get(Target, target_id)
    if target is None or target.county_id != scope.county_id:
        raise TargetUnknown
    row = queries.find_target(scope, target.programme_id, target_id)
    if row is None:
        raise TargetUnknown
    return target, row


def _target_page(target_id: int, error: DomainError | None = None) -> tuple[str, int]:
    target, row = _seen(target_id)
    events, listed = queries.list_events(target_id), queries.list_changes(target_id)
    people = {event.person_id or 0 for event in events}
    people |= {one.proposed_by_id for one in listed} | {one.decided_by_id or 0 for one in listed}
    programme = db.session.get_one(Programme, target.programme_id)
    unit = db.session.get_one(AssessedUnit, target.unit_id)
    mine = actor().person_id
    page = render_template(
        "assessments/target.html", target=target, row=row, programme=programme, error=error,
        events=events, changes=listed, plan=queries.list_plan(target_id, target.edition),
        milestones=queries.list_milestones(target_id), names=display_names(people),
        states=TargetState.names(), moves=TARGET_MOVE_NAMES, change_states=ChangeState.names(),
        own_unit=works_for(actor(), unit), source=source_words(row.source), plain=plain,
        issued_by_me=is_same_hand(mine, target.issued_by_id),
        proposed_by_me={one.id for one in listed if is_same_hand(mine, one.proposed_by_id)},
        may_change=clock.today() <= date(target.due_on.year, *changes.LAST_CHANGE),
    )  # fmt: skip
    return page, status_of(error) if error else 200


@blueprint.get("/targets/<int:target_id>")
@guard(Permission.SEE_PROGRAMMES)
def show_target(target_id: int) -> tuple[str, int]:
    """Its plan, who answers for it, and everything that happened."""
    return _target_page(target_id)


def _back(target_id: int) -> Response:
    return redirect(address_of("assessments_console.show_target", target_id=target_id), 303)


@blueprint.post("/units/<int:unit_id>/confirmation")
@guard(Permission.REPORT_TARGETS)
def confirm_all(unit_id: int) -> Response:
    """Everything that waits for the unit."""
    with transaction():
        operations.confirm_all(actor(), unit_id)
    return redirect(address_of("assessments_console.list_targets", unit_id=unit_id), 303)


@blueprint.post("/targets/<int:target_id>/<any(confirm, query):move>")
@guard(Permission.REPORT_TARGETS)
def answer_target(target_id: int, move: str) -> tuple[str, int] | Response:
    """The unit confirms, or asks."""
    _seen(target_id)
    try:
        values = ACT.read()
        with transaction():
            if move == "confirm":
                operations.confirm_target(actor(), target_id, values["version"])
            else:
                operations.query_target(actor(), target_id, **values)
    except DomainError as refused:
        return _target_page(target_id, refused)
    return _back(target_id)


@blueprint.post("/targets/<int:target_id>/<any(uphold, drop):move>")
@guard(Permission.MANAGE_PROGRAMMES)
def decide_target(target_id: int, move: str) -> tuple[str, int] | Response:
    """The office answers a question, or takes a target back."""
    _seen(target_id)
    act = operations.uphold_target if move == "uphold" else operations.drop_target
    try:
        values = ACT.read()
        with transaction():
            act(actor(), target_id, **values)
    except DomainError as refused:
        return _target_page(target_id, refused)
    return _back(target_id)


@blueprint.post("/targets/<int:target_id>/key")
@guard(Permission.MANAGE_PROGRAMMES)
@form_args(is_key=boxes.YesNo())
def set_key(target_id: int, is_key: bool) -> tuple[str, int] | Response:
    _seen(target_id)
    try:
        with transaction():
            operations.set_key(actor(), target_id, is_key)
    except DomainError as refused:
        return _target_page(target_id, refused)
    return _back(target_id)


@blueprint.post("/targets/<int:target_id>/changes")
@guard(Permission.MANAGE_PROGRAMMES)
def propose_change(target_id: int) -> tuple[str, int] | Response:
    target, _ = _seen(target_id)
    try:
        values = CHANGE.read()
        plan = _plan(target, values)
        draft = changes.ChangeDraft(
            values["value"], values["due_on"], values["task"] or target.task, plan
        )
        with transaction():
            changes.propose_change(actor(), target_id, values["version"], draft, values["reason"])
    except DomainError as refused:
        return _target_page(target_id, refused)
    return _back(target_id)


def _plan(target: Target, values: dict[str, Any]) -> tuple[tuple[int, Decimal], ...]:
    """The months as typed; untouched ones move with the year's value."""
    months = tuple(
        (month, values[f"m{month}"]) for month in range(1, 13) if values[f"m{month}"] is not None
    )
    before = changes.current_content(target)
    value = values["value"]
    if months != before.plan or not before.value or value in (None, before.value):
        return months
    scaled = [(month, round(planned * value / before.value, 4)) for month, planned in months]
    return (*scaled[:-1], (scaled[-1][0], value)) if scaled else ()


@blueprint.post("/changes/<int:change_id>")
@guard(Permission.APPROVE_PROGRAMMES)
@form_args(
    decision=boxes.Choice(("approve", "refuse"), missing="请选同意或不同意"), note=boxes.Text(200)
)
def decide_change(change_id: int, decision: str, note: str) -> tuple[str, int] | Response:
    """By another one than who proposed it."""
    try:
        with transaction():
            change = changes.decide_change(actor(), change_id, decision == "approve", note)
            target_id = change.target_id
    except DomainError as refused:
        about = boxes.whole(typed.get("target_id", ""))
        if about is None:
            raise
        return _target_page(about, refused)
    return _back(target_id)
