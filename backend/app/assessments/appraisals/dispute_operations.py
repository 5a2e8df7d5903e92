"""Whether the ballots of a group of 360° are used although its raters differ too much."""

from backend.app.access import Actor, Permission, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments import transitions
from backend.app.assessments.appraisals.closing_operations import store_values
from backend.app.assessments.appraisals.errors import (
    AppraisalMoved,
    AppraisalUnknown,
    SameCloser,
)
from backend.app.assessments.models import AppraisalGroup, AppraisalRound
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states.appraisals import DisputeState
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed

LONGEST_REASON = 200
ANSWERS = frozenset({DisputeState.USED, DisputeState.DROPPED})


def settle_dispute(actor: Actor, group_id: int, answer: DisputeState, reason: str) -> None:
    """By another than who closed the round, before the year is locked, and without its results.

    With the last one the round's elements get their values. Raises AppraisalUnknown,
    AppraisalMoved, SameCloser, InvalidInput, ProgrammeMoved.
    """
    group = db.session.get(AppraisalGroup, group_id)
    if group is None or group.county_id != scope_of(actor).county_id:
        raise AppraisalUnknown
    if not may(actor, Permission.DECIDE_RESULTS, (group.county_id,)):
        raise NotAllowed
    held = db.session.get_one(
        AppraisalRound, group.round_id, with_for_update=True, populate_existing=True
    )
    programme = transitions.hold_under_way(held.programme_id, held.county_id)
    db.session.refresh(group)
    if group.dispute != DisputeState.OPEN:
        raise AppraisalMoved
    check_another_hand(actor, held.closed_by_id, refusal=SameCloser())
    _check_answer(answer, reason)
    group.dispute, group.dispute_reason = answer.value, reason.strip()
    group.settled_by_id, group.settled_at = actor.person_id, clock.now()
    db.session.flush()
    store_values(programme, held)
    record(
        "settle_dispute", actor.person_id, "appraisal_group", group.id, decision=answer.words,
        reason=reason.strip(),
    )  # fmt: skip


def _check_answer(answer: DisputeState, reason: str) -> None:
    faults = {}
    if answer not in ANSWERS:
        faults["answer"] = ["请选计入还是不计入"]
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        faults["reason"] = [f"请写明为什么，最多 {LONGEST_REASON} 个字"]
    if faults:
        raise InvalidInput(errors=faults)
