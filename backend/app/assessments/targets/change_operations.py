"""An issued target changes: proposed by one, approved by another, the old value in sight."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from sqlalchemy import select

from backend.app.access import Actor, Permission, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments import transitions
from backend.app.assessments.errors import OwnChange, TargetMoved, TargetUnknown
from backend.app.assessments.models import Target, TargetChange, TargetPlan
from backend.app.assessments.states import ChangeState, Rhythm, TargetMove, TargetState
from backend.app.assessments.targets.operations import read_words, tell_unit
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput

LAST_CHANGE = (9, 30)
LONGEST_TASK, LONGEST_NOTE = 1000, 200


@dataclass(frozen=True)
class ChangeDraft:
    """What a change would make of a target; `plan` is cumulative, by month."""

    value: Decimal | None
    due_on: date
    task: str
    plan: tuple[tuple[int, Decimal], ...]

    def as_data(self) -> dict[str, Any]:
        return {
            "value": _plain(self.value), "due_on": self.due_on.isoformat(), "task": self.task,
            "plan": {str(month): _plain(value) for month, value in self.plan},
        }  # fmt: skip


def _plain(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def current_content(target: Target) -> ChangeDraft:
    """What may change of a target, as it is now."""
    rows = db.session.scalars(
        select(TargetPlan)
        .where(TargetPlan.target_id == target.id, TargetPlan.edition == target.edition)
        .order_by(TargetPlan.month)
    )
    plan = tuple((row.month.month, row.value) for row in rows)
    return ChangeDraft(target.value, target.due_on, target.task, plan)


def propose_change(
    actor: Actor, target_id: int, version: int, draft: ChangeDraft, reason: str
) -> TargetChange:
    """By somebody of the office, until the last day of September. Raises InvalidInput, Conflict."""
    act = transitions.begin(actor, target_id, TargetMove.CHANGE, version)
    target = act.target
    if clock.today() > date(target.due_on.year, *LAST_CHANGE):
        raise Conflict(f"{target.due_on.year} 年 9 月 30 日以后不再变更目标")
    before, after = current_content(target).as_data(), draft.as_data()
    faults = _faults(target, draft)
    if not faults and before == after:
        faults = {"value": ["和现在的一样，没有要变更的"]}
    if faults:
        raise InvalidInput(errors=faults)
    waiting = select(TargetChange.id).where(
        TargetChange.target_id == target.id, TargetChange.state == ChangeState.PROPOSED.value
    )
    if db.session.scalar(waiting) is not None:
        raise Conflict("这项目标已有一个变更等审定")
    change = TargetChange(
        county_id=target.county_id, target_id=target.id, edition=target.edition + 1,
        before=before, after=after, reason=read_words(reason, "请写明变更理由"),
        proposed_by_id=actor.person_id, proposed_at=act.at,
    )  # fmt: skip
    db.session.add(change)
    db.session.flush()
    record("propose_target_change", actor.person_id, "target", target.id, reason=change.reason)
    return change


def change_rhythm(actor: Actor, target_id: int, rhythm: Rhythm, words: str) -> None:
    """How often it is reported; what has to be reached stays, so that one person is enough.

    Raises TargetUnknown, NotYourTarget, TargetMoved.
    """
    act = transitions.begin(actor, target_id, TargetMove.CHANGE, None)
    act.words = words
    act.detail = {"before": {"rhythm": act.target.rhythm}, "after": {"rhythm": rhythm.value}}
    act.target.rhythm = rhythm.value
    transitions.finish(act)


def _faults(target: Target, draft: ChangeDraft) -> Mapping[str, list[str]]:
    faults: dict[str, list[str]] = {}
    if not 1 <= len(draft.task.strip()) <= LONGEST_TASK:
        faults["task"] = [f"目标任务内容填 1 到 {LONGEST_TASK} 个字"]
    if draft.due_on < target.starts_on or draft.due_on.year != target.due_on.year:
        faults["due_on"] = ["完成时限应在开始时间以后、本年度以内"]
    if (target.value is None) != (draft.value is None):
        faults["value"] = ["原来有目标值的才填目标值，不能空着"]
    elif draft.value is not None and draft.value == target.baseline:
        faults["value"] = ["年度目标值和基数不能一样"]
    elif draft.value is not None and draft.plan:
        falls = draft.value < target.baseline
        values = [target.baseline, *(value for _, value in draft.plan)]
        if any(after > before if falls else after < before for before, after in pairwise(values)):
            faults["plan"] = ["月度计划是累计数，不能比上月倒退"]
        elif values[-1] != draft.value:
            faults["plan"] = ["月度计划最后一个月应等于年度目标值"]
    return faults


def decide_change(actor: Actor, change_id: int, is_approved: bool, note: str = "") -> TargetChange:
    """By another person who may approve; the old edition stays in sight."""
    change = db.session.get(TargetChange, change_id, with_for_update=True, populate_existing=True)
    if change is None or not may(actor, Permission.APPROVE_PROGRAMMES, (change.county_id,)):
        raise TargetUnknown
    check_another_hand(actor, change.proposed_by_id, refusal=OwnChange())
    if change.state != ChangeState.PROPOSED:
        raise TargetMoved
    act = transitions.begin(actor, change.target_id, TargetMove.CHANGE, None)
    change.state = (ChangeState.APPROVED if is_approved else ChangeState.REFUSED).value
    change.decided_by_id, change.decided_at = actor.person_id, act.at
    change.note = note.strip()[:LONGEST_NOTE] or None
    db.session.flush()
    record(
        "decide_target_change", actor.person_id, "target", change.target_id,
        decision="approved" if is_approved else "refused",
    )  # fmt: skip
    if is_approved:
        _carry_out(act, change)
        tell_unit(act, "一项目标已变更", change.reason)
    return change


def _carry_out(act: transitions.TargetAct, change: TargetChange) -> None:
    """A question that was open is answered by it, too."""
    target, after = act.target, change.after
    target.value = None if after["value"] is None else Decimal(after["value"])
    target.due_on, target.task = date.fromisoformat(after["due_on"]), after["task"]
    target.edition = change.edition
    db.session.flush()
    db.session.add_all(
        TargetPlan(
            target_id=target.id, edition=change.edition, county_id=target.county_id,
            month=date(target.due_on.year, int(month), 1), value=Decimal(value),
        )
        for month, value in after["plan"].items()
    )  # fmt: skip
    act.words, act.detail = change.reason, {"before": change.before, "after": after}
    was_queried = target.state == TargetState.QUERIED
    transitions.finish(act, TargetState.CONFIRMED if was_queried else None)
