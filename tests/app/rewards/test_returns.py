"""Brought back, and published: a frozen month lists what changed since."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from backend.app.core import clock
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict, InvalidInput
from backend.app.rewards import publications
from backend.app.rewards.errors import (
    NoShopOfYours,
    NotHandedOut,
    SecondPersonNeeded,
    TooLateToReturn,
)
from backend.app.rewards.redemptions import handover as counters
from backend.app.rewards.redemptions import operations as redemptions
from backend.app.rewards.redemptions.codes import make_code
from backend.jobs import rewards as jobs
from tests.factories.rewards import Bazaar, deliver, make_bazaar, make_reward, make_villager

THIS_MONTH = clock.month_of(clock.today())
LAST_MONTH = clock.previous_month(THIS_MONTH)


def fetched(bazaar: Bazaar, person_id: int, surname: str = "张", **given: int) -> int:
    """Reserved and handed out by the keeper; the redemption's id."""
    reward_id = given.get("reward_id", bazaar.reward_id)
    with transaction():
        found = redemptions.reserve(person_id, uuid4(), reward_id, bazaar.shop_id, surname)
        digits, _ = make_code(found)
    with transaction():
        return counters.hand_out(bazaar.keeper, found.id, digits, uuid4(), True).id


def stock_and_points(bazaar: Bazaar, person_id: int) -> tuple[int, int]:
    statement = text(
        "SELECT (SELECT on_hand FROM stock_balance WHERE reward_id = :r),"
        " (SELECT balance FROM points_balance WHERE person_id = :p)"
    )
    with db.engine.connect() as connection:
        return tuple(connection.execute(statement, {"r": bazaar.reward_id, "p": person_id}).one())


@pytest.fixture
def villager_id(bazaar) -> int:
    return make_villager(bazaar.county)


def test_brought_back_everything_is_as_before(bazaar, villager_id) -> None:
    redemption = fetched(bazaar, villager_id)
    with transaction():
        counters.bring_back(bazaar.cadre, redemption, "包装破了", on_the_shelf=True)
    assert stock_and_points(bazaar, villager_id) == (10, 100)


def test_what_is_spoilt_does_not_go_back_on_the_shelf(bazaar, villager_id) -> None:
    redemption = fetched(bazaar, villager_id)
    with transaction():
        counters.bring_back(bazaar.cadre, redemption, "坏了不能用", on_the_shelf=False)
    assert stock_and_points(bazaar, villager_id) == (9, 100)


@pytest.mark.parametrize("price", [1, 80])
def test_the_keeper_who_hands_out_does_not_take_back(app, price: int) -> None:
    bazaar = make_bazaar(price=price)
    person = make_villager(bazaar.county)
    redemption = fetched(bazaar, person)
    with pytest.raises(SecondPersonNeeded), transaction():
        counters.bring_back(bazaar.keeper, redemption, "不想要了", on_the_shelf=True)
    with (
        pytest.raises(IntegrityError, match="one hand"),
        transaction() as session,
    ):
        session.execute(
            text(
                "UPDATE redemption SET state = 'returned', return_reason = 'x',"
                " returned_by_id = handed_out_by_id WHERE id = :id"
            ),
            {"id": redemption},
        )
    with transaction():
        counters.bring_back(bazaar.cadre, redemption, "不想要了", on_the_shelf=True)
    assert stock_and_points(bazaar, person) == (10, 100)


def test_only_once_in_time_with_a_reason_and_at_the_right_shop(
    bazaar, villager_id, stop_clock
) -> None:
    with transaction():
        waiting = redemptions.reserve(villager_id, uuid4(), bazaar.reward_id, bazaar.shop_id).id
    with pytest.raises(NotHandedOut), transaction():
        counters.bring_back(bazaar.cadre, waiting, "不想要了", on_the_shelf=True)
    redemption = fetched(bazaar, villager_id)
    with pytest.raises(NoShopOfYours), transaction():
        counters.bring_back(bazaar.other_keeper, redemption, "不想要了", on_the_shelf=True)
    with pytest.raises(InvalidInput), transaction():
        counters.bring_back(bazaar.cadre, redemption, " ", on_the_shelf=True)
    at = clock.now()
    stop_clock(at + timedelta(days=31))
    with pytest.raises(TooLateToReturn), transaction():
        counters.bring_back(bazaar.cadre, redemption, "不想要了", on_the_shelf=True)
    stop_clock(at)
    with transaction():
        counters.bring_back(bazaar.cadre, redemption, "不想要了", on_the_shelf=True)
    with pytest.raises(Conflict, match="已经退货"), transaction():
        counters.bring_back(bazaar.cadre, redemption, "不想要了", on_the_shelf=True)


