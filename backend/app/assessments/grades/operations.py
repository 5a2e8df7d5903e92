"""定等: the machine proposes, a meeting decides with its minutes, by two people."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from backend.app.access import Actor, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments import transitions
from backend.app.assessments.errors import ProgrammeMoved
from backend.app.assessments.grades.errors import (
    GradeMoved,
    GradeOutdated,
    GradesRefused,
    OwnGrade,
)
from backend.app.assessments.grades.proposals import GradeProposal, propose
from backend.app.assessments.grades.queries import (
    GradeRow,
    grade_groups,
    grade_input,
    grade_pools,
    grade_rows,
    group_sizes,
)
from backend.app.assessments.models import Programme, UnitGrade
from backend.app.assessments.parties import works_for
from backend.app.assessments.states import (
    GRADE_TABLE,
    GradeMove,
    ProgrammeState,
)
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.scoring.assessing.grades import GRADE_NAMES, Grade

LONGEST_REASON, LONGEST_NUMBER = 200, 60
PROPOSED = ("pool", "total", "proposed", "ceiling", "is_open")


@dataclass(frozen=True)
class GradeDecision:
    """What the meeting decided for one unit, of the proposal in this version."""

    unit_id: int
    version: int
    grade: Grade
    reason: str = ""


def _hold(actor: Actor, programme_id: int, move: GradeMove) -> Programme:
    """The programme at its year's end with its row held.

    Raises ProgrammeUnknown, NotAllowed, ProgrammeMoved.
    """
    programme = transitions.hold_programme(programme_id)
    if not may(actor, GRADE_TABLE[move].by, (programme.county_id,)):
        raise NotAllowed
    if programme.state != ProgrammeState.CLOSING:
        raise ProgrammeMoved
    return programme


def _rows(programme_id: int) -> dict[int, UnitGrade]:
    rows = select(UnitGrade).where(UnitGrade.programme_id == programme_id).with_for_update()
    return {row.unit_id: row for row in db.session.scalars(rows)}


def propose_grades(actor: Actor, programme_id: int) -> int:
    """By the results as they are; what was decided about the same stays. Returns how many moved."""
    programme = _hold(actor, programme_id, GradeMove.PROPOSE)
    proposals = propose(
        grade_input(programme_id), grade_groups(programme_id), group_sizes(programme_id),
        programme.content,
    )  # fmt: skip
    rows = _rows(programme_id)
    for unit_id in rows.keys() - {proposal.unit_id for proposal in proposals}:
        db.session.delete(rows[unit_id])
    moved = sum(_keep(actor, programme, rows.get(row.unit_id), row) for row in proposals)
    db.session.flush()
    record("propose_grades", actor.person_id, "programme", programme_id, units=moved)
    return moved


def _keep(
    actor: Actor, programme: Programme, row: UnitGrade | None, proposal: GradeProposal
) -> bool:
    """Writes a proposal down where it is another one than before."""
    values = {name: getattr(proposal, name) for name in PROPOSED}
    if row is None:
        row = UnitGrade(
            county_id=programme.county_id, programme_id=programme.id, unit_id=proposal.unit_id,
            version=0,
        )  # fmt: skip
        db.session.add(row)
    elif (
        all(getattr(row, name) == value for name, value in values.items())
        and tuple(row.reasons) == proposal.reasons
    ):
        return False
    for name, value in values.items():
        setattr(row, name, value)
    row.reasons = list(proposal.reasons)
    row.state = GRADE_TABLE[GradeMove.PROPOSE].to
    row.grade = row.minutes_number = row.decided_by_id = row.decided_at = None
    row.reason = ""
    row.version += 1
    row.proposed_by_id, row.proposed_at = actor.person_id, clock.now()
    return True


def decide_grades(
    actor: Actor, programme_id: int, minutes_number: str, decisions: Sequence[GradeDecision]
) -> int:
    """定等会 by its minutes: all of it or nothing.

    Raises GradesRefused with the reason for each unit, GradeMoved, GradeOutdated, OwnGrade.
    """
    programme = _hold(actor, programme_id, GradeMove.DECIDE)
    number = minutes_number.strip()
    if not 1 <= len(number) <= LONGEST_NUMBER:
        raise InvalidInput(
            errors={"minutes_number": [f"请填定等会纪要文号，最多 {LONGEST_NUMBER} 个字"]}
        )
    rows = _rows(programme_id)
    shown = {row.unit_id: row for row in grade_rows(programme_id)}
    faults = {}
    for decision in decisions:
        row = rows.get(decision.unit_id)
        _check(actor, row, shown.get(decision.unit_id), decision)
        if row is not None and (fault := _fault(row, decision)):
            faults[f"grade-{decision.unit_id}"] = [fault]
    if faults:
        raise GradesRefused(errors=faults)
    for decision in decisions:
        _write(actor, rows[decision.unit_id], decision, number)
    db.session.flush()
    _check_places(programme, rows)
    record(
        "decide_grades", actor.person_id, "programme", programme_id, units=len(decisions),
        minutes=number,
    )  # fmt: skip
    return len(decisions)


def _check(
    actor: Actor, row: UnitGrade | None, shown: GradeRow | None, decision: GradeDecision
) -> None:
    rule = GRADE_TABLE[GradeMove.DECIDE]
    if row is None or shown is None:
        raise GradeMoved
    if row.state not in rule.starts or row.version != decision.version:
        raise GradeMoved
    if shown.is_outdated:
        raise GradeOutdated
    if works_for(actor, shown):
        raise OwnGrade
    check_another_hand(actor, row.proposed_by_id, refusal=OwnGrade())


def _fault(row: UnitGrade, decision: GradeDecision) -> str:
    """Why the meeting may not give this grade so; nothing where it may."""
    best_first = list(Grade)
    if best_first.index(decision.grade) < best_first.index(Grade(row.ceiling)):
        return f"最高只能定「{GRADE_NAMES[row.ceiling]}」：{'；'.join(row.reasons)}"
    if len(decision.reason) > LONGEST_REASON:
        return f"理由最多 {LONGEST_REASON} 个字"
    if not decision.reason.strip() and (row.is_open or decision.grade != row.proposed):
        return "和建议不同，或者同分、同一分数段里定等，须写明理由"
    return ""


def _write(actor: Actor, row: UnitGrade, decision: GradeDecision, number: str) -> None:
    row.grade, row.reason = decision.grade.value, decision.reason.strip()
    row.minutes_number = number
    row.decided_by_id, row.decided_at = actor.person_id, clock.now()
    row.state = GRADE_TABLE[GradeMove.DECIDE].to
    row.version += 1


def _check_places(programme: Programme, rows: Mapping[int, UnitGrade]) -> None:
    """No pool has more 优秀 than its share."""
    best = Counter(row.pool for row in rows.values() if row.grade == Grade.EXCELLENT)
    places = {pool.name: pool.places for pool in grade_pools(programme)}
    over = [
        f"「{name}」优秀最多 {places.get(name, 0)} 个，定了 {count} 个"
        for name, count in best.items() if count > places.get(name, 0)
    ]  # fmt: skip
    if over:
        raise GradesRefused(errors={"places": over})


def move_grades(programme_id: int, move: GradeMove) -> None:
    """All grades of a programme that may make the move, when the programme makes its own."""
    rule = GRADE_TABLE[move]
    rows = update(UnitGrade).where(
        UnitGrade.programme_id == programme_id, UnitGrade.state.in_(rule.starts)
    )
    db.session.execute(rows.values(state=rule.to.value))
