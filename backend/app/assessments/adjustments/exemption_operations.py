"""容错: put on record, decided by another, claimed once with all five conditions."""

from dataclasses import astuple, dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments import parties, transitions
from backend.app.assessments.adjustments.clauses import AFTERWARDS, BEFORE
from backend.app.assessments.adjustments.errors import (
    ExemptionMoved,
    ExemptionUnknown,
    NotYourAdjustment,
    OwnMove,
)
from backend.app.assessments.models import ExemptionRequest, ProgrammeAdjustment
from backend.app.assessments.reports.facts import TargetFacts, facts_of, is_office
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import ProgrammeAdjustmentKind
from backend.app.assessments.states.adjustments import EXEMPTION_TABLE, ExemptionState
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.scoring.assessing.exemption import CONDITION_NAMES, Conditions

# Which words a request is made of, what they are called and how long they may be.
WORDS = {
    "pilot": ("试点事项", 80), "goal": ("目标", 300), "risk": ("可能的风险", 300),
    "stop_rule": ("什么情况下停", 300),
}  # fmt: skip
LONGEST_NOTE, LONGEST_CASE = 200, 300


@dataclass(frozen=True)
class ExemptionDraft:
    """What is tried, what for, when, what may go wrong, and when it is stopped."""

    target_id: int
    pilot: str
    goal: str
    starts_on: date
    ends_on: date
    risk: str
    stop_rule: str


@dataclass(frozen=True)
class ExemptionClaim:
    """What came of it: when, in words, under which conditions, and how much is asked back."""

    happened_on: date
    case_words: str
    points: Decimal
    conditions: Conditions


def file_exemption(actor: Actor, draft: ExemptionDraft) -> int:
    """备案, before or afterwards; one a target at a time. Raises InvalidInput, ExemptionMoved."""
    facts = facts_of(draft.target_id)
    programme = transitions.hold_under_way(facts.programme.id, scope_of(actor).county_id)
    _check_side(actor, facts)
    faults = {
        field: [f"请写明{name}，最多 {most} 个字"]
        for field, (name, most) in WORDS.items()
        if not 1 <= len(getattr(draft, field)) <= most
    }
    if not draft.starts_on <= draft.ends_on or draft.ends_on.year != programme.year:
        faults["ends_on"] = [f"起止时间要先后有序，在 {programme.year} 年内结束"]
    if faults:
        raise InvalidInput(errors=faults)
    request_id = db.session.scalar(
        insert(ExemptionRequest)
        .values(
            county_id=programme.county_id, programme_id=programme.id, unit_id=facts.unit.id,
            filed_on=clock.today(), filed_by_id=actor.person_id, filed_at=clock.now(),
            **vars(draft),
        )
        .on_conflict_do_nothing()
        .returning(ExemptionRequest.id)
    )  # fmt: skip
    if request_id is None:
        raise ExemptionMoved("这项目标已有一份备案，等它办完再提")
    record("file_exemption", actor.person_id, "exemption_request", request_id)
    return request_id


def _check_side(actor: Actor, facts: TargetFacts) -> None:
    if not (
        parties.works_for(actor, facts.unit) or is_office(actor, facts.unit.county_id, facts.unit)
    ):
        raise NotYourAdjustment


def _hold(actor: Actor, request_id: int) -> tuple[ExemptionRequest, TargetFacts]:
    row = db.session.get(ExemptionRequest, request_id)
    if row is None or row.county_id != scope_of(actor).county_id:
        raise ExemptionUnknown
    transitions.hold_under_way(row.programme_id, row.county_id)
    row = db.session.get_one(
        ExemptionRequest, request_id, with_for_update=True, populate_existing=True
    )
    return row, facts_of(row.target_id)


def _move(row: ExemptionRequest, to: ExemptionState) -> None:
    if to not in EXEMPTION_TABLE.get(ExemptionState.of(row.state), ()):
        raise ExemptionMoved
    row.state = to.value


