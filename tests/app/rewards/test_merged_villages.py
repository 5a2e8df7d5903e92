"""Shops, rewards and notices of a village that went into another one."""

from datetime import timedelta

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.places.reorganisation import merge_villages
from backend.app.rewards import publications
from tests.app.ratings.conftest import open_phone
from tests.app.rewards.test_returns import LAST_MONTH, fetched
from tests.factories.county import actor_with
from tests.factories.rewards import deliver, make_bazaar, make_reward, make_villager, reserve


def merge(county) -> None:
    with transaction():
        merge_villages(actor_with(Role.COUNTY_MANAGER, county.id), *county.village_ids[:2])


def test_the_shop_and_the_rewards_of_the_closed_village_are_the_other_ones(client, app) -> None:
    bazaar = make_bazaar()
    gone = bazaar.county.village_ids[0]
    own = make_reward(bazaar.staff, gone, name="毛巾", price=10)
    deliver(bazaar.staff, bazaar.shop_id, own, 5)
    person = make_villager(bazaar.county, village=1)
    phone = open_phone(client, person)
    names = {item["name"] for item in phone.call("GET", "/rewards").json["items"]}
    assert names == {"洗衣粉"}
    merge(bazaar.county)
    items = {item["name"]: item for item in phone.call("GET", "/rewards").json["items"]}
    assert {name: item["nearest"]["nearness"] for name, item in items.items()} == {
        "洗衣粉": "本村", "毛巾": "本村",
    }  # fmt: skip
    assert reserve(phone, bazaar, reward_id=own).status_code == 201


def test_the_notice_of_the_month_tells_what_the_closed_village_gave_and_took(
    app, stop_clock
) -> None:
    stop_clock(clock.midnight(LAST_MONTH.replace(day=10)) + timedelta(hours=12))
    bazaar = make_bazaar()
    fetched(bazaar, make_villager(bazaar.county))
    merge(bazaar.county)
    stop_clock(None)
    assert publications.villages_due(LAST_MONTH) == [bazaar.county.village_ids[1]]
    with transaction():
        content = publications.publish(bazaar.county.village_ids[1], LAST_MONTH).content
    assert [row["reward"] for row in content["redemptions"]] == ["洗衣粉"]
    assert content["points"]["redeemed"] == -30
    assert content["balance"] == 70
    assert {row["shop"] for row in content["stock"]} == {"一村超市"}
