"""Shops, rewards and two months of redemptions in the demo county, by the operations of life."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from backend.app.access import Actor
from backend.app.accounts.queries import actor_today
from backend.app.core import clock
from backend.app.core.db import db, fetch_named, lock, transaction
from backend.app.core.errors import DomainError
from backend.app.rewards import publications
from backend.app.rewards.catalogue.operations import RewardForm, add_reward
from backend.app.rewards.redemptions import handover
from backend.app.rewards.redemptions import operations as redemptions
from backend.app.rewards.redemptions.codes import make_code
from backend.app.rewards.shops import staff as shop_staff
from backend.app.rewards.shops.operations import ShopForm, open_shop
from backend.app.rewards.stock import counts as stock_counts
from backend.app.rewards.stock import operations as stock
from backend.app.rewards.stock.counts import Counted
from backend.demo.goods import picture
from backend.demo.people import JOINED_AT, PhoneVillage, keeper_openid
from backend.demo.villages import character_of, dice

# Two points for a rating: what a willing villager collects in one month, two, or a whole year.
CATALOGUE = (
    ("食盐", "一袋 400 克", 4, 2, "salt"),
    ("香皂", "一块", 4, 2, "soap"),
    ("酱油", "一瓶 500 毫升", 6, 2, "sauce"),
    ("毛巾", "一条，纯棉", 8, 2, "towel"),
    ("洗衣粉", "一袋 2 公斤", 12, 1, "powder"),
    ("大米", "一袋 2.5 公斤", 24, 1, "rice"),
    ("食用油", "一桶 1.8 升", 36, 1, "oil"),
    ("电饭锅", "3 升，保修一年", 160, None, "cooker"),
)
SHOPS, FETCHED_A_MONTH = 8, 9
KEEPERS = ("王秀兰", "赵满仓", "刘桂芳", "孙有田", "李春梅", "张来福", "杨改霞", "陈建民")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗"
VILLAGES = text(
    "SELECT id, code, name FROM region WHERE county_id = :county_id AND level = 'village'"
    " AND closed_on IS NULL ORDER BY code"
)
STAFF = text("SELECT person_id FROM console_login WHERE username = :username")
KEEPER = text(
    "INSERT INTO person (openid, display_name, created_at) VALUES (:openid, :name, :at)"
    " RETURNING id"
)
# Who had how much on a day, and could go shopping.
PURSES = text(
    """
    SELECT b.person_id, sum(e.amount) AS points
    FROM binding b JOIN points_entry e ON e.person_id = b.person_id
    WHERE b.village_id = :village_id AND b.ended_at IS NULL AND e.earned_on < :day
    GROUP BY b.person_id HAVING sum(e.amount) >= 4 ORDER BY b.person_id
    """
)


@dataclass(frozen=True)
class Stall:
    """A demo shop with the people it needs."""

    shop_id: int
    village_id: int
    code: str
    keeper: Actor


def busy_villages(county_id: int) -> list[PhoneVillage]:
    """Where many speak, many have points; the first three are those of the preview's phones."""
    villages = fetch_named(PhoneVillage, VILLAGES, {"county_id": county_id})
    return [v for v in villages if v.name and character_of(v.code).ratings_a_month > 25][:SHOPS]


def _staff(username: str) -> Actor:
    return actor_today(db.session.scalars(STAFF, {"username": username}).one())


def load_rewards(county_id: int, at: datetime) -> int:
    """Everything once, as one; returns how many things were fetched."""
    with transaction():
        lock("demo", "rewards")
        if db.session.scalar(text("SELECT EXISTS (SELECT FROM exchange_point)")):
            return 0
        return _load(county_id, at)


def _load(county_id: int, at: datetime) -> int:
    this_month = clock.month_of(clock.local_day(at))
    last = clock.previous_month(this_month)
    opened = clock.midnight(last) + timedelta(hours=9)
    with clock.clock_at(opened):
        clerk = _staff("county")
        rewards = [_reward(clerk, county_id, *line) for line in CATALOGUE]
        stalls = [_stall(clerk, nth, row) for nth, row in enumerate(busy_villages(county_id))]
        for stall in stalls:
            _supply(clerk, stall, rewards)
    fetched = sum(_month(stall, rewards, month, at) for stall in stalls for month in
                  (last, this_month))  # fmt: skip
    _count(stalls[0], clerk, at)
    with clock.clock_at(min(clock.midnight(this_month) + timedelta(days=2, hours=7), at)):
        for stall in stalls:
            publications.publish(stall.village_id, last)
    return fetched


