"""Who stands behind the counter, and for how long."""

from datetime import timedelta

import pytest

from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from backend.app.rewards.models import ExchangePoint
from backend.app.rewards.shops import operations as shops
from backend.app.rewards.shops import staff as shop_staff
from tests.app.ratings.conftest import open_phone
from tests.factories.county import make_person
from tests.factories.rewards import hand_out, make_shop, new_code, reserve, shop_form


def invited(bazaar, name: str = "刘掌柜") -> str:
    with transaction():
        shop = shops.lock_shop(bazaar.staff, bazaar.shop_id)
        return shop_staff.invite_keeper(bazaar.staff, shop, name)


def test_a_code_makes_a_keeper_of_this_shop_and_no_other(client, phone, bazaar) -> None:
    code, person = invited(bazaar), open_phone(client, make_person())
    assert person.call("GET", "/shop").status_code == 403
    for _ in range(2):
        assert person.call("POST", "/me/shops", json={"code": code.upper()}).status_code == 204
    shops = person.call("GET", "/shop").json["shops"]
    assert [shop["name"] for shop in shops] == ["一村超市"]
    assert person.call("GET", f"/shop?shop={bazaar.other_shop_id}").status_code == 403
    redemption = reserve(phone, bazaar).json["id"]
    assert hand_out(person, redemption, new_code(phone, redemption)).status_code == 200
    roles = person.call("GET", "/me").json["roles"]
    assert [role["role"] for role in roles] == ["shop_keeper"]


def test_a_code_is_for_one_person_and_three_days(client, bazaar, stop_clock) -> None:
    code = invited(bazaar)
    assert code.startswith("0")
    first, second = open_phone(client, make_person()), open_phone(client, make_person())
    assert first.call("POST", "/me/shops", json={"code": code}).status_code == 204
    answer = second.call("POST", "/me/shops", json={"code": code})
    assert (answer.status_code, answer.json["code"]) == (404, "shop_invitation_unknown")
    late = invited(bazaar)
    at = clock.now() + timedelta(days=3, minutes=1)
    stop_clock(at)
    second = open_phone(client, second.person_id)
    assert second.call("POST", "/me/shops", json={"code": late}).status_code == 404


def test_who_was_dismissed_hands_out_nothing(client, phone, bazaar, scalar) -> None:
    keeper_id = scalar("SELECT id FROM exchange_keeper WHERE exchange_point_id = :s", s=1)
    redemption = reserve(phone, bazaar).json["id"]
    db.session.rollback()
    with transaction() as session:
        shop = session.get_one(ExchangePoint, bazaar.shop_id)
        shop_staff.dismiss_keeper(bazaar.staff, shop, keeper_id)
    former = open_phone(client, bazaar.keeper.person_id)
    assert hand_out(former, redemption, new_code(phone, redemption)).status_code == 403


def test_a_closed_shop_has_no_keepers(client, bazaar) -> None:
    with transaction():
        shops.close_shop(bazaar.staff, bazaar.shop_id)
    former = open_phone(client, bazaar.keeper.person_id)
    assert former.call("GET", "/shop").status_code == 403


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"), ({"name": "超" * 31}, "name"), ({"address": ""}, "address"),
        ({"hours": ""}, "hours"), ({"contact": "1" * 41}, "contact"),
        ({"latitude": 34}, "latitude"), ({"latitude": 91, "longitude": 1}, "latitude"),
        ({"latitude": 34, "longitude": 181}, "longitude"),
    ],
)  # fmt: skip
def test_a_shop_that_cannot_be_found_is_not_opened(bazaar, given, field) -> None:
    form = shop_form(**{"name": "新店", **given})
    with pytest.raises(InvalidInput) as refused, transaction():
        shops.open_shop(bazaar.staff, bazaar.county.village_ids[0], form)
    assert field in refused.value.errors


def test_two_shops_of_a_village_have_two_names(bazaar) -> None:
    with pytest.raises(Conflict, match="同名"):
        make_shop(bazaar.staff, bazaar.county.village_ids[0], "一村超市")
    second = make_shop(bazaar.staff, bazaar.county.village_ids[0], "别家")
    with pytest.raises(Conflict, match="同名"), transaction():
        shops.change_shop(bazaar.staff, second, shop_form("一村超市"))


def test_a_cadre_manages_no_shop(bazaar) -> None:
    with pytest.raises(NotAllowed):
        make_shop(bazaar.cadre, bazaar.county.village_ids[0], "干部的店")
