"""Freezing somebody's points, or those of one day; what one person did another decides."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import func, select, text

from backend.app.access import Actor, Permission, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from backend.app.core.text_check import clean_words
from backend.app.places.queries import get_place
from backend.app.points import notifications
from backend.app.points.errors import AlreadyDecided, SamePerson
from backend.app.points.ledger import adjust
from backend.app.points.models import PointsBalance, PointsDayFreeze, PointsEntry, PointsFreeze
from backend.app.points.queries import account_of, open_freeze
from backend.app.points.states import DayFreezeDecision, FreezeDecision

LONGEST_APPEAL = 300
FREEZE = text(
    """
    INSERT INTO points_balance (person_id, balance, frozen) VALUES (:person_id, 0, :frozen)
    ON CONFLICT (person_id) DO UPDATE SET frozen = excluded.frozen
    """
)


def _reviewer_of(actor: Actor, county_id: int) -> None:
    if not may(actor, Permission.REVIEW_POINTS, get_place(county_id).path):
        raise NotAllowed


def _reason(words: str, field: str = "reason") -> str:
    if not 4 <= len(words.strip()) <= 200:
        raise InvalidInput(errors={field: ["请写清楚原因，4 到 200 个字：本人看得到"]})
    return words.strip()


def freeze(actor: Actor, county_id: int, person_id: int, reason: str) -> PointsFreeze:
    """Nothing can be spent until it is lifted; what is earned still counts."""
    _reviewer_of(actor, county_id)
    words = _reason(reason)
    if account_of(county_id, [county_id], person_id) is None:
        raise NotFound("本县没有这个积分号，或还没得过积分")
    if open_freeze(person_id) is not None:
        raise Conflict("这个积分号已经冻结了")
    frozen = PointsFreeze(
        person_id=person_id, county_id=county_id, reason=words,
        frozen_by_id=actor.person_id, frozen_at=clock.now(),
    )  # fmt: skip
    db.session.add(frozen)
    db.session.flush()
    db.session.execute(FREEZE, {"person_id": person_id, "frozen": True})
    record("freeze_points", actor.person_id, "points_freeze", frozen.id, region_id=county_id)
    notifications.tell_frozen(frozen)
    return frozen


def _freeze(freeze_id: int) -> PointsFreeze:
    found = db.session.get(PointsFreeze, freeze_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    return found


def appeal(person_id: int, words: str) -> PointsFreeze:
    """The person's own word, once for each freeze."""
    current = open_freeze(person_id)
    if current is None:
        raise NotFound("积分没有冻结，不用申诉")
    found = _freeze(current.id)
    if found.appealed_at is not None:
        raise Conflict("已经申诉过了，请等另一位工作人员看")
    said = clean_words(words, limit=LONGEST_APPEAL)
    if said is None or len(said) < 2:
        raise InvalidInput(errors={"words": ["请说说为什么不该冻结"]})
    found.appeal, found.appealed_at = said, clock.now()
    db.session.flush()
    return found


def decide_appeal(actor: Actor, freeze_id: int, lift: bool, note: str) -> PointsFreeze:
    """By another person than the one who froze."""
    found = _freeze(freeze_id)
    _reviewer_of(actor, found.county_id)
    if found.appealed_at is None:
        raise Conflict("本人还没有申诉")
    if found.decided_at is not None or found.lifted_at is not None:
        raise AlreadyDecided
    check_another_hand(actor, found.frozen_by_id, refusal=SamePerson())
    found.decision_note = _reason(note, "note")
    found.decision = FreezeDecision.LIFTED if lift else FreezeDecision.KEPT
    found.decided_by_id, found.decided_at = actor.person_id, clock.now()
    if lift:
        _lift(found)
    db.session.flush()
    record(
        "decide_points_appeal", actor.person_id, "points_freeze", found.id,
        region_id=found.county_id, decision=found.decision,
    )  # fmt: skip
    notifications.tell_appeal(found)
    return found


def lift(actor: Actor, freeze_id: int) -> PointsFreeze:
    """Any reviewer may end a freeze; to end it harms nobody."""
    found = _freeze(freeze_id)
    _reviewer_of(actor, found.county_id)
    if found.lifted_at is not None:
        raise AlreadyDecided
    _lift(found)
    record("lift_points_freeze", actor.person_id, "points_freeze", found.id,
           region_id=found.county_id)  # fmt: skip
    notifications.tell_lifted(found)
    return found


def _lift(found: PointsFreeze) -> None:
    found.lifted_at = clock.now()
    db.session.flush()
    db.session.execute(FREEZE, {"person_id": found.person_id, "frozen": False})


def freeze_day(
    actor: Actor, county_id: int, people: Iterable[int], day: date, reason: str
) -> list[PointsDayFreeze]:
    """Takes what people earned on a day out of their balances until another person has looked.

    What is spent already stays spent; whoever has nothing left of that day is passed over.
    """
    _reviewer_of(actor, county_id)
    words = _reason(reason)
    tried = [_freeze_day(actor, county_id, person, day, words) for person in sorted(set(people))]
    found = [frozen for frozen in tried if frozen is not None]
    if not found:
        raise Conflict("这些人那一天没有可以暂扣的积分，或已经扣过了")
    record("freeze_points_day", actor.person_id, "county", county_id, region_id=county_id,
           people=len(found), reason=words)  # fmt: skip
    return found


def _freeze_day(
    actor: Actor, county_id: int, person_id: int, day: date, reason: str
) -> PointsDayFreeze | None:
    balance = db.session.scalar(
        select(PointsBalance.balance).where(PointsBalance.person_id == person_id).with_for_update()
    )
    undone = select(PointsEntry.reverses_id).where(PointsEntry.reverses_id.is_not(None))
    earned = db.session.scalar(
        select(func.sum(PointsEntry.amount)).where(
            PointsEntry.person_id == person_id,
            PointsEntry.county_id == county_id,
            PointsEntry.kind == "earned",
            PointsEntry.earned_on == day,
            PointsEntry.id.not_in(undone.where(PointsEntry.person_id == person_id)),
        )
    )
    amount = min(balance or 0, earned or 0)
    known = select(PointsDayFreeze.id).where(
        PointsDayFreeze.person_id == person_id, PointsDayFreeze.day == day
    )
    if amount <= 0 or db.session.scalar(known) is not None:
        return None
    made = PointsDayFreeze(
        person_id=person_id, county_id=county_id, day=day, amount=amount, reason=reason,
        frozen_by_id=actor.person_id, frozen_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    adjust(person_id, county_id, -amount, "day_freeze", made.id)
    notifications.tell_day_frozen(made)
    return made


def decide_day_freeze(actor: Actor, freeze_id: int, give_back: bool, note: str) -> PointsDayFreeze:
    """Gives the points back or keeps them; by another person than the one who froze them."""
    found = db.session.get(PointsDayFreeze, freeze_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound
    _reviewer_of(actor, found.county_id)
    if found.decided_at is not None:
        raise AlreadyDecided
    check_another_hand(actor, found.frozen_by_id, refusal=SamePerson())
    found.decision_note = _reason(note, "note")
    found.decision = DayFreezeDecision.GIVEN_BACK if give_back else DayFreezeDecision.KEPT
    found.decided_by_id, found.decided_at = actor.person_id, clock.now()
    db.session.flush()
    if give_back:
        adjust(found.person_id, found.county_id, found.amount, "day_freeze_back", found.id)
    record(
        "decide_points_day_freeze", actor.person_id, "points_day_freeze", found.id,
        region_id=found.county_id, decision=found.decision,
    )  # fmt: skip
    notifications.tell_day_freeze(found)
    return found
