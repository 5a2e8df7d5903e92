"""At the counter: a code is shown, the goods are handed over, and sometimes brought back."""

from datetime import timedelta
from uuid import UUID

from backend.app.access import Actor
from backend.app.accounts.second_person import check_another_hand
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput
from backend.app.points.errors import AccountFrozen
from backend.app.points.ledger import undo
from backend.app.points.queries import purse_of
from backend.app.rewards.errors import (
    CodeUsed,
    NoLongerReserved,
    NoShopOfYours,
    NotHandedOut,
    OwnRedemption,
    RedemptionCodeUnknown,
    SecondPersonNeeded,
    ShopPaused,
    TooLateToReturn,
    WrongShop,
)
from backend.app.rewards.models import ExchangePoint, Redemption
from backend.app.rewards.publications import note_return
from backend.app.rewards.redemptions.codes import GRACE, check_code, read_code, redemption_of
from backend.app.rewards.redemptions.operations import CAUSE, lock_redemption
from backend.app.rewards.shops.queries import shop_ids_of, shop_name
from backend.app.rewards.stock import operations as stock

RETURN_WITHIN = timedelta(days=30)
FROZEN = "这位村民的积分被冻结了，先不能领。请他在「我的积分」里申诉"
ENDED = {
    "cancelled": "村民已经取消了这次兑换，东西不用给",
    "expired": "预留的日子过了，积分已退回。请村民重新兑换",
    "returned": "这样东西已经退货了",
}


def look_up(actor: Actor, typed: str) -> Redemption:
    """Whose code this is, when it may be handed out here and now; otherwise says why not."""
    digits = read_code(typed)
    redemption = db.session.get_one(Redemption, redemption_of(digits), populate_existing=True)
    _check(actor, redemption, digits, timedelta(0))
    return redemption


def _check(actor: Actor, redemption: Redemption, digits: str, grace: timedelta) -> None:
    if redemption.exchange_point_id not in shop_ids_of(actor):
        name = shop_name(redemption.exchange_point_id)
        raise WrongShop(f"这件要到「{name}」领，不在您这里。请村民去那里，或取消了重新选")
    if redemption.state == "handed_out":
        raise CodeUsed
    if redemption.state != "reserved":
        raise NoLongerReserved(ENDED[redemption.state])
    if redemption.keep_until <= clock.now():
        raise NoLongerReserved(ENDED["expired"])
    check_code(digits, grace)
    check_another_hand(actor, redemption.person_id, refusal=OwnRedemption())
    shop = db.session.get_one(ExchangePoint, redemption.exchange_point_id, populate_existing=True)
    if shop.paused_at is not None:
        raise ShopPaused(f"您这个兑换点正暂停：{shop.pause_reason}。先别发东西")
    _, frozen = purse_of(redemption.person_id)
    if frozen:
        raise AccountFrozen(FROZEN)


def hand_out(
    actor: Actor, redemption_id: int, typed: str, key: UUID, was_scanned: bool
) -> Redemption:
    """Confirms the handing over; sent again under the same key it changes nothing."""
    digits = read_code(typed)
    redemption = lock_redemption(redemption_id)
    if redemption.handout_key == key and redemption.handed_out_by_id == actor.person_id:
        return redemption
    if redemption_of(digits) != redemption.id:
        raise RedemptionCodeUnknown
    _check(actor, redemption, digits, GRACE)
    redemption.state, redemption.handed_out_at = "handed_out", clock.now()
    redemption.handed_out_by_id, redemption.was_scanned = actor.person_id, was_scanned
    redemption.handout_key = key
    stock.move(redemption, "handout", actor.person_id)
    record(
        "hand_out_reward", actor.person_id, "redemption", redemption.id,
        exchange_point_id=redemption.exchange_point_id, scanned=was_scanned,
    )  # fmt: skip
    return redemption


def bring_back(actor: Actor, redemption_id: int, reason: str, on_the_shelf: bool) -> Redemption:
    """退货: the points go back; the thing too, where it is still good."""
    redemption = lock_redemption(redemption_id)
    if redemption.exchange_point_id not in shop_ids_of(actor):
        raise NoShopOfYours
    own = OwnRedemption("自己兑的东西要请别人来办退货")
    check_another_hand(actor, redemption.person_id, refusal=own)
    if redemption.state == "returned":
        raise Conflict(ENDED["returned"])
    if redemption.state != "handed_out" or redemption.handed_out_at is None:
        raise NotHandedOut
    if clock.now() - redemption.handed_out_at > RETURN_WITHIN:
        raise TooLateToReturn
    reason = reason.strip()
    if not 2 <= len(reason) <= 60:
        raise InvalidInput(errors={"reason": ["请写为什么退（60 字以内）"]})
    check_another_hand(actor, redemption.handed_out_by_id, refusal=SecondPersonNeeded())
    redemption.state, redemption.ended_at = "returned", clock.now()
    redemption.returned_by_id, redemption.return_reason = actor.person_id, reason
    db.session.flush()
    if on_the_shelf:
        stock.move(redemption, "return", actor.person_id, reason)
    undo(CAUSE, redemption.id)
    note_return(redemption, actor.person_id)
    record(
        "return_reward", actor.person_id, "redemption", redemption.id,
        reason=reason, on_the_shelf=on_the_shelf,
    )  # fmt: skip
    return redemption
