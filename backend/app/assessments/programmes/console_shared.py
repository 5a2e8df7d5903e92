"""组团: the page on which the members of a shared task are chosen."""

from decimal import Decimal

from werkzeug import Response

from backend.app.access import Permission
from backend.app.assessments.blueprints import console as blueprint
from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes import queries
from backend.app.assessments.programmes.console_wizard import own_programme, to_step, wizard
from backend.app.assessments.programmes.shared_operations import save_shared_task
from backend.app.assessments.programmes.shared_queries import (
    SharedDraft,
    is_shared,
    shared_draft,
)
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.web import boxes
from backend.app.core.web.forms import Form
from backend.app.core.web.guards import actor, guard

WEIGHT = boxes.Amount("权重应为数字，最多两位小数", places=2, most=100)


def _page(
    programme: Programme, element_id: int, error: DomainError | None = None
) -> tuple[str, int]:
    listed = queries.list_elements(programme.id)
    element = next((row for row in listed if row.id == element_id and is_shared(row)), None)
    if element is None:
        raise ProgrammeUnknown("没有找到这个组团指标")
    return wizard(
        programme, "shared", error, element=element, task=shared_draft(element),
        units=queries.list_units(programme.id),
    )  # fmt: skip


@blueprint.get("/programmes/<int:programme_id>/elements/<int:element_id>/shared")
@guard(Permission.MANAGE_PROGRAMMES)
def show_shared(programme_id: int, element_id: int) -> tuple[str, int]:
    return _page(own_programme(programme_id), element_id)


@blueprint.post("/programmes/<int:programme_id>/elements/<int:element_id>/shared")
@guard(Permission.MANAGE_PROGRAMMES)
def save_shared(programme_id: int, element_id: int) -> tuple[str, int] | Response:
    programme = own_programme(programme_id)
    try:
        draft = _read([unit.id for unit in queries.list_units(programme.id)])
        with transaction():
            save_shared_task(actor(), programme.id, element_id, draft)
    except DomainError as refused:
        return _page(own_programme(programme_id), element_id, refused)
    return to_step(programme_id, "elements")


def _read(units: list[int]) -> SharedDraft:
    """A weight for each unit that is ticked."""
    form = Form.of(
        share=boxes.Amount("应为 0.3 到 0.7", places=2, most=1, missing="请填共同结果占几成"),
        by_members=boxes.YesNo(),
        **{f"member-{unit}": boxes.YesNo() for unit in units},
        **{f"weight-{unit}": WEIGHT for unit in units},
    ).read()
    weights = {
        unit: Decimal(1) if (weight := form[f"weight-{unit}"]) is None else weight
        for unit in units
        if form[f"member-{unit}"]
    }
    return SharedDraft(form["share"], form["by_members"], weights)
