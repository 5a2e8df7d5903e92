"""A county that has something to give: rewards, shops, stock, and villagers with points."""

import itertools
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask.testing import FlaskClient

from backend.app.access import Actor, Grant, Role
from backend.app.core.db import transaction
from backend.app.points.ledger import adjust
from backend.app.rewards.catalogue import operations as rewards
from backend.app.rewards.models import ExchangePoint
from backend.app.rewards.shops import staff as shop_staff
from backend.app.rewards.shops.operations import ShopForm, open_shop
from backend.app.rewards.stock import operations as stock
from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.console import make_staff
from tests.factories.county import OPENED_ON, County, bind, grant_role, make_county, make_person

numbers = itertools.count(1)


@dataclass
class Bazaar:
    """Ids of what was made, and who runs it."""

    county: County
    staff: Actor
    other_staff: Actor
    shop_id: int
    other_shop_id: int
    reward_id: int
    keeper: Actor
    other_keeper: Actor
    cadre: Actor


def actor_of(person_id: int, role: Role, region_id: int) -> Actor:
    return Actor(person_id, (Grant(role, region_id, OPENED_ON),))


def shop_form(name: str = "便民超市", **more: Any) -> ShopForm:
    given = {"address": "村口十字东 50 米", "hours": "每天 8:00—18:00", "contact": "0913-8200000"}
    return ShopForm(name=name, **{**given, **more})


def reward_form(name: str = "洗衣粉", price: int = 30, **more: Any) -> rewards.RewardForm:
    given = {
        "description": "一袋 2 公斤", "monthly_limit": None, "total_limit": None,
        "starts_on": OPENED_ON, "ends_on": None,
    }  # fmt: skip
    return rewards.RewardForm(name=name, price=price, **{**given, **more})


def make_reward(staff: Actor, region_id: int, **given: Any) -> int:
    given.setdefault("name", f"东西{next(numbers)}")
    with transaction():
        return rewards.add_reward(staff, region_id, reward_form(**given), None).id


def make_shop(staff: Actor, village_id: int, name: str = "便民超市", **given: Any) -> int:
    with transaction():
        return open_shop(staff, village_id, shop_form(name, **given)).id


def make_keeper(shop_id: int, name: str = "王秀兰") -> Actor:
    person_id = make_person(name=name)
    with transaction() as session:
        shop = session.get_one(ExchangePoint, shop_id)
        shop_staff.add_keeper(shop, person_id, None)
        return actor_of(person_id, Role.SHOP_KEEPER, shop.village_id)


def deliver(staff: Actor, shop_id: int, reward_id: int, quantity: int) -> int:
    with transaction():
        return stock.deliver(staff, shop_id, reward_id, quantity).id


def give_points(person_id: int, county_id: int, amount: int) -> None:
    with transaction():
        adjust(person_id, county_id, amount, "test", next(numbers))


def make_bazaar(
    stocked: int = 10, price: int = 30, county: County | None = None, **reward: Any
) -> Bazaar:
    """Two villages with a shop each; one reward, stocked in the first."""
    county = county or make_county(villages=2)
    staff = actor_of(
        make_staff(Role.COUNTY_STAFF, county.id, "county"), Role.COUNTY_STAFF, county.id
    )
    other = actor_of(
        make_staff(Role.COUNTY_STAFF, county.id, "county2"), Role.COUNTY_STAFF, county.id
    )
    first = make_shop(staff, county.village_ids[0], "一村超市")
    second = make_shop(staff, county.village_ids[1], "二村超市")
    reward_id = make_reward(staff, county.id, name="洗衣粉", price=price, **reward)
    if stocked:
        deliver(staff, first, reward_id, stocked)
    cadre = make_person(name="李支书")
    grant_role(cadre, Role.CADRE, county.village_ids[0])
    return Bazaar(
        county, staff, other, first, second, reward_id, make_keeper(first),
        make_keeper(second, "赵老板"), actor_of(cadre, Role.CADRE, county.village_ids[0]),
    )  # fmt: skip


def make_villager(county: County, points: int = 100, village: int = 0) -> int:
    person_id = make_person()
    bind(person_id, county, county.village_ids[village])
    if points:
        give_points(person_id, county.id, points)
    return person_id


def villager(client: FlaskClient, bazaar: Bazaar, points: int = 100, village: int = 0) -> Phone:
    return open_phone(client, make_villager(bazaar.county, points, village))


def reserve(phone: Phone, bazaar: Bazaar, key: str | None = None, **more: Any) -> Any:
    return phone.call(
        "POST", "/redemptions",
        json={"reward_id": bazaar.reward_id, "exchange_point_id": bazaar.shop_id, **more},
        headers={"Idempotency-Key": key or str(uuid4())},
    )  # fmt: skip


def new_code(phone: Phone, redemption_id: int) -> str:
    return phone.call("POST", f"/me/redemptions/{redemption_id}/code").json["digits"]


def hand_out(
    phone: Phone, redemption_id: int, code: str, key: str | None = None, **more: Any
) -> Any:
    return phone.call(
        "POST", f"/shop/redemptions/{redemption_id}/handout", json={"code": code, **more},
        headers={"Idempotency-Key": key or str(uuid4())},
    )  # fmt: skip