def decide_exemption(actor: Actor, request_id: int, is_approved: bool, note: str = "") -> None:
    """By another person than who filed it, and not of the unit. Raises OwnMove."""
    row, facts = _hold(actor, request_id)
    if not may(actor, Permission.DECIDE_RESULTS, (row.county_id,)):
        raise NotAllowed
    if parties.works_for(actor, facts.unit):
        raise OwnMove
    check_another_hand(actor, row.filed_by_id, refusal=OwnMove())
    if len(note.strip()) > LONGEST_NOTE or not (note.strip() or is_approved):
        raise InvalidInput(errors={"note": [f"请写明为什么不同意，最多 {LONGEST_NOTE} 个字"]})
    _move(row, ExemptionState.APPROVED if is_approved else ExemptionState.REFUSED)
    row.decided_by_id, row.decided_at = actor.person_id, clock.now()
    row.note = note.strip() or None
    decision = ExemptionState.names()[row.state]
    record("decide_exemption", actor.person_id, "exemption_request", row.id, decision=decision)
    db.session.flush()
    tell_unit(
        facts.unit.region_id, facts.unit.department_id, f"容错备案：{decision}",
        f"{row.pilot}。{note.strip()}", f"exemption:{row.id}", ("exemption_request", row.id),
    )  # fmt: skip


def claim_exemption(actor: Actor, request_id: int, claim: ExemptionClaim) -> int:
    """What happened, with all five conditions: a proposed exemption that another decides.

    How much comes back in the end is bounded by what the target lost when the year is scored:
    all of it where the request was filed before, half of it afterwards.
    """
    row, facts = _hold(actor, request_id)
    _check_side(actor, facts)
    if row.state != ExemptionState.APPROVED or row.adjustment_id is not None:
        raise ExemptionMoved
    _check_claim(row, facts, claim)
    adjustment = ProgrammeAdjustment(
        county_id=row.county_id, programme_id=row.programme_id, unit_id=row.unit_id,
        target_id=row.target_id, period=claim.happened_on.replace(day=1),
        kind=ProgrammeAdjustmentKind.EXEMPTION.value, points=claim.points,
        rule_code=BEFORE if row.filed_on < claim.happened_on else AFTERWARDS,
        case_words=claim.case_words, basis=f"容错备案第 {row.id} 号，{row.filed_on} 备案",
        author_id=actor.person_id, proposed_at=clock.now(),
    )  # fmt: skip
    db.session.add(adjustment)
    db.session.flush()
    row.adjustment_id, row.happened_on = adjustment.id, claim.happened_on
    (row.lawful, row.decided_together, row.no_private_gain, row.stopped_in_time,
     row.on_record) = astuple(claim.conditions)  # fmt: skip
    db.session.flush()
    record("claim_exemption", actor.person_id, "exemption_request", row.id)
    return adjustment.id


def _check_claim(row: ExemptionRequest, facts: TargetFacts, claim: ExemptionClaim) -> None:
    faults: dict[str, list[str]] = {
        field: [f"「{CONDITION_NAMES[field]}」这一条不满足，不能容错"]
        for field, is_met in vars(claim.conditions).items()
        if not is_met
    }
    if not row.starts_on <= claim.happened_on <= min(row.ends_on, clock.today()):
        faults["happened_on"] = [f"应在试点期内：{row.starts_on} 到 {row.ends_on}，今天以前"]
    if not 1 <= len(claim.case_words) <= LONGEST_CASE:
        faults["case_words"] = [f"请写明发生了什么，最多 {LONGEST_CASE} 个字"]
    if not 0 < claim.points <= facts.target.points:
        faults["points"] = [f"最多这项目标的分值 {facts.target.points} 分"]
    if faults:
        raise InvalidInput(errors=faults)


def lapse_exemption(request_id: int) -> int:
    """An approved one that nobody claimed in time; safe to repeat."""
    lapsed = db.session.scalar(
        update(ExemptionRequest)
        .where(
            ExemptionRequest.id == request_id, ExemptionRequest.adjustment_id.is_(None),
            ExemptionRequest.state == ExemptionState.APPROVED,
        )
        .values(state=ExemptionState.LAPSED)
        .returning(ExemptionRequest.id)
    )  # fmt: skip
    return lapsed is not None
