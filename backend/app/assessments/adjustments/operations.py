"""加减分、一票否决、一票否优: proposed by the unit or the office, decided by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments import parties, transitions
from backend.app.assessments.adjustments.clauses import (
    WITHOUT_POINTS,
    Clause,
    clause_named,
    clauses_of,
    is_document,
)
from backend.app.assessments.adjustments.errors import (
    AdjustmentMoved,
    AdjustmentUnknown,
    AlreadyDeclared,
    NotYourAdjustment,
    OwnMove,
)
from backend.app.assessments.models import (
    AssessedUnit,
    ExemptionRequest,
    Programme,
    ProgrammeAdjustment,
    ProgrammeGroup,
)
from backend.app.assessments.reports.facts import is_office
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import ProgrammeAdjustmentKind, ProgrammeAdjustmentState
from backend.app.assessments.states.adjustments import ExemptionState
from backend.app.assessments.targets.sheet_tables import LineFaults
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed

LONGEST_CASE, LONGEST_BASIS, LONGEST_NOTE = 300, 200, 200
CAPS = {
    ProgrammeAdjustmentKind.BONUS: "bonus_cap", ProgrammeAdjustmentKind.DEDUCTION: "deduction_cap",
}  # fmt: skip


@dataclass(frozen=True)
class AdjustmentDraft:
    """One line of the 加减分申报表; `points` None: what the clause is worth."""

    unit_id: int
    kind: str
    clause: str
    case_words: str
    document: str
    happened_on: date
    points: Decimal | None = None


def propose_adjustment(actor: Actor, programme_id: int, draft: AdjustmentDraft) -> int:
    """Raises ProgrammeMoved, NotYourAdjustment, InvalidInput, Conflict."""
    programme = transitions.hold_under_way(programme_id, scope_of(actor).county_id)
    unit = db.session.get(AssessedUnit, draft.unit_id)
    if unit is None or unit.programme_id != programme.id:
        raise InvalidInput(errors={"unit_id": ["请从列表里选单位"]})
    _check_proposer(actor, unit, draft.kind)
    clause = clause_named(draft.clause.strip(), draft.kind, clauses_of(programme.content))
    points = clause.points if clause.points is not None else draft.points
    _check(programme, unit, clause, draft, points)
    is_known = clause.code != "other"
    basis = draft.document if is_known else f"{clause.name}；{draft.document}"
    adjustment_id = db.session.scalar(
        insert(ProgrammeAdjustment)
        .values(
            county_id=programme.county_id, programme_id=programme.id, unit_id=unit.id,
            period=draft.happened_on.replace(day=1), kind=draft.kind, points=points,
            rule_code=clause.code, case_words=draft.case_words, basis=basis,
            author_id=actor.person_id, proposed_at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(ProgrammeAdjustment.id)
    )  # fmt: skip
    if adjustment_id is None:
        raise AlreadyDeclared
    name = ProgrammeAdjustmentKind.names()[draft.kind]
    record("propose_adjustment", actor.person_id, "programme_adjustment", adjustment_id, kind=name)
    return adjustment_id


def propose_lines(
    actor: Actor, programme_id: int, lines: Sequence[tuple[int, AdjustmentDraft]],
    faults: LineFaults,
) -> int:  # fmt: skip
    """Every line of a file, or none: raises InvalidInput with the faults by line."""
    for number, draft in lines:
        try:
            propose_adjustment(actor, programme_id, draft)
        except (InvalidInput, NotAllowed, AlreadyDeclared) as refused:
            words = [line for lines in refused.errors.values() for line in lines]
            faults.note(number, "；".join(words) or refused.message)
    faults.refuse()
    return len(lines)


def _check_proposer(actor: Actor, unit: AssessedUnit, kind: str) -> None:
    """The unit for itself; the office for any other, and vetoes alone."""
    if is_office(actor, unit.county_id, unit):
        return
    if kind in WITHOUT_POINTS or not parties.works_for(actor, unit):
        raise NotYourAdjustment


def _check(
    programme: Programme, unit: AssessedUnit, clause: Clause, draft: AdjustmentDraft,
    points: Decimal | None,
) -> None:  # fmt: skip
    faults: dict[str, list[str]] = {}
    if not clause.name:
        faults["clause"] = ["请选依据条款，或写明是哪一条"]
    if not 1 <= len(draft.case_words) <= LONGEST_CASE:
        faults["case_words"] = [f"请写明事项，最多 {LONGEST_CASE} 个字"]
    if not is_document(draft.document) or len(draft.document) + len(clause.name) >= LONGEST_BASIS:
        needed = "一票否决、一票否优要有上级文号" if draft.kind in WITHOUT_POINTS else "请填文号"
        faults["document"] = [f"{needed}，如 富办发〔{programme.year}〕12号"]
    if draft.happened_on.year != programme.year or draft.happened_on > clock.today():
        faults["happened_on"] = [f"时间应在 {programme.year} 年内、今天以前"]
    if draft.kind not in WITHOUT_POINTS:
        most = _cap(unit, draft.kind)
        if points is None or not 0 < points <= most:
            faults["points"] = [f"分值应大于 0、不超过这类的上限 {most} 分"]
        elif clause.points is not None and draft.points not in (None, clause.points):
            faults["points"] = [f"「{clause.name}」按方案是 {clause.points} 分"]
    if faults:
        raise InvalidInput(errors=faults)


def _cap(unit: AssessedUnit, kind: str) -> Decimal:
    group = db.session.get_one(ProgrammeGroup, unit.group_id)
    cap: Decimal = getattr(group, CAPS[ProgrammeAdjustmentKind.of(kind)])
    return cap


def hold_adjustment(adjustment_id: int, county_id: int) -> ProgrammeAdjustment:
    """With its row held and its programme still under way. Raises AdjustmentUnknown."""
    row = db.session.get(ProgrammeAdjustment, adjustment_id)
    if row is None or row.county_id != county_id:
        raise AdjustmentUnknown
    transitions.hold_under_way(row.programme_id, county_id)
    return db.session.get_one(
        ProgrammeAdjustment, adjustment_id, with_for_update=True, populate_existing=True
    )


def decide_adjustment(
    actor: Actor, adjustment_id: int, is_confirmed: bool, note: str = ""
) -> ProgrammeAdjustment:
    """计入 or, with a reason, 不计入: by neither its author nor anybody of the unit.

    Raises OwnMove, AdjustmentMoved, InvalidInput.
    """
    row = hold_adjustment(adjustment_id, scope_of(actor).county_id)
    if not may(actor, Permission.DECIDE_RESULTS, (row.county_id,)):
        raise NotAllowed
    unit = db.session.get_one(AssessedUnit, row.unit_id)
    if parties.works_for(actor, unit):
        raise OwnMove
    check_another_hand(actor, row.author_id, refusal=OwnMove())
    if row.state != ProgrammeAdjustmentState.PROPOSED:
        raise AdjustmentMoved
    note = note.strip()
    if len(note) > LONGEST_NOTE or not (note or is_confirmed):
        raise InvalidInput(errors={"note": [f"请写明为什么不计入，最多 {LONGEST_NOTE} 个字"]})
    states = ProgrammeAdjustmentState
    row.state = (states.CONFIRMED if is_confirmed else states.DROPPED).value
    row.decided_by_id, row.decided_at, row.note = actor.person_id, clock.now(), note or None
    _settle_exemption(row, is_confirmed)
    decision, kind = states.names()[row.state], ProgrammeAdjustmentKind.names()[row.kind]
    record("decide_adjustment", actor.person_id, "programme_adjustment", row.id, decision=decision)
    db.session.flush()
    tell_unit(
        unit.region_id, unit.department_id, f"{kind}{decision}", f"{row.case_words}。{note}",
        f"adjustment:{row.id}", ("programme_adjustment", row.id),
    )  # fmt: skip
    return row


def _settle_exemption(row: ProgrammeAdjustment, is_confirmed: bool) -> None:
    """The request behind a confirmed exemption is used up; a dropped claim may be made anew."""
    if row.kind != ProgrammeAdjustmentKind.EXEMPTION:
        return
    after = {"state": ExemptionState.USED} if is_confirmed else {"adjustment_id": None}
    db.session.execute(
        update(ExemptionRequest).where(ExemptionRequest.adjustment_id == row.id).values(after)
    )
