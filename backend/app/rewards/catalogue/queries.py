"""Reads of the catalogue: what there is, for whom, and where it lies."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db, fetch_named
from backend.app.core.states import one_of
from backend.app.places.queries import get_place
from backend.app.places.sql import join_region, village_now
from backend.app.points.ledger import village_of
from backend.app.points.queries import purse_of
from backend.app.rewards.errors import RewardUnknown
from backend.app.rewards.redemptions.operations import count_waiting
from backend.app.rewards.shops.queries import Shop, shops_near, stock_of
from backend.app.rewards.states import COUNTED, RedemptionState

LISTED = text(
    f"""
    SELECT r.id, r.name, r.description, r.price, r.photo_key, r.monthly_limit, r.total_limit,
           r.ends_on, had.in_month, had.in_all
    FROM reward r
    CROSS JOIN LATERAL (
        SELECT count(*) AS in_all, count(*) FILTER (WHERE x.month = :month) AS in_month
        FROM redemption x WHERE x.person_id = :person_id AND x.reward_id = r.id
          AND {one_of("x.state", COUNTED)}) AS had
    WHERE {village_now("r.region_id")} = ANY(:path)
      AND r.retired_at IS NULL AND r.starts_on <= :today
      AND (r.ends_on IS NULL OR r.ends_on >= :today)
    ORDER BY r.price, r.id
    """
)
REWARDS = text(
    f"""
    SELECT r.id, r.name, r.description, r.price, r.photo_key, r.monthly_limit, r.total_limit,
           r.starts_on, r.ends_on, r.retired_at, place.name AS place,
           COALESCE(stock.on_hand, 0) AS on_hand, COALESCE(stock.reserved, 0) AS reserved,
           COALESCE(gone.handed_out, 0) AS handed_out
    FROM reward r {join_region("place", "r.region_id")}
    LEFT JOIN (SELECT reward_id, sum(on_hand) AS on_hand, sum(reserved) AS reserved
               FROM stock_balance GROUP BY reward_id) AS stock ON stock.reward_id = r.id
    LEFT JOIN (SELECT reward_id, count(*) AS handed_out FROM redemption
               WHERE state = '{RedemptionState.HANDED_OUT}' GROUP BY reward_id
               ) AS gone ON gone.reward_id = r.id
    WHERE r.county_id = :county_id AND (r.retired_at IS NULL OR :all)
    ORDER BY r.retired_at IS NOT NULL, r.price, r.id
    """
)
LAST_SURNAME = text(
    "SELECT surname FROM redemption WHERE person_id = :person_id ORDER BY id DESC LIMIT 1"
)
NEARNESS = ("本村", "本镇", "县里")


@dataclass(frozen=True)
class Around:
    """A villager's surroundings: shops from near to far with what lies in each, and the purse."""

    person_id: int
    village_id: int
    shops: list[Shop]
    stock: dict[int, dict[int, int]]
    balance: int
    frozen: bool

    def left(self, shop_id: int, reward_id: int) -> int:
        return self.stock.get(shop_id, {}).get(reward_id, 0)


def photo_url(key: str | None) -> str | None:
    return f"/{key}" if key else None


def look_around(person_id: int) -> Around | None:
    """None for somebody who has not said which village is theirs."""
    village_id = village_of(person_id)
    if village_id is None:
        return None
    shops = shops_near(village_id)
    stock = {
        shop_id: {line.reward_id: line.on_hand - line.reserved for line in lines}
        for shop_id, lines in stock_of([shop.id for shop in shops]).items()
    }
    return Around(person_id, village_id, shops, stock, *purse_of(person_id))


class ShownReward(NamedTuple):
    """A reward of the catalogue, and how many of it the reader has had."""

    id: int
    name: str
    description: str
    price: int
    photo_key: str | None
    monthly_limit: int | None
    total_limit: int | None
    ends_on: date | None
    in_month: int
    in_all: int


def _listed(around: Around) -> list[ShownReward]:
    today = clock.today()
    values = {
        "person_id": around.person_id, "path": list(get_place(around.village_id).path),
        "today": today, "month": clock.month_of(today),
    }  # fmt: skip
    return fetch_named(ShownReward, LISTED, values)


