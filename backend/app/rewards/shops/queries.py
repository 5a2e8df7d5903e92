"""Reads about shops: whose they are, what lies there, what waits there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select, text

from backend.app.access import TABLE, Actor, Permission, Role
from backend.app.accounts.sql import holds_today, join_grant, join_person
from backend.app.core import clock
from backend.app.core.db import db, fetch_named
from backend.app.places.sql import join_region, lies_within, village_now
from backend.app.rewards.models import ExchangePoint, Redemption
from backend.app.rewards.states import RedemptionState

SHOPS_OF = text(
    f"""
    SELECT s.id FROM exchange_point s {join_region("v", village_now("s.village_id"))}
    WHERE s.closed_on IS NULL AND (
        {lies_within("v", ":regions")} OR EXISTS (
            SELECT FROM exchange_keeper k {join_grant("g", "k.grant_id")}
            WHERE k.exchange_point_id = s.id AND k.person_id = :person_id
              AND {holds_today("g")}))
    ORDER BY v.code, s.id
    """
)
STOCK = text(
    """
    SELECT b.exchange_point_id AS shop_id, r.id AS reward_id, r.name, r.price, r.photo_key,
           r.retired_at, b.on_hand, b.reserved
    FROM stock_balance b JOIN reward r ON r.id = b.reward_id
    WHERE b.exchange_point_id = ANY(:shop_ids)
    ORDER BY b.exchange_point_id, r.price, r.id
    """
)
KEEPERS = text(
    f"""
    SELECT k.id, p.display_name AS name, g.starts_on, g.revoked_at
    FROM exchange_keeper k {join_grant("g", "k.grant_id")}
    {join_person("p", "k.person_id")}
    WHERE k.exchange_point_id = :shop_id ORDER BY g.revoked_at NULLS FIRST, k.id
    """
)
TODAY = text(
    f"""
    SELECT x.id, r.name AS reward, x.surname, x.price, x.state, x.handed_out_at,
           x.was_scanned, x.reserved_at, x.keep_until
    FROM redemption x JOIN reward r ON r.id = x.reward_id
    WHERE x.exchange_point_id = :shop_id
      AND (x.handed_out_at >= :from OR x.state = '{RedemptionState.RESERVED}')
    ORDER BY x.handed_out_at DESC NULLS LAST, x.keep_until, x.id
    """
)


@dataclass(frozen=True)
class Shop:
    """An exchange point with where it lies."""

    id: int
    name: str
    address: str
    hours: str
    contact: str
    village_id: int
    village: str
    township: str
    latitude: Any
    longitude: Any
    paused_at: datetime | None
    pause_reason: str | None
    closed_on: date | None
    # Seen from a village: 0 in it, 1 in its township, 2 elsewhere in the county.
    distance: int = 2


COLUMNS = """
    s.id, s.name, s.address, s.hours, s.contact, v.id AS village_id, v.name AS village,
    t.name AS township, s.latitude, s.longitude, s.paused_at, s.pause_reason, s.closed_on
"""
TABLES = f"""
    exchange_point s {join_region("v", village_now("s.village_id"))}
    {join_region("t", "v.township_id")}
"""
SHOPS = f"SELECT {COLUMNS} FROM {TABLES}"
BY_ID = text(f"{SHOPS} WHERE s.id = ANY(:ids) ORDER BY v.code, s.id")
# Own village first, then the own township, then the rest of the county.
NEAR = text(
    f"""
    SELECT {COLUMNS}, CASE WHEN v.id = mine.id THEN 0 WHEN v.township_id = mine.township_id THEN 1
                      ELSE 2 END AS distance
    FROM {TABLES} {join_region("mine", ":village_id")} AND mine.county_id = s.county_id
    WHERE s.closed_on IS NULL ORDER BY distance, v.code, s.id
    """
)
WITHIN = text(
    f"""
    {SHOPS} WHERE v.id = ANY(:regions) OR v.township_id = ANY(:regions)
       OR v.county_id = ANY(:regions)
    ORDER BY s.closed_on NULLS FIRST, v.code, s.id
    """
)


def shops_by_id(shop_ids: Collection[int]) -> list[Shop]:
    return [Shop(*row) for row in db.session.execute(BY_ID, {"ids": list(shop_ids)})]


def shops_near(village_id: int) -> list[Shop]:
    """The county's open shops, the own village's first."""
    return [Shop(*row) for row in db.session.execute(NEAR, {"village_id": village_id})]


def shops_within(region_ids: Collection[int]) -> list[Shop]:
    """Shops of regions, closed ones last."""
    return [Shop(*row) for row in db.session.execute(WITHIN, {"regions": list(region_ids)})]


def shop_ids_of(actor: Actor) -> list[int]:
    """Where somebody may hand out: staff and cadres in their regions, keepers at their counter."""
    regions = [
        grant.region_id
        for grant in actor.grants
        if grant.role in TABLE[Permission.HAND_OUT_REWARDS] and grant.role is not Role.SHOP_KEEPER
    ]
    values = {"regions": regions, "person_id": actor.person_id, "today": clock.today()}
    return list(db.session.scalars(SHOPS_OF, values))


def waiting_count(shop_id: int) -> int:
    """How many things are put aside there."""
    query = select(func.count()).where(
        Redemption.exchange_point_id == shop_id, Redemption.state == "reserved"
    )
    return db.session.scalar(query) or 0


def shop_name(shop_id: int) -> str:
    return db.session.scalars(select(ExchangePoint.name).where(ExchangePoint.id == shop_id)).one()


class StockLine(NamedTuple):
    """A reward in a shop: how many lie there, and how many of them are put aside."""

    shop_id: int
    reward_id: int
    name: str
    price: int
    photo_key: str | None
    retired_at: datetime | None
    on_hand: int
    reserved: int


class CounterLine(NamedTuple):
    """What was handed out at a counter today, or waits there."""

    id: int
    reward: str
    surname: str
    price: int
    state: str
    handed_out_at: datetime | None
    was_scanned: bool | None
    reserved_at: datetime
    keep_until: datetime


def stock_of(shop_ids: Collection[int]) -> dict[int, list[StockLine]]:
    """What lies in each shop, cheapest first."""
    by_shop: dict[int, list[StockLine]] = {}
    for line in fetch_named(StockLine, STOCK, {"shop_ids": list(shop_ids)}):
        by_shop.setdefault(line.shop_id, []).append(line)
    return by_shop


def today_at(shop_id: int) -> list[CounterLine]:
    """What was handed out since midnight, newest first, then what waits."""
    since = clock.midnight(clock.today())
    return fetch_named(CounterLine, TODAY, {"shop_id": shop_id, "from": since})


class KeeperLine(NamedTuple):
    """Somebody who hands out at a shop, or did."""

    id: int
    name: str
    starts_on: date
    revoked_at: datetime | None


def list_keepers(shop_id: int) -> list[KeeperLine]:
    return fetch_named(KeeperLine, KEEPERS, {"shop_id": shop_id})
