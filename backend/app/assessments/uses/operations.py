"""结果运用 written down by the office, with its basis; taken back with a reason."""

from dataclasses import dataclass
from datetime import date

from backend.app.access import Actor, Permission, may
from backend.app.assessments.models import AssessedUnit, Programme, ResultUse
from backend.app.assessments.parties import works_for
from backend.app.assessments.programmes.queries import get_programme
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import OPEN_DRAFT
from backend.app.assessments.states.uses import UseKind
from backend.app.assessments.uses.errors import UseMoved, UseUnknown
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed

LONGEST = 200


@dataclass(frozen=True)
class UseDraft:
    """What was decided, as it is typed."""

    unit_id: int
    kind: UseKind
    words: str
    basis: str
    decided_on: date


def record_use(actor: Actor, programme_id: int, draft: UseDraft) -> int:
    """In any year that was approved: a result is used after it is locked. Raises InvalidInput."""
    programme = get_programme(programme_id, scope_of(actor).county_id)
    unit = _check(actor, programme, draft)
    row = ResultUse(
        county_id=programme.county_id, programme_id=programme.id, unit_id=unit.id,
        kind=draft.kind.value, words=draft.words.strip(), basis=draft.basis.strip(),
        decided_on=draft.decided_on, recorded_by_id=actor.person_id, recorded_at=clock.now(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    tell_unit(
        unit.region_id, unit.department_id, f"考核结果运用：{draft.kind.words}",
        f"{row.words}。依据：{row.basis}", f"use:{row.id}", ("result_use", row.id),
    )  # fmt: skip
    record("record_use", actor.person_id, "result_use", row.id, kind=draft.kind.words)
    return row.id


def _check(actor: Actor, programme: Programme, draft: UseDraft) -> AssessedUnit:
    """The office, for other units than its own people's; all faults at once."""
    unit = db.session.get(AssessedUnit, draft.unit_id)
    if not may(actor, Permission.SUPERVISE_TARGETS, (programme.county_id,)):
        raise NotAllowed
    faults: dict[str, list[str]] = {}
    if unit is None or unit.programme_id != programme.id:
        faults["unit"] = ["请从列表里选单位"]
    elif works_for(actor, unit):
        raise NotAllowed
    if programme.state in OPEN_DRAFT:
        faults["programme"] = ["下达以后才有结果可用"]
    for field, name in (("words", "怎么用"), ("basis", "依据文件和文号")):
        if not 1 <= len(getattr(draft, field).strip()) <= LONGEST:
            faults[field] = [f"{name}填 1 到 {LONGEST} 个字"]
    if draft.decided_on > clock.today():
        faults["decided_on"] = ["还没有到的日子不能填"]
    if faults or unit is None:
        raise InvalidInput(errors=faults)
    return unit


def withdraw_use(actor: Actor, programme_id: int, use_id: int, words: str) -> None:
    """It stays in sight with the reason. Raises UseUnknown, UseMoved."""
    programme = get_programme(programme_id, scope_of(actor).county_id)
    row = db.session.get(ResultUse, use_id, with_for_update=True, populate_existing=True)
    if row is None or row.programme_id != programme.id:
        raise UseUnknown
    if not may(actor, Permission.SUPERVISE_TARGETS, (programme.county_id,)):
        raise NotAllowed
    if row.withdrawn_at is not None:
        raise UseMoved
    if not 1 <= len(words.strip()) <= LONGEST:
        raise InvalidInput(errors={"withdraw": [f"请写明为什么撤销，最多 {LONGEST} 个字"]})
    row.withdrawn_at, row.withdrawn_by_id = clock.now(), actor.person_id
    row.withdrawn_words = words.strip()
    record("withdraw_use", actor.person_id, "result_use", row.id, reason=row.withdrawn_words)
    db.session.flush()
