"""The console's pages of rewards, shops and redemptions, as a clerk goes through them."""

import csv
import io
import re
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.exports.operations import request_export, write_export
from backend.app.rewards import counter_anomalies, publications
from backend.app.rewards.redemptions import handover as counters
from backend.app.rewards.redemptions import operations as redemptions
from backend.app.rewards.redemptions.codes import make_code
from tests.app.rewards.test_returns import LAST_MONTH, THIS_MONTH, fetched
from tests.factories.console import Desk, link_phone, make_staff, sit_down
from tests.factories.county import number_of
from tests.factories.photos import open_photos
from tests.factories.rewards import (
    Bazaar,
    deliver,
    make_bazaar,
    make_reward,
    make_shop,
    make_villager,
    reserve,
    villager,
)
from tests.factories.tickets import photo

BASE = "/console/points"
REWARD = {
    "name": "电饭锅", "description": "3 升", "price": "200", "monthly_limit": "",
    "total_limit": "1", "starts_on": "2026-01-01", "ends_on": "",
}  # fmt: skip
SHOP = {"name": "新兑换店", "address": "桥头", "hours": "每天 8:00—18:00", "contact": ""}


@pytest.fixture
def desk(client, bazaar) -> Desk:
    return sit_down(client, bazaar.staff.person_id)


@pytest.fixture
def township(client, bazaar) -> Desk:
    person = make_staff(Role.TOWNSHIP_STAFF, bazaar.county.township_ids[0], "town")
    return sit_down(client, person)


def test_a_delivery_clicked_twice_is_booked_once(desk, bazaar, scalar) -> None:
    path = f"{BASE}/shops/{bazaar.shop_id}"
    key = re.search(r'name="form_key" value="([^"]+)"', desk.get(path).text)[1]
    before = scalar("SELECT count(*) FROM stock_movement WHERE kind = 'delivery'")
    for _ in range(2):
        sent = desk.post(
            f"{path}/deliver", reward_id=str(bazaar.reward_id), quantity="12", form_key=key
        )
        assert sent.status_code == 302
    assert scalar("SELECT count(*) FROM stock_movement WHERE kind = 'delivery'") == before + 1
    assert key not in desk.get(path).text


def test_a_reward_goes_on_the_list_with_its_picture(desk, bazaar, phone, scalar) -> None:
    picture = (io.BytesIO(photo()), "锅.jpg")
    form = {**REWARD, "region_id": str(bazaar.county.id), "photo": picture}
    assert desk.post(f"{BASE}/rewards/new", **form).status_code == 302
    page = desk.get(f"{BASE}/rewards").text
    assert "电饭锅" in page
    assert "◆ 没货" in page
    key = scalar("SELECT photo_key FROM reward WHERE name = '电饭锅'")
    open_photos()
    shown = desk.client.get(f"/{key}")
    assert shown.mimetype == "image/jpeg"
    listed = phone.call("GET", "/rewards").json["items"]
    assert [item["photo_url"] for item in listed if item["name"] == "电饭锅"] == [f"/{key}"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "请填名称"), ({"name": "洗衣粉"}, "同名"), ({"price": "0"}, "积分在 1 到"),
        ({"price": "很多"}, "积分在 1 到"), ({"monthly_limit": "0"}, "在 1 到 99 之间"),
        ({"total_limit": "几件"}, "在 1 到 99 之间"), ({"starts_on": "昨天"}, "应为日期"),
        ({"starts_on": "2026-05-01", "ends_on": "2026-04-01"}, "不能早于开始日期"),
        ({"region_id": ""}, "请从列表中选一个"), ({"description": "长" * 201}, "最多 200 个字"),
        ({"photo": (io.BytesIO(b"no picture"), "x.jpg")}, "打不开"),
    ],
    ids=lambda value: str(value)[:24],
)  # fmt: skip
def test_a_wrong_reward_comes_back_as_typed(desk, bazaar, wrong, words) -> None:
    form = {**REWARD, "region_id": str(bazaar.county.id), **wrong}
    answer = desk.post(f"{BASE}/rewards/new", **form)
    assert answer.status_code in (409, 422)
    assert words in answer.text
    assert 'value="3 升"' in answer.text or "description" in wrong


def test_a_reward_is_changed_and_taken_off(desk, bazaar, phone) -> None:
    path = f"{BASE}/rewards/{bazaar.reward_id}"
    assert 'value="洗衣粉"' in desk.get(path).text
    changed = {**REWARD, "name": "洗衣粉（大）", "price": "45", "total_limit": ""}
    assert desk.post(path, **changed).status_code == 302
    assert phone.call("GET", "/rewards").json["items"][0]["price"] == 45
    assert desk.post(f"{path}/retire").status_code == 302
    assert phone.call("GET", "/rewards").json["items"] == []
    assert desk.get(path).status_code == 404
    assert "已下架" in desk.get(f"{BASE}/rewards?all=1").text


