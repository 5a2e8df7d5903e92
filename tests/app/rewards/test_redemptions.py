"""Reserved, fetched, given up: stock and points move together, and every refusal says why."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict
from backend.app.points.models import PointsBalance
from backend.app.rewards.catalogue.operations import change_reward
from backend.app.rewards.redemptions import operations as redemptions
from backend.app.rewards.shops import operations as shops
from backend.app.rewards.shops.operations import pause_shop
from backend.jobs import rewards as jobs
from tests.app.ratings.conftest import open_phone
from tests.factories.county import bind, make_person
from tests.factories.rewards import (
    Bazaar,
    deliver,
    give_points,
    hand_out,
    make_reward,
    make_shop,
    new_code,
    reserve,
    reward_form,
    villager,
)
from tests.factories.tickets import forget

STOCK = text("SELECT on_hand, reserved FROM stock_balance WHERE exchange_point_id = :s")


def stock(bazaar: Bazaar) -> tuple[int, int]:
    with db.engine.connect() as connection:
        return tuple(connection.execute(STOCK, {"s": bazaar.shop_id}).one())


def balance(phone) -> int:
    return phone.call("GET", "/me/points").json["balance"]


def refused(answer, status: int, code: str, words: str = "") -> None:
    assert (answer.status_code, answer.json["code"]) == (status, code), answer.json
    assert words in answer.json["message"]


def later(stop_clock, **by: int) -> None:
    at = clock.now() + timedelta(**by)
    stop_clock(at)


def test_a_reserved_thing_is_put_aside_and_paid(phone, bazaar) -> None:
    answer = reserve(phone, bazaar, surname="张")
    assert answer.status_code == 201
    assert answer.json["state_name"] == "等您去领"
    assert stock(bazaar) == (10, 1)
    assert balance(phone) == 70


def test_shown_and_confirmed_it_is_gone_from_the_shelf(phone, counter, bazaar) -> None:
    redemption = reserve(phone, bazaar, surname="欧阳").json["id"]
    code = new_code(phone, redemption)
    seen = counter.call("POST", "/shop/lookups", json={"code": f"VV{code}"}).json
    assert (seen["who"], seen["reward"], seen["state"]) == ("欧阳*", "洗衣粉", "reserved")
    assert "surname" not in seen
    assert stock(bazaar) == (10, 1)
    done = hand_out(counter, redemption, code, scanned=True)
    assert done.json["state_name"] == "已领走"
    assert stock(bazaar) == (9, 0)
    assert balance(phone) == 70
    day = counter.call("GET", "/shop").json["counter"]
    assert [(line["who"], line["reward"]) for line in day["done"]] == [("欧阳*", "洗衣粉")]


def test_the_same_key_reserves_and_hands_out_once(phone, counter, bazaar) -> None:
    key = str(uuid4())
    first, again = reserve(phone, bazaar, key), reserve(phone, bazaar, key)
    assert first.json["id"] == again.json["id"]
    assert stock(bazaar) == (10, 1)
    code, key = new_code(phone, first.json["id"]), str(uuid4())
    assert hand_out(counter, first.json["id"], code, key).status_code == 200
    assert hand_out(counter, first.json["id"], code, key).json["state"] == "handed_out"
    assert stock(bazaar) == (9, 0)


def test_a_used_code_is_used(phone, counter, bazaar) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    code = new_code(phone, redemption)
    hand_out(counter, redemption, code)
    refused(counter.call("POST", "/shop/lookups", json={"code": code}), 410, "code_used", "用过了")
    refused(hand_out(counter, redemption, code), 410, "code_used")
    assert stock(bazaar) == (9, 0)


def test_a_code_lives_five_minutes(phone, counter, bazaar, stop_clock) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    code = new_code(phone, redemption)
    later(stop_clock, minutes=5, seconds=1)
    refused(
        counter.call("POST", "/shop/lookups", json={"code": code}), 410, "code_expired", "换一个码"
    )
    fresh = new_code(phone, redemption)
    assert counter.call("POST", "/shop/lookups", json={"code": fresh}).status_code == 200


def test_what_was_looked_up_in_time_may_be_confirmed_a_little_later(
    phone, counter, bazaar, stop_clock
) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    code = new_code(phone, redemption)
    later(stop_clock, minutes=6)
    assert hand_out(counter, redemption, code).status_code == 200


def test_confirming_much_later_is_refused(phone, counter, bazaar, stop_clock) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    code = new_code(phone, redemption)
    later(stop_clock, minutes=8)
    refused(hand_out(counter, redemption, code), 410, "code_expired")


def test_a_new_code_ends_the_one_before(phone, counter, bazaar) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    old, _ = new_code(phone, redemption), new_code(phone, redemption)
    refused(counter.call("POST", "/shop/lookups", json={"code": old}), 410, "code_replaced", "最新")


@pytest.mark.parametrize("typed", ["1234567", "123456789", "abcdefgh", "１２３４５６７８", "VV"])
def test_what_is_no_code_is_said_to_be_none(counter, typed: str) -> None:
    answer = counter.call("POST", "/shop/lookups", json={"code": typed})
    refused(answer, 404, "code_unknown")
    assert answer.json["errors"]["code"] == ["兑换码是 8 位数字"]


def test_a_code_nobody_made_is_unknown(counter) -> None:
    refused(counter.call("POST", "/shop/lookups", json={"code": "00000000"}), 404, "code_unknown")


def test_another_shop_is_told_where_to_go(phone, client, bazaar) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    code = new_code(phone, redemption)
    other = open_phone(client, bazaar.other_keeper.person_id)
    for answer in (
        other.call("POST", "/shop/lookups", json={"code": code}), hand_out(other, redemption, code),
    ):  # fmt: skip
        refused(answer, 409, "wrong_shop", "一村超市")
    assert stock(bazaar) == (10, 1)


def test_the_village_cadre_hands_out_too(phone, client, bazaar) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    cadre = open_phone(client, bazaar.cadre.person_id)
    assert hand_out(cadre, redemption, new_code(phone, redemption)).status_code == 200


def test_nobody_hands_out_to_oneself(client, bazaar) -> None:
    mine = open_phone(client, bazaar.keeper.person_id)
    bind(bazaar.keeper.person_id, bazaar.county)
    give_points(bazaar.keeper.person_id, bazaar.county.id, 100)
    redemption = reserve(mine, bazaar).json["id"]
    code = new_code(mine, redemption)
    refused(hand_out(mine, redemption, code), 403, "own_redemption", "别人")
    with pytest.raises(IntegrityError, match="not_by_oneself"), transaction() as session:
        session.execute(
            text(
                "UPDATE redemption SET state = 'handed_out', handed_out_at = now(),"
                " handed_out_by_id = person_id WHERE id = :id"
            ),
            {"id": redemption},
        )


def test_a_villager_has_no_counter(phone) -> None:
    assert phone.call("GET", "/shop").status_code == 403
    assert phone.call("POST", "/shop/lookups", json={"code": "12345678"}).status_code == 403


def test_what_ran_out_is_said_to_have_run_out(phone, client, bazaar) -> None:
    reward = make_reward(bazaar.staff, bazaar.county.id, price=10)
    refused(reserve(phone, bazaar, reward_id=reward), 409, "out_of_stock", "兑完了")
    deliver(bazaar.staff, bazaar.shop_id, reward, 1)
    assert reserve(phone, bazaar, reward_id=reward).status_code == 201
    second = villager(client, bazaar)
    refused(reserve(second, bazaar, reward_id=reward), 409, "out_of_stock")
    assert balance(second) == 100


def test_too_few_points_are_counted_out(client, bazaar) -> None:
    poor = villager(client, bazaar, points=12)
    refused(reserve(poor, bazaar), 409, "not_enough_points", "要 30 分，您有 12 分，还差 18 分")
    assert stock(bazaar) == (10, 0)


def test_the_limit_of_a_month_and_of_all(app, client, bazaar, stop_clock) -> None:
    monthly = make_reward(bazaar.staff, bazaar.county.id, price=10, monthly_limit=1)
    once = make_reward(bazaar.staff, bazaar.county.id, price=10, total_limit=1)
    for reward in (monthly, once):
        deliver(bazaar.staff, bazaar.shop_id, reward, 9)
    phone = villager(client, bazaar)
    assert reserve(phone, bazaar, reward_id=monthly).status_code == 201
    refused(reserve(phone, bazaar, reward_id=monthly), 409, "over_the_limit", "每月最多兑 1 件")
    assert reserve(phone, bazaar, reward_id=once).status_code == 201
    refused(reserve(phone, bazaar, reward_id=once), 409, "over_the_limit", "一共能兑 1 件")
    later(stop_clock, days=32)
    phone = open_phone(client, phone.person_id)
    jobs.tend_redemptions()
    assert reserve(phone, bazaar, reward_id=monthly).status_code == 201


def test_giving_up_frees_the_place_within_the_limit(client, bazaar) -> None:
    reward = make_reward(bazaar.staff, bazaar.county.id, price=10, monthly_limit=1)
    deliver(bazaar.staff, bazaar.shop_id, reward, 9)
    phone = villager(client, bazaar)
    redemption = reserve(phone, bazaar, reward_id=reward).json["id"]
    assert phone.call("POST", f"/me/redemptions/{redemption}/cancellation").status_code == 200
    assert reserve(phone, bazaar, reward_id=reward).status_code == 201


def test_only_so_many_things_wait_at_once(client, bazaar) -> None:
    phone = villager(client, bazaar, points=1000)
    for _ in range(redemptions.MOST_RESERVED):
        assert reserve(phone, bazaar).status_code == 201
    refused(reserve(phone, bazaar), 409, "too_many_reserved", "先去取")


def test_a_frozen_account_neither_reserves_nor_fetches(phone, counter, bazaar) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    code = new_code(phone, redemption)
    with transaction() as session:
        session.get_one(PointsBalance, phone.person_id).frozen = True
    refused(reserve(phone, bazaar), 409, "account_frozen", "冻结")
    refused(hand_out(counter, redemption, code), 409, "account_frozen", "这位村民")
    assert phone.call("GET", "/rewards").json["items"][0]["refusal"] == "积分暂时冻结，先不能兑"
    assert phone.call("POST", f"/me/redemptions/{redemption}/cancellation").status_code == 200
    assert stock(bazaar) == (10, 0)


def test_a_paused_shop_takes_nothing_and_gives_nothing(phone, counter, bazaar) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    code = new_code(phone, redemption)
    with transaction():
        pause_shop(bazaar.staff, bazaar.shop_id, "停电没有网")
    refused(reserve(phone, bazaar), 409, "shop_paused", "停电没有网")
    seen = counter.call("POST", "/shop/lookups", json={"code": code})
    refused(seen, 409, "shop_paused", "先别发")
    assert phone.call("GET", f"/me/redemptions/{redemption}").json["paused"] == "停电没有网"


def test_a_closed_shop_is_gone_and_is_not_closed_over_what_waits(phone, bazaar) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    with pytest.raises(Conflict, match="1 件预留"), transaction():
        shops.close_shop(bazaar.staff, bazaar.shop_id)
    phone.call("POST", f"/me/redemptions/{redemption}/cancellation")
    forget()
    with transaction():
        shops.close_shop(bazaar.staff, bazaar.shop_id)
    refused(reserve(phone, bazaar), 404, "shop_unknown")


def test_what_is_not_fetched_comes_back_to_everybody(phone, bazaar, stop_clock, scalar) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    assert jobs.tend_redemptions() == 0
    later(stop_clock, days=3, minutes=1)
    phone = open_phone(phone.client, phone.person_id)
    assert phone.call("GET", f"/me/redemptions/{redemption}").json["state_name"] == "过期退回"
    forget()
    assert jobs.tend_redemptions() == 1
    assert jobs.tend_redemptions() == 0
    assert (stock(bazaar), balance(phone)) == ((10, 0), 100)
    told = scalar("SELECT words FROM notice WHERE person_id = :id", id=phone.person_id)
    assert "30 分" in told
    answer = phone.call("POST", f"/me/redemptions/{redemption}/code")
    refused(answer, 409, "no_longer_reserved")


def test_an_expired_code_is_not_handed_out_even_before_the_job(
    phone, client, bazaar, stop_clock
) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    later(stop_clock, days=2, hours=23, minutes=57)
    phone = open_phone(client, phone.person_id)
    code = new_code(phone, redemption)
    later(stop_clock, minutes=4)
    counter = open_phone(client, bazaar.keeper.person_id)
    refused(hand_out(counter, redemption, code), 409, "no_longer_reserved", "日子过了")


def test_giving_up_twice_gives_back_once(phone, bazaar) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    for _ in range(2):
        answer = phone.call("POST", f"/me/redemptions/{redemption}/cancellation")
        assert answer.json["state"] == "cancelled"
    assert (stock(bazaar), balance(phone)) == ((10, 0), 100)
    told = phone.call("GET", "/me/points").json["items"][:2]
    assert [(line["text"], line["amount"]) for line in told] == [
        ("兑换退回", 30), ("兑换奖品", -30),
    ]  # fmt: skip


def test_what_was_fetched_cannot_be_given_up(phone, counter, bazaar) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    hand_out(counter, redemption, new_code(phone, redemption))
    answer = phone.call("POST", f"/me/redemptions/{redemption}/cancellation")
    refused(answer, 409, "no_longer_reserved", "领走")


def test_somebody_elses_redemption_is_nobodys_business(phone, client, bazaar) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    nosy = villager(client, bazaar)
    for method, path in (("GET", ""), ("POST", "/code"), ("POST", "/cancellation")):
        answer = nosy.call(method, f"/me/redemptions/{redemption}{path}")
        refused(answer, 404, "redemption_unknown")


def test_a_reward_for_another_village_or_another_day(phone, bazaar) -> None:
    today = clock.today()
    elsewhere = make_reward(bazaar.staff, bazaar.county.village_ids[1])
    refused(reserve(phone, bazaar, reward_id=elsewhere), 403, "reward_not_for_you", "别的村镇")
    soon = make_reward(bazaar.staff, bazaar.county.id, starts_on=today + timedelta(days=3))
    refused(reserve(phone, bazaar, reward_id=soon), 409, "reward_not_now", "日起")
    over = make_reward(bazaar.staff, bazaar.county.id, ends_on=today - timedelta(days=1))
    refused(reserve(phone, bazaar, reward_id=over), 409, "reward_not_now", "过了")
    listed = {item["id"] for item in phone.call("GET", "/rewards").json["items"]}
    assert listed == {bazaar.reward_id}


def test_who_has_no_village_is_asked_for_it_first(client, bazaar) -> None:
    stranger = open_phone(client, make_person())
    refused(reserve(stranger, bazaar), 409, "not_bound", "哪个村")
    assert stranger.call("GET", "/rewards").json["bound"] is False


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reward_id": 0}, "reward_id"), ({"reward_id": "x"}, "reward_id"),
        ({"exchange_point_id": -1}, "exchange_point_id"), ({"surname": "张三丰"}, "surname"),
        ({"surname": "Li"}, "surname"), ({"surname": "张\u200b"}, "surname"),
        ({"more": 1}, "more"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(phone, bazaar, given, field) -> None:
    answer = reserve(phone, bazaar, **given)
    assert answer.status_code == 422
    assert field in answer.json["errors"]
    assert stock(bazaar) == (10, 0)


def test_without_a_key_nothing_is_reserved(phone, bazaar) -> None:
    body = {"reward_id": bazaar.reward_id, "exchange_point_id": bazaar.shop_id}
    answer = phone.call("POST", "/redemptions", json=body)
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json["errors"]


@pytest.mark.parametrize("field", ["reward_id", "exchange_point_id"])
def test_what_does_not_exist_is_said(phone, bazaar, field) -> None:
    assert reserve(phone, bazaar, **{field: 999_999}).status_code == 404


def test_a_changed_price_leaves_what_is_reserved_alone(phone, bazaar) -> None:
    redemption = reserve(phone, bazaar).json["id"]
    with transaction():
        form = reward_form("洗衣粉", 60)
        change_reward(bazaar.staff, bazaar.reward_id, form, None)
    phone.call("POST", f"/me/redemptions/{redemption}/cancellation")
    assert balance(phone) == 100


def test_shops_are_listed_from_near_to_far(client, bazaar) -> None:
    phone = villager(client, bazaar, village=1)
    shops = phone.call("GET", "/exchange-points").json["items"]
    assert [(s["name"], s["nearness"], s["kinds"]) for s in shops] == [
        ("二村超市", "本村", 0), ("一村超市", "本镇", 1),
    ]  # fmt: skip
    detail = phone.call("GET", f"/rewards/{bazaar.reward_id}").json
    assert [(s["name"], s["left"]) for s in detail["shops"]] == [("一村超市", 10)]
    assert detail["nearest"] == {"name": "一村超市", "nearness": "本镇", "left": 10}


def test_the_catalogue_costs_the_same_however_long_it_is(phone, bazaar, statements) -> None:
    with statements() as few:
        phone.call("GET", "/rewards")
    for _ in range(5):
        shop = make_shop(bazaar.staff, bazaar.county.village_ids[1], f"店{_}")
        deliver(bazaar.staff, shop, make_reward(bazaar.staff, bazaar.county.id), 3)
    with statements() as many:
        assert len(phone.call("GET", "/rewards").json["items"]) == 6
    assert len(many) == len(few) <= 8


@pytest.mark.parametrize("surname", ["", "郭", "欧阳", " 郭 ", "𡎚"])
def test_a_surname_may_be_rare_compound_or_left_out(phone, bazaar, surname: str) -> None:
    assert reserve(phone, bazaar, surname=surname).json["surname"] == surname.strip()
