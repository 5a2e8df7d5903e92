"""组团: the members of a shared task, chosen in a draft."""

from collections.abc import Collection

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor
from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.models import ProgrammeElement, SharedTask, SharedTaskMember
from backend.app.assessments.programmes.operations import open_draft
from backend.app.assessments.programmes.queries import list_units
from backend.app.assessments.programmes.shared_queries import SharedDraft, is_shared
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.scoring.assessing.shared import LEAST_MEMBERS, LEAST_SHARE, MOST_SHARE

MOST_WEIGHT = 100


def save_shared_task(actor: Actor, programme_id: int, element_id: int, draft: SharedDraft) -> None:
    """The members are exactly these. Raises ProgrammeUnknown, ProgrammeMoved, InvalidInput."""
    programme = open_draft(actor, programme_id)
    element = db.session.get(ProgrammeElement, element_id)
    if element is None or element.programme_id != programme.id or not is_shared(element):
        raise ProgrammeUnknown("没有找到这个组团指标")
    _check(draft, {unit.id for unit in list_units(programme.id)})
    db.session.execute(delete(SharedTask).where(SharedTask.element_id == element.id))
    whose = {"county_id": programme.county_id, "programme_id": programme.id}
    task_id = db.session.scalar(
        insert(SharedTask)
        .values(**whose, element_id=element.id, share=draft.share, by_members=draft.by_members)
        .returning(SharedTask.id)
    )
    db.session.execute(
        insert(SharedTaskMember),
        [
            {**whose, "task_id": task_id, "unit_id": unit_id, "weight": weight}
            for unit_id, weight in draft.weights.items()
        ],
    )
    record(
        "save_shared_task", actor.person_id, "programme", programme.id, code=element.code,
        count=len(draft.weights),
    )  # fmt: skip


def _check(draft: SharedDraft, units: Collection[int]) -> None:
    faults: dict[str, list[str]] = {}
    if not LEAST_SHARE <= draft.share <= MOST_SHARE:
        faults["share"] = ["共同结果应占三成到七成，填 0.3 到 0.7"]
    if len(draft.weights) < LEAST_MEMBERS or not set(draft.weights) <= set(units):
        faults["members"] = [f"组团至少要 {LEAST_MEMBERS} 个成员单位"]
    for unit_id, weight in draft.weights.items():
        if not 0 < weight <= MOST_WEIGHT:
            faults[f"weight-{unit_id}"] = [f"权重应大于 0，最多 {MOST_WEIGHT}"]
    if faults:
        raise InvalidInput(errors=faults)
