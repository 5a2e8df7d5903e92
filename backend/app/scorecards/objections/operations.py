"""申诉: a cadre objects once to a case that cost the own village points; somebody else decides."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from backend.app.access import Actor, Permission, Role, may
from backend.app.accounts.queries import staff_of
from backend.app.accounts.second_person import check_another_hand, check_other_side
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backend.app.core.queue import JobName, enqueue
from backend.app.core.text_check import WordsState, clean_words, judge
from backend.app.notices.operations import notify
from backend.app.places.operations import keep_settings
from backend.app.places.queries import Place, get_place
from backend.app.scorecards import facts as month_facts
from backend.app.scorecards.facts import VillageFacts
from backend.app.scorecards.locks import corrections
from backend.app.scorecards.locks.operations import last_day, lock_of
from backend.app.scorecards.models import MonthFact, MonthLock, Objection
from backend.app.scorecards.objections.photos import unused_photos
from backend.app.scorecards.operations import approved_adjustments, hold_month, score
from backend.app.scorecards.schemes.queries import scheme_for
from backend.app.scorecards.score_json import points
from backend.app.scoring.catalog import cases_of

LONGEST_WORDS, LONGEST_DECISION = 500, 300
CADRE_PAGE = "/pages/cadre/objections/detail/index?id={}"


class CaseUnknown(NotFound):
    code = "case_unknown"
    message = "这个村这个月的失分里没有这一件"


class AlreadyObjected(Conflict):
    code = "already_objected"
    message = "这一件已经申诉过了，每件只能申诉一次"


class ObjectionClosed(Conflict):
    code = "objection_closed"
    message = "这个月的申诉已经截止"


class ObjectionDecided(Conflict):
    code = "already_decided"
    message = "这件申诉刚才已有人裁决，请刷新"


class ObjectionOwnSide(NotAllowed):
    code = "own_side"
    message = "您是被考核一方（本村、所在乡镇或申诉人），请换别的同事来办"


@dataclass(frozen=True)
class Raised:
    """What a cadre sends."""

    village_id: int
    month: date
    case_kind: str
    case_id: int
    words: str
    photo_ids: tuple[int, ...] = ()


def set_objection_days(actor: Actor, county_id: int, days: int) -> None:
    if not may(actor, Permission.DECIDE_OBJECTIONS, (county_id,)):
        raise NotAllowed
    keep_settings(county_id, {"objection_days": days})
    record("set_objection_days", actor.person_id, "county", county_id, days=days)


def standing_facts(village_id: int, month: date) -> VillageFacts | None:
    """The village's month as it counts now: as corrected, or as it was computed last."""
    newest = corrections.newest_of(village_id, month)
    if newest is not None:
        return VillageFacts(month=month, **newest.after["facts"])
    row = db.session.get(MonthFact, (village_id, month))
    return month_facts.facts_of(row) if row else None


def cases_in(cases: Mapping[str, list[int]], kind: str) -> frozenset[int]:
    """The ids of one kind of case that cost points."""
    return frozenset(case_id for listed in cases_of(kind) for case_id in cases.get(listed.name, ()))


