"""兑换: reserved, fetched, given up, expired, brought back. Stock and points move with the state.

Locks are taken in one order everywhere: the person, the redemption, the stock, the points.
"""

import unicodedata
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db, lock
from backend.app.core.errors import InvalidInput
from backend.app.places.queries import get_place
from backend.app.places.succession import village_now
from backend.app.points.errors import BalanceTooLow
from backend.app.points.ledger import spend, undo, village_of
from backend.app.points.queries import balance_of
from backend.app.rewards.errors import (
    NoLongerReserved,
    NotBound,
    NotEnoughPoints,
    OverTheLimit,
    RedemptionUnknown,
    RewardNotForYou,
    RewardNotNow,
    RewardUnknown,
    ShopPaused,
    ShopUnknown,
    TooManyReserved,
)
from backend.app.rewards.models import ExchangePoint, Redemption, Reward
from backend.app.rewards.states import COUNTED
from backend.app.rewards.stock import operations as stock

CAUSE = "redemption"
KEPT_FOR = timedelta(days=3)
MOST_RESERVED = 5


def reserve(
    person_id: int, key: UUID, reward_id: int, shop_id: int, surname: str = ""
) -> Redemption:
    """Puts one thing aside and takes its points; the same key again answers the same."""
    known = _by_key(person_id, key)
    if known is not None:
        return known
    # Two requests of one person number themselves one after the other.
    lock("redemptions", person_id)
    known = _by_key(person_id, key)
    if known is not None:
        return known
    village_id = village_of(person_id)
    if village_id is None:
        raise NotBound
    reward, shop = _reward_for(village_id, reward_id), _open_shop(shop_id)
    if shop.county_id != reward.county_id:
        raise ShopUnknown
    month = clock.month_of(clock.today())
    nth_in_month, nth = _numbers(person_id, reward, month)
    _check_balance(person_id, reward.price)
    at = clock.now()
    redemption = Redemption(
        county_id=reward.county_id, village_id=village_id, person_id=person_id,
        surname=clean_surname(surname), reward_id=reward.id, exchange_point_id=shop.id,
        price=reward.price, state="reserved", month=month, nth_in_month=nth_in_month, nth=nth,
        idempotency_key=key, reserved_at=at, keep_until=at + KEPT_FOR,
    )  # fmt: skip
    db.session.add(redemption)
    db.session.flush()
    stock.put_aside(redemption)
    try:
        spend(person_id, reward.county_id, reward.price, CAUSE, redemption.id)
    except BalanceTooLow:
        raise NotEnoughPoints from None
    record(
        "reserve_reward", person_id, "redemption", redemption.id,
        reward_id=reward.id, exchange_point_id=shop.id, price=reward.price,
    )  # fmt: skip
    return redemption


def _by_key(person_id: int, key: UUID) -> Redemption | None:
    return db.session.scalar(
        select(Redemption).where(
            Redemption.person_id == person_id, Redemption.idempotency_key == key
        )
    )


def clean_surname(text_: str) -> str:
    """One or two characters, compound surnames included; raises InvalidInput for anything else."""
    name = "".join(text_.split())
    if len(name) > 2 or not all(map(_is_chinese, name)):
        raise InvalidInput(errors={"surname": ["只写姓，一两个汉字，不写名"]})
    return name


def _is_chinese(letter: str) -> bool:
    """Rare characters of the larger planes are names, too."""
    return unicodedata.name(letter, "").startswith("CJK UNIFIED IDEOGRAPH")


def _reward_for(village_id: int, reward_id: int) -> Reward:
    """Raises unless the reward is there, for this village and for today."""
    reward = db.session.get(Reward, reward_id, populate_existing=True)
    if reward is None or reward.retired_at is not None:
        raise RewardUnknown
    if village_now(reward.region_id) not in get_place(village_id).path:
        raise RewardNotForYou
    today = clock.today()
    if today < reward.starts_on:
        raise RewardNotNow(f"{reward.starts_on.month}月{reward.starts_on.day}日起才能兑换")
    if reward.ends_on is not None and today > reward.ends_on:
        raise RewardNotNow("这样东西已经过了兑换的日子")
    return reward