def test_a_month_is_published_without_names(app, stop_clock) -> None:
    noon = clock.midnight(LAST_MONTH.replace(day=10)) + timedelta(hours=12)
    stop_clock(noon)
    bazaar = make_bazaar()
    zhang, quiet = make_villager(bazaar.county), make_villager(bazaar.county, points=40)
    fetched(bazaar, zhang)
    stop_clock(None)
    village = bazaar.county.village_ids[0]
    with transaction():
        content = publications.publish(village, LAST_MONTH).content
    assert content["redemptions"] == [
        {
            "on": f"{LAST_MONTH:%Y-%m}-10", "name": "张*", "reward": "洗衣粉", "points": 30,
            "shop": "一村超市",
        }
    ]  # fmt: skip
    assert content["balances"] == [{"name": "张*", "balance": 70}]
    assert content["unnamed"] == {"people": 1, "balance": 40}
    assert content["points"]["redeemed"] == -30
    assert content["balance"] == 110
    assert content["stock"] == [
        {
            "shop": "一村超市", "reward": "洗衣粉", "opening": 0, "delivered": 10,
            "handed_out": -1, "counted": 0, "closing": 9,
        }
    ]  # fmt: skip
    assert quiet


def test_a_published_month_keeps_its_digits_and_lists_what_changed(app, stop_clock) -> None:
    noon = clock.midnight(LAST_MONTH.replace(day=25)) + timedelta(hours=12)
    stop_clock(noon)
    bazaar = make_bazaar()
    redemption = fetched(bazaar, make_villager(bazaar.county))
    village = bazaar.county.village_ids[0]
    first = clock.midnight(THIS_MONTH) + timedelta(days=2, hours=8)
    stop_clock(first)
    assert jobs.publish_points() == 1
    assert jobs.publish_points() == 0
    before = publications.get_publication(village, LAST_MONTH)
    content, digest = dict(before.content), before.digest
    with transaction():
        counters.bring_back(bazaar.cadre, redemption, "不想要了", on_the_shelf=True)
    with transaction():
        publications.correct(bazaar.staff, before.id, "第一行的数量应为一袋")
    after = publications.get_publication(village, LAST_MONTH)
    assert (after.content, after.digest) == (content, digest)
    assert publications.digest(after.content) == digest
    words = [line.words for line in publications.list_corrections(after.id)]
    assert words == [
        f"{LAST_MONTH.month}月25日 张* 兑的「洗衣粉」已退货，退回 30 分", "第一行的数量应为一袋",
    ]  # fmt: skip
    for statement in (
        "UPDATE points_publication SET digest = ''",
        "DELETE FROM points_publication",
    ):
        with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
            session.execute(text(statement))


def test_a_month_that_is_not_over_is_not_published(bazaar) -> None:
    with pytest.raises(InvalidInput, match="填写") as refused, transaction():
        publications.publish(bazaar.county.village_ids[0], THIS_MONTH)
    assert "还没过完" in refused.value.errors["month"][0]


def test_nothing_is_published_before_the_third(app, stop_clock) -> None:
    bazaar = make_bazaar()
    fetched(bazaar, make_villager(bazaar.county))
    second = clock.midnight(clock.next_month(THIS_MONTH)) + timedelta(days=1)
    stop_clock(second)
    assert jobs.publish_points() == 0


def test_neighbours_with_the_same_surname_stand_in_no_order_of_figures(bazaar) -> None:
    """Sorted by surname; within it by a digest that knows the month and nobody's points."""
    cheap = make_reward(bazaar.staff, bazaar.county.id, price=1)
    deliver(bazaar.staff, bazaar.shop_id, cheap, 50)
    for points in range(10, 40):
        fetched(bazaar, make_villager(bazaar.county, points), "王", reward_id=cheap)
    content = publications.compose(bazaar.county.village_ids[0], THIS_MONTH)
    figures = [line["balance"] for line in content["balances"]]
    assert len(figures) == 30
    assert figures not in (sorted(figures), sorted(figures, reverse=True))
