"""One target: its page, the confirmation by its unit, the answers of the office."""

from datetime import date

from flask import redirect
from flask import url_for as address_of
from werkzeug import Response

from backend.app.access import Permission
from backend.app.accounts.queries import display_names
from backend.app.accounts.second_person import is_same_hand
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.errors import TargetUnknown
from backend.app.assessments.evaluation.rule_words import explain, percent
from backend.app.assessments.models import AssessedUnit, Programme, Target
from backend.app.assessments.overviews.target_queries import target_year
from backend.app.assessments.parties import works_for
from backend.app.assessments.programmes.source_words import source_words
from backend.app.assessments.reports.facts import measured_text
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import TARGET_MOVE_NAMES, ChangeState, TargetState
from backend.app.assessments.targets import change_operations as changes
from backend.app.assessments.targets import operations, queries
from backend.app.assessments.targets.queries import TargetRow
from backend.app.assessments.targets.sheet_rows import plain
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, form_args
from backend.app.core.web.guards import actor, guard
from backend.app.core.web.http import render_page

ACT = Form.of(version=boxes.Number(most=30_000, missing="请刷新后再试"), words=boxes.Text(300))


def visible_target(target_id: int) -> tuple[Target, TargetRow]:
    """A target the reader may see; raises TargetUnknown."""
    scope = scope_of(actor())
    target = db.session.get(Target, target_id)
    if target is None or target.county_id != scope.county_id:
        raise TargetUnknown
    row = queries.find_target(scope, target.programme_id, target_id)
    if row is None:
        raise TargetUnknown
    return target, row


def target_page(target_id: int, error: DomainError | None = None) -> tuple[str, int]:
    target, row = visible_target(target_id)
    events, listed = queries.list_events(target_id), queries.list_changes(target_id)
    people = {event.person_id or 0 for event in events}
    people |= {one.proposed_by_id for one in listed} | {one.decided_by_id or 0 for one in listed}
    programme = db.session.get_one(Programme, target.programme_id)
    unit = db.session.get_one(AssessedUnit, target.unit_id)
    mine = actor().person_id
    plan = queries.list_plan(target_id, target.edition)
    return render_page(
        "assessments/target.html", error, target=target, row=row, programme=programme,
        events=events, changes=listed, plan=plan,
        milestones=queries.list_milestones(target_id), names=display_names(people),
        states=TargetState.names(), moves=TARGET_MOVE_NAMES, change_states=ChangeState.names(),
        own_unit=works_for(actor(), unit), source=source_words(row.source), plain=plain,
        measured_text=measured_text,
        issued_by_me=is_same_hand(mine, target.issued_by_id),
        proposed_by_me={one.id for one in listed if is_same_hand(mine, one.proposed_by_id)},
        year=target_year(programme, target, row.kind, plan), percent=percent, explain=explain,
        may_change=clock.today() <= date(target.due_on.year, *changes.LAST_CHANGE),
    )  # fmt: skip


@blueprint.get("/targets/<int:target_id>")
@guard(Permission.SEE_PROGRAMMES)
def show_target(target_id: int) -> tuple[str, int]:
    """Its plan, who answers for it, and everything that happened."""
    return target_page(target_id)


def to_target(target_id: int) -> Response:
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
    visible_target(target_id)
    try:
        values = ACT.read()
        with transaction():
            if move == "confirm":
                operations.confirm_target(actor(), target_id, values["version"])
            else:
                operations.query_target(actor(), target_id, **values)
    except DomainError as refused:
        return target_page(target_id, refused)
    return to_target(target_id)


@blueprint.post("/targets/<int:target_id>/<any(uphold, drop):move>")
@guard(Permission.MANAGE_PROGRAMMES)
def decide_target(target_id: int, move: str) -> tuple[str, int] | Response:
    """The office answers a question, or takes a target back."""
    visible_target(target_id)
    act = operations.uphold_target if move == "uphold" else operations.drop_target
    try:
        values = ACT.read()
        with transaction():
            act(actor(), target_id, **values)
    except DomainError as refused:
        return target_page(target_id, refused)
    return to_target(target_id)


@blueprint.post("/targets/<int:target_id>/key")
@guard(Permission.MANAGE_PROGRAMMES)
@form_args(is_key=boxes.YesNo())
def set_key(target_id: int, is_key: bool) -> tuple[str, int] | Response:
    visible_target(target_id)
    try:
        with transaction():
            operations.set_key(actor(), target_id, is_key)
    except DomainError as refused:
        return target_page(target_id, refused)
    return to_target(target_id)
