"""Changes of a target: proposed by the office, decided by a second person."""

from decimal import Decimal
from typing import Any

from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.models import Target
from backend.app.assessments.targets import change_operations as changes
from backend.app.assessments.targets.console_target import target_page, to_target, visible_target
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form, form_args, typed
from backend.app.core.web.guards import actor, guard

CHANGE = Form.of(
    version=boxes.Number(most=30_000, missing="请刷新后再试"),
    value=boxes.Amount("目标值应为数字，最多四位小数", places=4, most=10**13),
    due_on=boxes.Day(missing="请填完成时限"), task=boxes.Text(1000, squeezed=True),
    reason=boxes.Text(300),
    **{f"m{month}": boxes.Amount("月度计划应为数字", places=4, most=10**13)
       for month in range(1, 13)},
)  # fmt: skip


@blueprint.post("/targets/<int:target_id>/changes")
@guard(Permission.MANAGE_PROGRAMMES)
def propose_change(target_id: int) -> tuple[str, int] | Response:
    target, _ = visible_target(target_id)
    try:
        values = CHANGE.read()
        plan = _plan(target, values)
        draft = changes.ChangeDraft(
            values["value"], values["due_on"], values["task"] or target.task, plan
        )
        with transaction():
            changes.propose_change(actor(), target_id, values["version"], draft, values["reason"])
    except DomainError as refused:
        return target_page(target_id, refused)
    return to_target(target_id)


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
        return target_page(about, refused)
    return to_target(target_id)