def show_catalogue(person_id: int) -> dict[str, Any]:
    """Everything that is for the person today, cheapest first; nothing without a village."""
    around = look_around(person_id)
    if around is None:
        return {"bound": False, "balance": 0, "frozen": False, "waiting": 0, "items": []}
    return {
        "bound": True,
        "balance": around.balance,
        "frozen": around.frozen,
        "waiting": count_waiting(person_id),
        "items": [_card(row, around) for row in _listed(around)],
    }


def _card(row: ShownReward, around: Around) -> dict[str, Any]:
    stocked = [s for s in around.shops if around.left(s.id, row.id) > 0 and s.paused_at is None]
    nearest = stocked[0] if stocked else None
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "price": row.price,
        "photo_url": photo_url(row.photo_key),
        "limit_words": limit_words(row),
        "ends_on": row.ends_on,
        "left": sum(around.left(shop.id, row.id) for shop in stocked),
        "nearest": nearest
        and {
            "name": nearest.name,
            "nearness": NEARNESS[nearest.distance],
            "left": around.left(nearest.id, row.id),
        },
        "refusal": refusal(row, around),
    }


def limit_words(row: Any) -> str:
    """每人每月 1 件, or nothing."""
    if row.monthly_limit is not None:
        return f"每人每月最多 {row.monthly_limit} 件"
    return f"每人一共 {row.total_limit} 件" if row.total_limit is not None else ""


def refusal(row: Any, around: Around) -> str | None:
    """Why it cannot be had now, seen from the phone; reserving checks all of it again."""
    if around.frozen:
        return "积分暂时冻结，先不能兑"
    if around.balance < row.price:
        return f"还差 {row.price - around.balance} 分"
    if row.monthly_limit is not None and row.in_month >= row.monthly_limit:
        return "这个月兑够了"
    if row.total_limit is not None and row.in_all >= row.total_limit:
        return "已经兑够了"
    if not any(around.left(s.id, row.id) > 0 and s.paused_at is None for s in around.shops):
        return "暂时兑完了"
    return None


def show_reward(person_id: int, reward_id: int) -> dict[str, Any]:
    """One reward with the shops that have had it, near to far; raises RewardUnknown."""
    around = look_around(person_id)
    found = [row for row in _listed(around) if row.id == reward_id] if around else []
    if around is None or not found:
        raise RewardUnknown
    row = found[0]
    return {
        **_card(row, around),
        "balance": around.balance,
        "surname": db.session.scalar(LAST_SURNAME, {"person_id": person_id}) or "",
        "shops": [
            {**show_shop(shop), "left": around.left(shop.id, row.id)}
            for shop in around.shops
            if row.id in around.stock.get(shop.id, {})
        ],
    }


def show_shop(shop: Shop) -> dict[str, Any]:
    return {
        "id": shop.id,
        "name": shop.name,
        "address": shop.address,
        "hours": shop.hours,
        "contact": shop.contact,
        "village": shop.village,
        "nearness": NEARNESS[shop.distance],
        "latitude": None if shop.latitude is None else float(shop.latitude),
        "longitude": None if shop.longitude is None else float(shop.longitude),
        "paused": shop.pause_reason,
    }


def show_shops(person_id: int) -> list[dict[str, Any]]:
    """All shops of the county, near to far, with how many kinds lie in each."""
    around = look_around(person_id)
    if around is None:
        return []
    listed = {row.id for row in _listed(around)}
    return [
        {
            **show_shop(shop),
            "kinds": sum(
                around.left(shop.id, reward_id) > 0
                for reward_id in around.stock.get(shop.id, {})
                if reward_id in listed
            ),
        }
        for shop in around.shops
    ]


class CatalogueLine(NamedTuple):
    """A reward with what lies in all shops together."""

    id: int
    name: str
    description: str
    price: int
    photo_key: str | None
    monthly_limit: int | None
    total_limit: int | None
    starts_on: date
    ends_on: date | None
    retired_at: datetime | None
    place: str
    on_hand: int
    reserved: int
    handed_out: int


def list_rewards(county_id: int, with_retired: bool = False) -> list[CatalogueLine]:
    """The county's catalogue with what lies in all shops together."""
    return fetch_named(CatalogueLine, REWARDS, {"county_id": county_id, "all": with_retired})