def test_a_township_manages_its_own_and_no_more(township, bazaar) -> None:
    assert township.get(f"{BASE}/rewards/{bazaar.reward_id}").status_code == 404
    form = {**REWARD, "region_id": str(bazaar.county.id)}
    assert township.post(f"{BASE}/rewards/new", **form).status_code == 403
    own = {**REWARD, "region_id": str(bazaar.county.township_ids[0])}
    assert township.post(f"{BASE}/rewards/new", **own).status_code == 302


def test_a_shop_is_opened_supplied_counted_paused_and_closed(
    desk, bazaar, client, phone, scalar
) -> None:
    village = str(bazaar.county.village_ids[1])
    assert "第2村" in desk.get(f"{BASE}/shops?q=第2村").text
    opened = desk.post(f"{BASE}/shops", village_id=village, **SHOP)
    path = opened.headers["Location"]
    supplied = desk.post(f"{path}/deliver", reward_id=str(bazaar.reward_id), quantity="12")
    assert supplied.status_code == 302
    page = desk.get(path).text
    assert "+12" in page
    reward = str(bazaar.reward_id)
    refused = desk.post(f"{path}/count", **{f"counted{reward}": "11"})
    assert "账上是 12，您数的是 11，请写为什么" in refused.text
    counted = desk.post(f"{path}/count", **{f"counted{reward}": "11", f"reason{reward}": "少一袋"})
    assert counted.status_code == 302
    count = str(scalar("SELECT max(id) FROM stock_count"))
    assert desk.post(f"{path}/confirm", count_id=count).status_code == 403
    second = sit_down(client, bazaar.other_staff.person_id)
    assert "少一袋" in second.get(path).text
    assert second.post(f"{path}/confirm", count_id=count).status_code == 302
    assert second.post(f"{path}/pause", pause_reason="停电没网").status_code == 302
    shown = phone.call("GET", "/exchange-points").json["items"]
    assert "停电没网" in [one["paused"] for one in shown]
    assert second.post(f"{path}/resume").status_code == 302
    invited = second.post(f"{path}/invite", keeper_name="孙大姐")
    assert "店主邀请码" in invited.text
    assert second.post(f"{path}/change", **{**SHOP, "name": ""}).status_code == 422
    assert second.post(f"{path}/close").status_code == 302
    assert "✕ 已关" in second.get(f"{BASE}/shops").text


@pytest.mark.parametrize(
    ("act", "form", "status"),
    [
        ("deliver", {"quantity": "0", "reward_id": "1"}, 422),
        ("deliver", {"quantity": "x", "reward_id": "1"}, 422), ("deliver", {"quantity": "1"}, 422),
        ("undo", {"movement_id": "999", "note": "错了"}, 404),
        ("confirm", {"count_id": "999"}, 404), ("pause", {"pause_reason": ""}, 422),
        ("invite", {"keeper_name": ""}, 422), ("dismiss", {"keeper_id": "999"}, 404),
        ("count", {}, 422), ("change", {**SHOP, "latitude": "北纬"}, 422), ("explode", {}, 404),
    ],
)  # fmt: skip
def test_what_cannot_be_done_to_a_shop_is_said(desk, bazaar, act, form, status) -> None:
    assert desk.post(f"{BASE}/shops/{bazaar.shop_id}/{act}", **form).status_code == status


def test_the_list_is_filtered_and_sums_what_it_shows(desk, bazaar, scalar) -> None:
    person = make_villager(bazaar.county)
    fetched(bazaar, person)
    with transaction():
        redemptions.reserve(person, uuid4(), bazaar.reward_id, bazaar.shop_id, "李")
    page = desk.get(f"{BASE}/redemptions").text
    assert "张*" in page
    assert "李*" in page
    only = desk.get(f"{BASE}/redemptions?state=handed_out").text
    assert "李*" not in only
    assert "张*" not in desk.get(f"{BASE}/redemptions?month={LAST_MONTH:%Y-%m}").text
    assert "张*" not in desk.get(f"{BASE}/redemptions?shop={bazaar.other_shop_id}").text


def test_a_return_at_the_desk(desk, bazaar) -> None:
    redemption = fetched(bazaar, make_villager(bazaar.county))
    path = f"{BASE}/redemptions/{redemption}/return"
    assert desk.post(path, reason="", good="1").status_code == 422
    assert desk.post(path, reason="包装破了", good="1").status_code == 302
    assert "■ 已退货" in desk.get(f"{BASE}/redemptions").text
    assert desk.post(path, reason="再退一次", good="1").status_code == 409