def _reward(
    clerk: Actor, county_id: int, name: str, words: str, price: int, limit: int | None, kind: str
) -> Any:
    form = RewardForm(name, words, price, limit, None, date(2026, 1, 1), None)
    return add_reward(clerk, county_id, form, picture(kind))


def _stall(clerk: Actor, nth: int, village: Any) -> Stall:
    short = village.name.removesuffix("居委会").removesuffix("委会").removesuffix("社区")
    form = ShopForm(
        f"{short}便民兑换超市", f"{short}村口，村委会往东 50 米", "每天 8:00—19:00", "0913-8200000"
    )
    shop = open_shop(clerk, village.id, form)
    values = {"openid": keeper_openid(village.code), "name": KEEPERS[nth], "at": JOINED_AT}
    person_id = db.session.scalars(KEEPER, values).one()
    shop_staff.add_keeper(shop, person_id, clerk.person_id)
    return Stall(shop.id, village.id, village.code, actor_today(person_id))


def _supply(clerk: Actor, stall: Stall, rewards: list[Any]) -> None:
    roll = dice("supply", stall.code)
    for reward in rewards:
        quantity = roll.randrange(1, 4) if reward.price > 100 else roll.randrange(8, 41)
        stock.deliver(clerk, stall.shop_id, reward.id, quantity, "开张第一批")


def _month(stall: Stall, rewards: list[Any], month: date, until: datetime) -> int:
    """So many villagers go shopping in the second half of a month; the last one has not fetched."""
    roll, done = dice("fetched", stall.code, month), 0
    days = sorted(roll.randrange(15, 28) for _ in range(FETCHED_A_MONTH))
    for nth, day in enumerate(days):
        at = clock.midnight(month) + timedelta(days=day, hours=9, minutes=roll.randrange(500))
        if at >= until:
            break
        purses = db.session.execute(
            PURSES, {"village_id": stall.village_id, "day": clock.local_day(at)}
        ).all()
        if not purses:
            continue
        somebody = roll.choice(purses)
        wanted = [reward for reward in rewards if reward.price <= somebody.points][-3:]
        key = UUID(int=roll.getrandbits(128))
        last = nth == len(days) - 1
        done += _shopping(stall, somebody.person_id, roll.choice(wanted).id, at, key, last)
    return done


def _shopping(
    stall: Stall, person_id: int, reward_id: int, at: datetime, key: UUID, only_reserve: bool
) -> int:
    surname = SURNAMES[person_id % len(SURNAMES)]
    try:
        with clock.clock_at(at), db.session.begin_nested():
            found = redemptions.reserve(person_id, key, reward_id, stall.shop_id, surname)
            digits, _ = make_code(found)
            redemption_id = found.id
        if only_reserve:
            return 0
        with clock.clock_at(at + timedelta(minutes=3)), db.session.begin_nested():
            handover.hand_out(
                stall.keeper, redemption_id, digits, UUID(int=key.int ^ 1), was_scanned=True
            )
    except DomainError:
        # Somebody who had enough that month has spent it since, or has had his share.
        return 0
    return 1


def _count(stall: Stall, clerk: Actor, at: datetime) -> None:
    """A stock-taking with one bag too few, which waits for a second person."""
    lines = text(
        "SELECT reward_id, on_hand FROM stock_balance WHERE exchange_point_id = :id"
        " ORDER BY reward_id"
    )
    with clock.clock_at(at - timedelta(hours=3)):
        rows = db.session.execute(lines, {"id": stall.shop_id}).all()
        sheet = [Counted(row.reward_id, row.on_hand) for row in rows]
        sheet[1] = Counted(sheet[1].reward_id, sheet[1].quantity - 1, "受潮，扔了一块")
        stock_counts.count_stock(clerk, stall.shop_id, sheet)
