"""Targets in force: issued to units, confirmed or queried by them."""

from typing import Any

from sqlalchemy import text

from backend.app.access import Actor, Permission, Role, may
from backend.app.accounts.queries import staff_of
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments import transitions
from backend.app.assessments.errors import NotYourTarget, OwnChange, TargetMoved, TargetUnknown
from backend.app.assessments.models import AssessedUnit, Target
from backend.app.assessments.parties import UnitPlace, office_of, works_for
from backend.app.assessments.programmes.queries import list_units
from backend.app.assessments.states import IN_FORCE, ProgrammeMove, TargetMove, TargetState
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.core.text_check import clean_words
from backend.app.notices.operations import notify
from backend.app.tickets.rules.queries import clock_of

LONGEST_WORDS = 300
ISSUE = text(
    """
    WITH issued AS (
        UPDATE target
        SET state = :issued, issued_by_id = :person_id, issued_at = :at, answer_due_at = :due,
            version = version + 1
        WHERE programme_id = :id AND state = :draft
        RETURNING id, county_id
    )
    INSERT INTO target_event
        (county_id, target_id, at, person_id, move, from_state, to_state)
    SELECT county_id, id, :at, :person_id, :move, :draft, :issued FROM issued
    """
)
CONFIRM = text(
    """
    WITH confirmed AS (
        UPDATE target SET state = :confirmed, version = version + 1
        WHERE unit_id = :unit_id AND state = :issued
        RETURNING id, county_id
    )
    INSERT INTO target_event
        (county_id, target_id, at, person_id, move, from_state, to_state)
    SELECT county_id, id, :at, :person_id, :move, :issued, :confirmed FROM confirmed
    """
)


def issue_programme(actor: Actor, programme_id: int) -> int:
    """下达: every target goes to its unit, with one notice a unit; returns how many."""
    programme = transitions.begin_programme(actor, programme_id, ProgrammeMove.ISSUE)
    at = clock.now()
    due = clock_of(programme.county_id).close_of_nth_day(at, programme.content["clocks"]["answer"])
    values = {
        "id": programme.id, "person_id": actor.person_id, "at": at, "due": due,
        "draft": TargetState.DRAFT.value, "issued": TargetState.ISSUED.value,
        "move": TargetMove.ISSUE.value,
    }  # fmt: skip
    count: int = db.session.execute(ISSUE, values).rowcount  # type: ignore[attr-defined]
    programme.issued_by_id, programme.issued_at = actor.person_id, at
    transitions.finish_programme(programme, ProgrammeMove.ISSUE)
    record("issue_programme", actor.person_id, "programme", programme.id, count=count)
    until = due.astimezone(clock.COUNTY_ZONE)
    for unit in list_units(programme.id):
        notify(
            staff_of_unit(unit), kind="assessment", title="年度目标任务已下达",
            words=f"请在 {until:%m月%d日 %H:%M} 前逐项确认或提出疑问。", page=None,
            subject_kind="programme", subject_id=programme.id,
            # A township hears once of all its villages.
            dedup=f"issued:{programme.id}:{office_of(unit.region_id) or f'unit-{unit.id}'}",
        )  # fmt: skip
    return count


def staff_of_unit(unit: UnitPlace) -> list[int]:
    """Who works for a township or a department today, or runs a subject."""
    if unit.subject_id is not None:
        return staff_of({Role.SUBJECT_STAFF}, subject_id=unit.subject_id)
    if unit.department_id is not None:
        return staff_of({Role.DEPARTMENT_STAFF}, department_id=unit.department_id)
    return staff_of({Role.TOWNSHIP_STAFF}, office_of(unit.region_id))


def tell_unit(act: transitions.TargetAct, title: str, words: str) -> None:
    """One line into each inbox of the unit."""
    notify(
        staff_of_unit(act.unit), kind="assessment", title=title, words=words[:200], page=None,
        subject_kind="target", subject_id=act.target.id,
    )  # fmt: skip


def confirm_all(actor: Actor, unit_id: int) -> int:
    """The unit takes everything on that still waits for its answer; returns how many."""
    unit = db.session.get(AssessedUnit, unit_id)
    if unit is None:
        raise TargetUnknown
    if not works_for(actor, unit):
        raise NotYourTarget
    values: dict[str, Any] = {
        "unit_id": unit.id, "person_id": actor.person_id, "at": clock.now(),
        "issued": TargetState.ISSUED.value, "confirmed": TargetState.CONFIRMED.value,
        "move": TargetMove.CONFIRM.value,
    }  # fmt: skip
    count: int = db.session.execute(CONFIRM, values).rowcount  # type: ignore[attr-defined]
    record("confirm_targets", actor.person_id, "assessed_unit", unit.id, count=count)
    return count


def confirm_target(actor: Actor, target_id: int, version: int) -> None:
    act = transitions.begin(actor, target_id, TargetMove.CONFIRM, version)
    transitions.finish(act)
    record("confirm_targets", actor.person_id, "target", target_id, count=1)


def query_target(actor: Actor, target_id: int, version: int, words: str) -> None:
    """The unit asks; somebody else than who issued it decides."""
    act = transitions.begin(actor, target_id, TargetMove.QUERY, version)
    act.words = read_words(words, "请写明疑问")
    transitions.finish(act)
    record("query_target", actor.person_id, "target", target_id)


def uphold_target(actor: Actor, target_id: int, version: int, words: str) -> None:
    """A question is answered with the target as it is."""
    act = transitions.begin(actor, target_id, TargetMove.UPHOLD, version)
    check_another_hand(actor, act.target.issued_by_id, refusal=OwnChange())
    act.words = read_words(words, "请写明为什么维持")
    transitions.finish(act)
    record("uphold_target", actor.person_id, "target", target_id)
    tell_unit(act, "您单位的疑问已有答复", f"维持原目标：{act.words}")


def drop_target(actor: Actor, target_id: int, version: int, words: str) -> None:
    """A target that has become pointless; by who may approve and did not issue it."""
    act = transitions.begin(actor, target_id, TargetMove.DROP, version)
    if not may(actor, Permission.APPROVE_PROGRAMMES, (act.county_id,)):
        raise NotAllowed
    check_another_hand(actor, act.target.issued_by_id, refusal=OwnChange())
    act.words = read_words(words, "请写明为什么取消")
    transitions.finish(act)
    record("drop_target", actor.person_id, "target", target_id, reason=act.words)
    tell_unit(act, "一项目标已取消", f"{act.target.task[:60]}：{act.words}")


def read_words(words: str, missing: str) -> str:
    """A reason, which must be there; raises InvalidInput."""
    cleaned = clean_words(words, limit=LONGEST_WORDS)
    if cleaned is None:
        raise InvalidInput(errors={"words": [missing]})
    return cleaned


def set_key(actor: Actor, target_id: int, is_key: bool) -> None:
    """重点监管任务: at any time, by the office."""
    target = db.session.get(Target, target_id, with_for_update=True, populate_existing=True)
    if target is None or not may(actor, Permission.MANAGE_PROGRAMMES, (target.county_id,)):
        raise TargetUnknown
    if target.state not in IN_FORCE:
        raise TargetMoved
    target.is_key = is_key
    record("set_key_target", actor.person_id, "target", target.id, amount=int(is_key))
    db.session.flush()