def test_what_ones_own_phone_handed_out_is_not_ones_own_to_take_back(desk, bazaar) -> None:
    redemption = fetched(bazaar, make_villager(bazaar.county))
    assert "您核销的" not in desk.get(f"{BASE}/redemptions").text
    link_phone(bazaar.staff.person_id, bazaar.keeper.person_id)
    assert "您核销的" in desk.get(f"{BASE}/redemptions").text
    path = f"{BASE}/redemptions/{redemption}/return"
    assert desk.post(path, reason="包装破了", good="1").status_code == 403


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_month_is_exported_with_surnames_only(desk, bazaar, files, kind) -> None:
    fetched(bazaar, make_villager(bazaar.county))
    with transaction():
        export = request_export(bazaar.staff, bazaar.county.id, THIS_MONTH, kind, "redemptions")
        number = export.id
    write_export(number)
    content = desk.get(f"/console/exports/{number}/file").data
    if kind == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content))["兑换"]
        header, line = list(sheet.iter_rows(values_only=True))
    else:
        header, line = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    row = dict(zip(header, line, strict=True))
    assert (row["谁"], row["奖品"], row["谁核销"]) == ("张*", "洗衣粉", "王秀兰")
    assert float(row["积分"]) == 30


def rush(bazaar: Bazaar, people: list[int], scanned: bool = True) -> None:
    for person in people:
        with transaction():
            found = redemptions.reserve(person, uuid4(), bazaar.reward_id, bazaar.shop_id)
            digits, _ = make_code(found)
        with transaction():
            counters.hand_out(bazaar.keeper, found.id, digits, uuid4(), scanned)


def test_a_keeper_who_confirms_in_bursts_is_shown(app, client) -> None:
    bazaar = make_bazaar(stocked=50)
    rush(bazaar, [make_villager(bazaar.county) for _ in range(6)])
    words = [one.words for one in counter_anomalies.find_patterns([bazaar.county.id], THIS_MONTH)]
    assert len(words) == 1
    assert "王秀兰在「一村超市」" in words[0]
    assert "2 次在 2 分钟里" in words[0]
    desk = sit_down(client, bazaar.staff.person_id)
    assert "要看一眼的 1 处" in desk.get(f"{BASE}/redemptions").text


def test_one_phone_for_a_household_and_one_account_for_many_are_shown(app, scalar) -> None:
    bazaar = make_bazaar(stocked=50, price=1)
    family = [make_villager(bazaar.county) for _ in range(3)]
    with transaction() as session:
        session.execute(text("UPDATE binding SET household = '12号'"))
    rush(bazaar, family)
    greedy = make_villager(bazaar.county)
    rush(bazaar, [greedy] * 4)
    words = "\n".join(
        one.words for one in counter_anomalies.find_patterns([bazaar.county.id], THIS_MONTH)
    )
    assert "12号有 3 个账号" in words
    assert f"（积分号 {number_of(greedy)}）" in words
    unnamed = counter_anomalies.find_patterns([bazaar.county.id], THIS_MONTH, named=False)
    assert not any("积分号" in one.words or one.person for one in unnamed)
    assert "一天领了 4 件" in words


def test_codes_that_are_only_read_out_are_shown(app) -> None:
    bazaar = make_bazaar(stocked=50, price=1)
    rush(bazaar, [make_villager(bazaar.county)] * 10, scanned=False)
    words = "\n".join(
        one.words for one in counter_anomalies.find_patterns([bazaar.county.id], THIS_MONTH)
    )
    assert "10 件是手填的码" in words


def test_returns_of_cheap_goods_are_seen_as_a_pattern(app) -> None:
    bazaar = make_bazaar(stocked=50, price=5)
    people = [make_villager(bazaar.county) for _ in range(3)]
    taken = [fetched(bazaar, person) for person in people]
    for nth, redemption in enumerate(taken):
        with transaction():
            counters.bring_back(bazaar.cadre, redemption, "坏了", on_the_shelf=nth == 0)
        found = counter_anomalies.find_patterns([bazaar.county.id], THIS_MONTH)
        words = [one.words for one in found if "退货" in one.words]
        assert len(words) == (nth == 2)
    assert "王秀兰核销的东西有 3 件由李支书退货，共 15 分，其中 2 件没有放回货架" in words[0]
    greedy = make_villager(bazaar.county)
    for _ in range(3):
        redemption = fetched(bazaar, greedy)
        with transaction():
            counters.bring_back(bazaar.staff, redemption, "不要了", on_the_shelf=True)
    words = "\n".join(
        one.words for one in counter_anomalies.find_patterns([bazaar.county.id], THIS_MONTH)
    )
    assert f"（积分号 {number_of(greedy)}）一个月退了 3 件" in words


