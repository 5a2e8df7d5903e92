"""退出: proposed by one, confirmed by another and published; back after twelve months."""

from sqlalchemy import select

from backend.app.access import Actor, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments.models import AssessedUnit, Programme, SubjectExit
from backend.app.assessments.parties import works_for
from backend.app.assessments.programmes.queries import get_programme
from backend.app.assessments.states import (
    EXIT_TABLE,
    OPEN_EXITS,
    ExitCause,
    ExitMove,
    ExitState,
)
from backend.app.assessments.subjects.errors import ExitMoved, NotAnotherHand, SubjectUnknown
from backend.app.assessments.subjects.queries import get_subject
from backend.app.assessments.targets.operations import staff_of_unit
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from backend.app.notices.operations import notify
from backend.app.scoring.assessing.rolling import may_return

LONGEST = 200


def _begin(actor: Actor, exit_id: int, move: ExitMove, version: int) -> SubjectExit:
    """The row held. Raises SubjectUnknown, NotAllowed or ExitMoved."""
    row = db.session.get(SubjectExit, exit_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise SubjectUnknown
    rule = EXIT_TABLE[move]
    if not may(actor, rule.by, (row.county_id,)):
        raise NotAllowed
    if works_for(actor, db.session.get_one(AssessedUnit, row.unit_id)):
        raise NotAllowed("自己经营的主体由别人办")
    if row.state not in rule.starts or row.version != version:
        raise ExitMoved
    return row


def _finish(row: SubjectExit, move: ExitMove) -> None:
    row.state, row.version = EXIT_TABLE[move].to.value, row.version + 1
    db.session.flush()


def propose_exit(actor: Actor, exit_id: int, version: int) -> None:
    """What the ratings found is put forward."""
    row = _begin(actor, exit_id, ExitMove.PROPOSE, version)
    row.proposed_by_id, row.proposed_at = actor.person_id, clock.now()
    _finish(row, ExitMove.PROPOSE)
    record("propose_exit", actor.person_id, "assessed_subject", row.subject_id, kind=row.cause)


def propose_violation(actor: Actor, programme: Programme, unit_id: int, words: str) -> SubjectExit:
    """A named violation. Raises InvalidInput, NotAllowed, Conflict where one is open already."""
    words = words.strip()
    if not 5 <= len(words) <= LONGEST:
        fault = f"请写清楚哪天、什么违规、处罚文号，5 到 {LONGEST} 个字"
        raise InvalidInput(errors={"words": [fault]})
    if not may(actor, EXIT_TABLE[ExitMove.PROPOSE].by, (programme.county_id,)):
        raise NotAllowed
    unit = db.session.get(AssessedUnit, unit_id)
    if unit is None or unit.programme_id != programme.id or unit.subject_id is None:
        raise SubjectUnknown
    if works_for(actor, unit):
        raise NotAllowed("自己经营的主体由别人办")
    subject = get_subject(unit.subject_id, programme.county_id)
    waiting = select(SubjectExit.id).where(
        SubjectExit.subject_id == subject.id, SubjectExit.state.in_(OPEN_EXITS)
    )
    if subject.exited_on is not None or db.session.scalar(waiting) is not None:
        raise Conflict("这个主体已经退出，或者正在办退出")
    at = clock.now()
    row = SubjectExit(
        county_id=programme.county_id, programme_id=programme.id, unit_id=unit.id,
        subject_id=subject.id, cause=ExitCause.VIOLATION.value, words=words,
        state=ExitState.PROPOSED.value, found_at=at, proposed_by_id=actor.person_id,
        proposed_at=at,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record("propose_exit", actor.person_id, "assessed_subject", subject.id, kind=row.cause)
    return row


def decide_exit(actor: Actor, exit_id: int, version: int, confirmed: bool, note: str = "") -> None:
    """By another person; whoever stays is told why. From now on the exit is published."""
    move = ExitMove.CONFIRM if confirmed else ExitMove.DROP
    row = _begin(actor, exit_id, move, version)
    check_another_hand(actor, row.proposed_by_id, refusal=NotAnotherHand())
    if not confirmed and not note.strip():
        raise InvalidInput(errors={"note": ["不退出要写理由"]})
    subject = get_subject(row.subject_id, row.county_id)
    row.decided_by_id, row.decided_at = actor.person_id, clock.now()
    row.note = note.strip()[:LONGEST]
    if confirmed:
        subject.exited_on = max(clock.today(), subject.opened_on)
        subject.exit_reason = row.words
    _finish(row, move)
    record(
        "decide_exit", actor.person_id, "assessed_subject", subject.id,
        decision="confirmed" if confirmed else "refused",
    )  # fmt: skip
    _tell(row, f"{subject.name}退出名单" if confirmed else f"{subject.name}不退出名单")


def return_subject(actor: Actor, exit_id: int, version: int) -> None:
    """Back on the list; raises Conflict before twelve months are over."""
    row = _begin(actor, exit_id, ExitMove.RETURN, version)
    subject = get_subject(row.subject_id, row.county_id)
    if subject.exited_on is None or not may_return(subject.exited_on, clock.today()):
        raise Conflict(f"退出满十二个月才能回来，它是 {subject.exited_on} 退出的")
    subject.exited_on = subject.exit_reason = None
    row.returned_by_id, row.returned_at = actor.person_id, clock.now()
    _finish(row, ExitMove.RETURN)
    record("return_subject", actor.person_id, "assessed_subject", subject.id)
    _tell(row, f"{subject.name}回到名单")


def _tell(row: SubjectExit, title: str) -> None:
    unit = db.session.get_one(AssessedUnit, row.unit_id)
    programme = get_programme(row.programme_id, row.county_id)
    notify(
        staff_of_unit(unit), kind="assessment", title=title[:40],
        words=f"{programme.title}：{row.words}{row.note}"[:200], page=None,
        subject_kind="programme", subject_id=programme.id,
        dedup=f"exit:{row.id}:{row.state}",
    )  # fmt: skip
