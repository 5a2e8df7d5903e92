"""更正: what is changed of a locked month, one village at a time, numbered and published."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy import func, select

from backend.app.access import Actor, Permission, may
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from backend.app.places.queries import region_path
from backend.app.scorecards import facts as month_facts
from backend.app.scorecards.facts import VillageFacts
from backend.app.scorecards.locks.operations import get_lock
from backend.app.scorecards.locks.verification import late_facts
from backend.app.scorecards.models import Correction, MonthLock, Scorecard
from backend.app.scorecards.operations import approved_adjustments, hold_month, seed_of
from backend.app.scorecards.score_json import adjustments_json, indicators_json
from backend.app.scoring.month import HUNDRED, RULES_VERSION, UnitScore, score_month
from backend.app.scoring.scheme_json import from_json
from backend.app.scoring.totals import AppliedAdjustment

REASONS = {
    "objection": "申诉成立", "late_fact": "补进迟到的数据", "error": "改正差错",
    "adjustment": "锁定后批准的加减分",
}  # fmt: skip

LONGEST_REASON = 300


class NothingToCorrect(Conflict):
    code = "nothing_to_correct"
    message = "这个村锁定后的数字没有变化，不用更正"


def corrections_of(county_id: int, month: date) -> list[Correction]:
    """By number."""
    query = select(Correction).where(Correction.county_id == county_id, Correction.month == month)
    return list(db.session.scalars(query.order_by(Correction.number)))


def corrections_of_many(village_ids: Collection[int], month: date) -> dict[int, Correction]:
    """The newest correction of each village that has one."""
    query = select(Correction).where(
        Correction.village_id.in_(sorted(village_ids)), Correction.month == month
    )
    return {row.village_id: row for row in db.session.scalars(query.order_by(Correction.number))}


def newest_of(village_id: int, month: date) -> Correction | None:
    """What the village's month is now, where it was corrected."""
    return db.session.scalar(
        select(Correction)
        .where(Correction.village_id == village_id, Correction.month == month)
        .order_by(Correction.number.desc())
        .limit(1)
    )


def facts_now(lock: MonthLock, village_id: int) -> VillageFacts:
    """The village's facts as they were locked or last corrected."""
    newest = newest_of(village_id, lock.month)
    if newest is not None:
        return VillageFacts(month=lock.month, **newest.after["facts"])
    kept = month_facts.kept(lock.month, [lock.county_id])
    found = [one for one in kept if one.village_id == village_id]
    if not found:
        raise NothingToCorrect
    return found[0]


def strike_case(
    actor: Actor, lock: MonthLock, village_id: int, case: tuple[str, int], reason: str,
    objection_id: int,
) -> Correction:  # fmt: skip
    """An upheld objection to a locked month."""
    struck = month_facts.strike(facts_now(lock, village_id), *case)
    return _correct(actor, lock, struck, "objection", reason, objection_id)


def apply_adjustment(actor: Actor, lock: MonthLock, village_id: int, reason: str) -> Correction:
    """An adjustment of a locked month that was proposed before the lock and approved after it."""
    return _correct(actor, lock, facts_now(lock, village_id), "adjustment", reason, None)


def correct_late(
    actor: Actor, county_id: int, month: date, village_id: int, reason: str
) -> Correction:
    """Takes over what came in late for one village. Raises NothingToCorrect."""
    if not may(actor, Permission.LOCK_MONTHS, region_path(county_id)):
        raise NotAllowed
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise InvalidInput(errors={"reason": [f"请写理由，最多 {LONGEST_REASON} 字，会公开"]})
    hold_month(month)
    lock = get_lock(county_id, month)
    now = {facts.village_id: facts for _, facts in late_facts(lock)}.get(village_id)
    if now is None or now.canonical() == facts_now(lock, village_id).canonical():
        raise NothingToCorrect
    return _correct(actor, lock, now, "late_fact", reason.strip(), None)


def _correct(
    actor: Actor, lock: MonthLock, facts: VillageFacts, kind: str, reason: str,
    objection_id: int | None,
) -> Correction:  # fmt: skip
    """Scores the village alone, by the lock's scheme and the rules in force."""
    hold_month(lock.month)
    village_id = facts.village_id
    given = approved_adjustments(lock.month, [lock.county_id])
    (scored,) = score_month(
        [facts.unit()], from_json(lock.scheme), given, seed_of(lock.month), ranked=False
    )
    newest = newest_of(village_id, lock.month)
    before = newest.after if newest else _locked(lock, village_id)
    highest = select(func.coalesce(func.max(Correction.number), 0)).where(
        Correction.county_id == lock.county_id, Correction.month == lock.month
    )
    made = Correction(
        county_id=lock.county_id, month=lock.month,
        number=(db.session.scalar(highest) or 0) + 1, village_id=village_id, reason_kind=kind,
        reason=reason, objection_id=objection_id, before=before,
        after=_state(facts, scored, given.get(village_id, ())),
        made_by_id=actor.person_id, made_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    record("correct_month", actor.person_id, "region", village_id, month=f"{lock.month:%Y-%m}",
           number=made.number, before=before["total"], after=made.after["total"])  # fmt: skip
    return made


def _locked(lock: MonthLock, village_id: int) -> dict[str, Any]:
    card = db.session.get_one(Scorecard, (village_id, lock.month))
    return {
        "total": None if card.total is None else int(card.total * HUNDRED),
        "light": card.light,
        "indicators": card.indicators,
        "facts": _facts(facts_now(lock, village_id)),
    }


def _state(
    facts: VillageFacts, scored: UnitScore, given: Sequence[AppliedAdjustment]
) -> dict[str, Any]:
    return {
        "total": scored.total,
        "light": scored.light.code,
        "rules_version": RULES_VERSION,
        "indicators": indicators_json(scored),
        "adjustments": adjustments_json(scored, given),
        "facts": _facts(facts),
    }


def _facts(facts: VillageFacts) -> dict[str, Any]:
    """All but the month, which the correction names itself."""
    return {name: value for name, value in asdict(facts).items() if name != "month"}