def test_an_honest_month_shows_nothing_odd(bazaar) -> None:
    fetched(bazaar, make_villager(bazaar.county))
    assert counter_anomalies.find_patterns([bazaar.county.id], THIS_MONTH) == []


def test_the_list_costs_the_same_however_long_it_is(desk, bazaar, statements) -> None:
    pages = (f"{BASE}/redemptions", f"{BASE}/shops", f"{BASE}/rewards")

    def cost() -> list[int]:
        db.session.rollback()
        found = []
        for path in pages:
            with statements() as seen:
                assert desk.get(path).status_code == 200
            found.append(len(seen))
        return found

    before = cost()
    for number in range(6):
        shop = make_shop(bazaar.staff, bazaar.county.village_ids[0], f"店{number}")
        reward, person = make_reward(bazaar.staff, bazaar.county.id), make_villager(bazaar.county)
        deliver(bazaar.staff, shop, reward, 5)
        with transaction():
            redemptions.reserve(person, uuid4(), reward, shop)
    assert cost() == before
    assert max(before) <= 14


@pytest.fixture
def told(app, stop_clock) -> Bazaar:
    """A village that was told about last month."""
    noon = clock.midnight(LAST_MONTH.replace(day=10)) + timedelta(hours=12)
    stop_clock(noon)
    bazaar = make_bazaar()
    fetched(bazaar, make_villager(bazaar.county))
    stop_clock(None)
    with transaction():
        publications.publish(bazaar.county.village_ids[0], LAST_MONTH)
    return bazaar


def test_everybody_may_read_what_was_published(told, client) -> None:
    base = f"/p/villages/{told.county.village_ids[0]}/points"
    assert f"{LAST_MONTH.month} 月" in client.get(base).text
    page = client.get(f"{base}/{LAST_MONTH:%Y-%m}").text
    for words in ("张*", "洗衣粉", "一村超市", "不按分数排"):
        assert words in page
    data = client.get(f"{base}/{LAST_MONTH:%Y-%m}/data.json").json
    digest, _, _ = data.pop("digest"), data.pop("published_at"), data.pop("corrections")
    assert publications.digest(data) == digest
    for wrong in ("2026-13", "2020-01", "x"):
        assert client.get(f"{base}/{wrong}").status_code == 404


def test_a_correction_is_added_below_and_changes_nothing(told, client) -> None:
    base = f"/p/villages/{told.county.village_ids[0]}/points/{LAST_MONTH:%Y-%m}"
    before = client.get(f"{base}/data.json").json
    desk = sit_down(client, told.staff.person_id)
    month = f"{LAST_MONTH:%Y-%m}"
    path = f"{BASE}/publications/corrections"
    assert desk.post(path, publication_id="1", month=month, words="短").status_code == 422
    done = desk.post(path, publication_id="1", month=month, words="张* 的洗衣粉应为两袋装")
    assert done.status_code == 302
    assert "张* 的洗衣粉应为两袋装" in client.get(base).text
    after = client.get(f"{base}/data.json").json
    assert after.pop("corrections") != before.pop("corrections")
    assert after == before


def test_the_office_publishes_what_is_still_due(told, client, scalar) -> None:
    desk = sit_down(client, told.staff.person_id)
    fetched(told, make_villager(told.county, village=1), reward_id=told.reward_id)
    page = desk.get(f"{BASE}/publications").text
    assert "还有 1 个村没公示" in page
    month = f"{LAST_MONTH:%Y-%m}"
    assert desk.post(f"{BASE}/publications", month=month).status_code == 302
    assert scalar("SELECT count(*) FROM points_publication") == 2
    this = f"{THIS_MONTH:%Y-%m}"
    assert "还没过完" in desk.post(f"{BASE}/publications", month=this).text


def test_a_leader_reads_and_writes_nothing(client, bazaar) -> None:
    leader = sit_down(client, make_staff(Role.LEADER, bazaar.county.id, "leader"))
    for page in ("rewards", "shops", f"shops/{bazaar.shop_id}", "redemptions", "publications"):
        answer = leader.get(f"{BASE}/{page}")
        assert answer.status_code == 200
        assert '<form class="card pad" method="post"' not in answer.text
    assert leader.post(f"{BASE}/shops/{bazaar.shop_id}/pause", pause_reason="x").status_code == 403


def test_a_villagers_phone_sees_the_neighbours_stock_change(client, bazaar) -> None:
    phone = villager(client, bazaar)
    assert phone.call("GET", "/rewards").json["items"][0]["left"] == 10
    reserve(villager(client, bazaar), bazaar)
    assert phone.call("GET", "/rewards").json["items"][0]["left"] == 9