def _open_shop(shop_id: int) -> ExchangePoint:
    """Held, so that nobody closes it under what is being put aside."""
    shop = db.session.get(
        ExchangePoint, shop_id, populate_existing=True, with_for_update={"read": True}
    )
    if shop is None or shop.closed_on is not None:
        raise ShopUnknown
    if shop.paused_at is not None:
        raise ShopPaused(f"这个兑换点暂停兑换：{shop.pause_reason}。请换一个兑换点")
    return shop


def _numbers(person_id: int, reward: Reward, month: date) -> tuple[int, int]:
    """The lowest free numbers within the limits; raises OverTheLimit or TooManyReserved."""
    rows = db.session.execute(
        select(
            Redemption.reward_id, Redemption.state, Redemption.month,
            Redemption.nth_in_month, Redemption.nth,
        ).where(
            Redemption.person_id == person_id, Redemption.state.in_(COUNTED),
            (Redemption.reward_id == reward.id) | (Redemption.state == "reserved"),
        )
    ).all()  # fmt: skip
    if sum(row.state == "reserved" for row in rows) >= MOST_RESERVED:
        raise TooManyReserved
    same = [row for row in rows if row.reward_id == reward.id]
    this_month = {row.nth_in_month for row in same if row.month == month}
    if reward.monthly_limit is not None and len(this_month) >= reward.monthly_limit:
        raise OverTheLimit(f"这样东西每人每月最多兑 {reward.monthly_limit} 件，下个月再来")
    if reward.total_limit is not None and len(same) >= reward.total_limit:
        raise OverTheLimit(f"这样东西每人一共能兑 {reward.total_limit} 件，您已经兑够了")
    return _free(this_month), _free({row.nth for row in same})


def _free(taken: set[int]) -> int:
    number = 1
    while number in taken:
        number += 1
    return number


def _check_balance(person_id: int, price: int) -> None:
    """Said early and with figures; the ledger checks again under its lock."""
    balance = balance_of(person_id)
    if balance < price:
        short = price - balance
        raise NotEnoughPoints(f"积分还不够：要 {price} 分，您有 {balance} 分，还差 {short} 分")


def lock_redemption(redemption_id: int) -> Redemption:
    """Raises RedemptionUnknown."""
    found = db.session.get(Redemption, redemption_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise RedemptionUnknown
    return found


def own_redemption(person_id: int, redemption_id: int) -> Redemption:
    """One's own, held; raises RedemptionUnknown for anybody else's."""
    redemption = lock_redemption(redemption_id)
    if redemption.person_id != person_id:
        raise RedemptionUnknown
    return redemption


def cancel(person_id: int, redemption_id: int) -> Redemption:
    """Not wanted any more: everything goes back; a second time changes nothing."""
    redemption = own_redemption(person_id, redemption_id)
    if redemption.state == "cancelled":
        return redemption
    if redemption.state != "reserved":
        raise NoLongerReserved("已经领走的不能取消，要退请到兑换点办")
    give_back(redemption, "cancelled", person_id)
    record("cancel_redemption", person_id, "redemption", redemption.id)
    return redemption


def give_back(redemption: Redemption, state: str, person_id: int | None) -> None:
    """The thing to the shelf, the points to the person."""
    redemption.state, redemption.ended_at = state, clock.now()
    stock.move(redemption, "release", person_id)
    undo(CAUSE, redemption.id)


def list_expired() -> list[int]:
    """Reservations whose days are over."""
    return list(
        db.session.scalars(
            select(Redemption.id)
            .where(Redemption.state == "reserved", Redemption.keep_until <= clock.now())
            .order_by(Redemption.keep_until)
        )
    )


def expire(redemption_id: int) -> Redemption | None:
    """Gives everything back; None where somebody was quicker."""
    redemption = lock_redemption(redemption_id)
    if redemption.state != "reserved" or redemption.keep_until > clock.now():
        return None
    give_back(redemption, "expired", None)
    record("expire_redemption", None, "redemption", redemption.id)
    return redemption


def count_waiting(person_id: int) -> int:
    query = select(func.count()).where(
        Redemption.person_id == person_id, Redemption.state == "reserved"
    )
    return db.session.scalar(query) or 0


def masked(surname: str) -> str:
    """张*: what a shop and a notice board may know."""
    return f"{surname}*" if surname else "村民"