def raise_objection(actor: Actor, key: UUID, raised: Raised) -> Objection:
    """One objection to one case; the same key again answers with the same one."""
    place = get_place(raised.village_id)
    if place.level != "village" or not may(actor, Permission.RAISE_OBJECTION, place.path):
        raise NotAllowed("只能替自己的村申诉")
    known = db.session.scalar(
        select(Objection).where(
            Objection.raised_by_id == actor.person_id, Objection.idempotency_key == key
        )
    )
    if known is not None:
        return known
    words = _spoken(
        place.county_id or 0, raised.words, "words", "请写清楚为什么不该扣", LONGEST_WORDS
    )
    if clock.today() > last_day(place.county_id or 0, raised.month):
        raise ObjectionClosed
    facts = standing_facts(place.id, raised.month)
    if facts is None or raised.case_id not in cases_in(facts.cases, raised.case_kind):
        # An upheld one has left the facts; saying so is kinder than 没有这一件.
        raise AlreadyObjected if _objected(raised) else CaseUnknown
    photos = unused_photos(actor.person_id, raised.photo_ids)
    made = Objection(
        county_id=place.county_id, village_id=place.id, month=raised.month,
        case_kind=raised.case_kind, case_id=raised.case_id, words=words,
        raised_by_id=actor.person_id, raised_at=clock.now(), idempotency_key=key,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        raise AlreadyObjected from None
    for photo in photos:
        photo.objection_id = made.id
    record("raise_objection", actor.person_id, "objection", made.id, month=f"{made.month:%Y-%m}")
    _tell_reviewers(made, place)
    return made


def _objected(raised: Raised) -> bool:
    query = select(Objection.id).where(
        Objection.case_kind == raised.case_kind, Objection.case_id == raised.case_id
    )
    return db.session.scalar(query) is not None


def _spoken(county_id: int, words: str, field: str, wanted: str, limit: int) -> str:
    checked = judge(county_id, clean_words(words, field, limit))
    if checked.text is None:
        raise InvalidInput(errors={field: [wanted]})
    if checked.state is WordsState.MODERATED:
        raise InvalidInput(errors={field: [f"{checked.reason}，请改一改再交"]})
    return checked.text


def check_reviewer(actor: Actor, objection: Objection) -> None:
    """Raises NotAllowed without the permission there, OwnSide for whoever is being assessed."""
    if not may(actor, Permission.DECIDE_OBJECTIONS, get_place(objection.village_id).path):
        raise NotAllowed
    check_another_hand(actor, objection.raised_by_id, refusal=ObjectionOwnSide())
    check_other_side(actor, objection.village_id, refusal=ObjectionOwnSide())


def decide_objection(actor: Actor, objection_id: int, is_upheld: bool, decision: str) -> Objection:
    """Upholds or refuses with a reason; an upheld case leaves the figures, and the effect is kept.

    An open month is computed again at once by a job; a locked one gets a numbered correction.
    """
    objection = get_objection(objection_id)
    check_reviewer(actor, objection)
    reason = _spoken(
        objection.county_id, decision, "decision", "请写明裁决理由，会给村里看", LONGEST_DECISION
    )
    # Who locks the month waits for this, or this for him: never both at once.
    hold_month(objection.month)
    db.session.refresh(objection, with_for_update=True)
    if objection.state != "pending":
        raise ObjectionDecided
    if is_upheld:
        objection.effect = _strike(actor, objection, reason)
    objection.state = "upheld" if is_upheld else "refused"
    objection.decided_by_id, objection.decided_at = actor.person_id, clock.now()
    objection.decision = reason
    db.session.flush()
    record(
        "decide_objection", actor.person_id, "objection", objection.id,
        decision=objection.state, month=f"{objection.month:%Y-%m}", **objection.effect,
    )  # fmt: skip
    _tell_village(objection)
    return objection


def get_objection(objection_id: int) -> Objection:
    """Raises NotFound."""
    objection = db.session.get(Objection, objection_id)
    if objection is None:
        raise NotFound("没有找到这件申诉")
    return objection


def _strike(actor: Actor, objection: Objection, reason: str) -> dict[str, Any]:
    case = (objection.case_kind, objection.case_id)
    lock = lock_of(objection.county_id, objection.month)
    if lock is None:
        enqueue(JobName.RECOMPUTE_MONTH, objection.county_id, f"{objection.month:%Y-%m}")
        return _effect_on_open(objection, case)
    return _correct(actor, lock, objection, case, reason)


def _correct(
    actor: Actor, lock: MonthLock, objection: Objection, case: tuple[str, int], reason: str
) -> dict[str, Any]:
    made = corrections.strike_case(actor, lock, objection.village_id, case, reason, objection.id)
    return {
        "before": _text(made.before["total"]), "after": _text(made.after["total"]),
        "correction": made.number,
    }  # fmt: skip


def _effect_on_open(objection: Objection, case: tuple[str, int]) -> dict[str, Any]:
    """What this case alone moves, computed from the facts as they were kept last."""
    kept = month_facts.kept(objection.month, [objection.county_id])
    _, scheme = scheme_for(objection.county_id, objection.month)
    given = approved_adjustments(objection.month, [objection.county_id])
    without = [
        month_facts.strike(one, *case) if one.village_id == objection.village_id else one
        for one in kept
    ]
    before, after = (
        next(
            (one.total for one in score(facts, objection.month, scheme, given)
             if one.unit == objection.village_id), None,
        )
        for facts in (kept, without)
    )  # fmt: skip
    return {"before": _text(before), "after": _text(after)}


def _text(hundredths: int | None) -> str | None:
    found = points(hundredths)
    return None if found is None else f"{found:.2f}"


def _tell_reviewers(objection: Objection, place: Place) -> None:
    notify(
        staff_of({Role.COUNTY_STAFF}, objection.county_id),
        kind="objection", title=f"{place.name} 提出申诉", words=objection.words, page=None,
        subject_kind="objection", subject_id=objection.id, dedup=f"objection:{objection.id}",
    )  # fmt: skip


def _tell_village(objection: Objection) -> None:
    upheld = objection.state == "upheld"
    before, after = objection.effect.get("before"), objection.effect.get("after")
    effect = f"本村得分 {before} → {after}。" if before and after and before != after else ""
    people = {objection.raised_by_id, *staff_of({Role.CADRE}, objection.village_id)}
    notify(
        people,
        kind="objection", title="申诉成立，这件不计入得分" if upheld else "申诉没有成立",
        words=f"{effect}{objection.decision}", page=CADRE_PAGE.format(objection.id),
        subject_kind="objection", subject_id=objection.id,
        dedup=f"objection:{objection.id}:decided",
    )  # fmt: skip
