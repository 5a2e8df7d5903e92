"""Reads of shared tasks: whose result counts for all of them, and how much."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from sqlalchemy import select

from backend.app.assessments.models import ProgrammeElement, SharedTask, SharedTaskMember
from backend.app.core.db import db
from backend.app.scoring.assessing.rules import RuleCode

USUAL_SHARE = Decimal("0.5")


@dataclass(frozen=True)
class SharedDraft:
    """The common result's share, and each member's weight by its unit."""

    share: Decimal = USUAL_SHARE
    by_members: bool = False
    weights: Mapping[int, Decimal] = field(default_factory=dict)


def is_shared(element: ProgrammeElement) -> bool:
    return (element.rule or {}).get("rule") == RuleCode.SHARED


def shared_drafts(programme_id: int) -> dict[int, SharedDraft]:
    """By element, those whose members were chosen."""
    weights: dict[int, dict[int, Decimal]] = {}
    members = select(SharedTaskMember).where(SharedTaskMember.programme_id == programme_id)
    for row in db.session.scalars(members.order_by(SharedTaskMember.unit_id)):
        weights.setdefault(row.task_id, {})[row.unit_id] = row.weight
    tasks = select(SharedTask).where(SharedTask.programme_id == programme_id)
    return {
        task.element_id: SharedDraft(task.share, task.by_members, weights.get(task.id, {}))
        for task in db.session.scalars(tasks)
    }


def shared_draft(element: ProgrammeElement) -> SharedDraft:
    """As it was chosen; before that nobody, at the share that its rule names."""
    known = shared_drafts(element.programme_id).get(element.id)
    return known or SharedDraft(Decimal((element.rule or {}).get("share", USUAL_SHARE)))
