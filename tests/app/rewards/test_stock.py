"""Stock: entries nobody changes, a balance the database keeps, and counting by two people."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from backend.app.access import Role
from backend.app.core.db import db, transaction
from backend.app.core.errors import Conflict, InvalidInput, NotAllowed
from backend.app.rewards.errors import CountOpen, OwnCount, RewardUnknown, StockTooLow
from backend.app.rewards.models import StockMovement
from backend.app.rewards.stock import counts as stock_counts
from backend.app.rewards.stock import operations as stock
from backend.app.rewards.stock.counts import Counted
from tests.factories.console import make_staff
from tests.factories.county import make_county
from tests.factories.rewards import actor_of, deliver, make_reward, make_villager, reserve, villager

AT_ODDS = """
    SELECT count(*) FROM stock_balance b WHERE (b.on_hand, b.reserved) <> (
        SELECT sum(m.on_hand), sum(m.reserved) FROM stock_movement m
        WHERE (m.exchange_point_id, m.reward_id) = (b.exchange_point_id, b.reward_id))
"""


def on_hand(bazaar) -> int:
    query = text("SELECT on_hand FROM stock_balance WHERE exchange_point_id = :s")
    with db.engine.connect() as connection:
        return connection.execute(query, {"s": bazaar.shop_id}).scalar() or 0


@pytest.mark.parametrize(
    "statement", ["UPDATE stock_movement SET on_hand = 99", "DELETE FROM stock_movement"]
)
def test_the_database_refuses_to_change_a_movement(bazaar, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), transaction() as session:
        session.execute(text(statement))


def test_the_database_refuses_to_hand_out_what_is_not_there(bazaar) -> None:
    with pytest.raises(IntegrityError, match="not_negative"), transaction() as session:
        session.add(
            StockMovement(
                exchange_point_id=bazaar.shop_id, reward_id=bazaar.reward_id,
                kind="undo_delivery", on_hand=-11, reserved=0, reverses_id=1,
                created_at=stock.clock.now(),
            )
        )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "on_hand", "reserved"),
    [("delivery", -1, 0), ("handout", 0, -1), ("release", -1, -1), ("gift", 1, 0), ("count", 0, 0)],
)
def test_a_movement_has_the_shape_of_its_kind(bazaar, kind, on_hand, reserved) -> None:
    with pytest.raises(IntegrityError), transaction() as session:
        session.add(
            StockMovement(
                exchange_point_id=bazaar.shop_id, reward_id=bazaar.reward_id, kind=kind,
                on_hand=on_hand, reserved=reserved, created_at=stock.clock.now(),
            )
        )  # fmt: skip


def test_a_delivery_typed_in_wrong_is_undone_once(bazaar, scalar) -> None:
    wrong = deliver(bazaar.staff, bazaar.shop_id, bazaar.reward_id, 50)
    assert on_hand(bazaar) == 60
    with pytest.raises(InvalidInput), transaction():
        stock.undo_delivery(bazaar.staff, wrong, "")
    with transaction():
        stock.undo_delivery(bazaar.staff, wrong, "数字写错了")
    with pytest.raises(Conflict, match="已经冲正"), transaction():
        stock.undo_delivery(bazaar.staff, wrong, "再来一次")
    assert on_hand(bazaar) == 10
    assert scalar(AT_ODDS) == 0


def test_a_delivery_that_is_already_reserved_cannot_be_undone(client, bazaar) -> None:
    reward = make_reward(bazaar.staff, bazaar.county.id, price=10)
    wrong = deliver(bazaar.staff, bazaar.shop_id, reward, 1)
    assert reserve(villager(client, bazaar), bazaar, reward_id=reward).status_code == 201
    db.session.rollback()
    with pytest.raises(StockTooLow, match="盘点"), transaction():
        stock.undo_delivery(bazaar.staff, wrong, "数字写错了")


@pytest.mark.parametrize("quantity", [0, -5, 10_001])
def test_a_delivery_has_a_sensible_size(bazaar, quantity: int) -> None:
    with pytest.raises(InvalidInput) as refused, transaction():
        stock.deliver(bazaar.staff, bazaar.shop_id, bazaar.reward_id, quantity)
    assert "quantity" in refused.value.errors


def test_goods_of_another_county_or_by_another_township_are_refused(bazaar) -> None:
    other = make_county(code="610529", name="别县")
    stranger = actor_of(make_staff(Role.COUNTY_STAFF, other.id, "far"), Role.COUNTY_STAFF, other.id)
    theirs = make_reward(stranger, other.id)
    with pytest.raises(RewardUnknown), transaction():
        stock.deliver(bazaar.staff, bazaar.shop_id, theirs, 5)
    with pytest.raises(NotAllowed), transaction():
        stock.deliver(stranger, bazaar.shop_id, bazaar.reward_id, 5)


def test_a_count_that_agrees_needs_nobody_else(bazaar) -> None:
    with transaction():
        count = stock_counts.count_stock(
            bazaar.staff, bazaar.shop_id, [Counted(bazaar.reward_id, 10)]
        )
        assert (count.state, count.has_difference) == ("booked", False)
    assert on_hand(bazaar) == 10


def test_a_difference_needs_a_reason_and_a_second_person(bazaar, scalar) -> None:
    line = Counted(bazaar.reward_id, 8)
    with pytest.raises(InvalidInput) as refused, transaction():
        stock_counts.count_stock(bazaar.staff, bazaar.shop_id, [line])
    assert refused.value.errors == {
        f"reason{bazaar.reward_id}": ["账上是 10，您数的是 8，请写为什么"]
    }
    with transaction():
        lines = [Counted(bazaar.reward_id, 8, "破了两袋")]
        count_id = stock_counts.count_stock(bazaar.staff, bazaar.shop_id, lines).id
    assert on_hand(bazaar) == 10
    with pytest.raises(CountOpen), transaction():
        stock_counts.count_stock(bazaar.staff, bazaar.shop_id, lines)
    with pytest.raises(OwnCount), transaction():
        stock_counts.confirm_count(bazaar.staff, count_id)
    with transaction():
        stock_counts.confirm_count(bazaar.other_staff, count_id)
    assert on_hand(bazaar) == 8
    assert scalar("SELECT note FROM stock_movement WHERE kind = 'count'") == "破了两袋"
    with pytest.raises(Conflict), transaction():
        stock_counts.confirm_count(bazaar.other_staff, count_id)
    assert scalar(AT_ODDS) == 0


def test_the_database_wants_two_people_too(bazaar) -> None:
    with transaction():
        lines = [Counted(bazaar.reward_id, 8, "破了两袋")]
        count_id = stock_counts.count_stock(bazaar.staff, bazaar.shop_id, lines).id
    with pytest.raises(IntegrityError, match="two_people"), transaction() as session:
        session.execute(
            text(
                "UPDATE stock_count SET state = 'booked', decided_at = now(),"
                " decided_by_id = counted_by_id WHERE id = :id"
            ),
            {"id": count_id},
        )


def test_what_moves_between_counting_and_agreeing_stays_moved(bazaar) -> None:
    with transaction():
        lines = [Counted(bazaar.reward_id, 9, "少了一袋")]
        count_id = stock_counts.count_stock(bazaar.staff, bazaar.shop_id, lines).id
    deliver(bazaar.staff, bazaar.shop_id, bazaar.reward_id, 5)
    with transaction():
        stock_counts.confirm_count(bazaar.other_staff, count_id)
    assert on_hand(bazaar) == 14


def test_a_difference_never_eats_what_is_reserved(client, bazaar) -> None:
    assert reserve(villager(client, bazaar), bazaar).status_code == 201
    db.session.rollback()
    with transaction():
        lines = [Counted(bazaar.reward_id, 0, "全丢了")]
        count_id = stock_counts.count_stock(bazaar.staff, bazaar.shop_id, lines).id
    with pytest.raises(StockTooLow, match="预留"), transaction():
        stock_counts.confirm_count(bazaar.other_staff, count_id)
    with transaction():
        stock_counts.drop_count(bazaar.staff, count_id)
    assert on_hand(bazaar) == 10


@pytest.mark.parametrize(
    "lines",
    [[], [Counted(1, 1), Counted(1, 2)], [Counted(999, 1)], [Counted(1, -1, "少了")]],
    ids=["nothing", "twice", "unknown", "below zero"],
)
def test_a_sheet_that_makes_no_sense_is_refused(bazaar, lines) -> None:
    with pytest.raises(InvalidInput), transaction():
        stock_counts.count_stock(bazaar.staff, bazaar.shop_id, lines)


def test_each_write_is_in_the_audit_log(bazaar, scalar) -> None:
    make_villager(bazaar.county)
    actions = (
        "SELECT string_agg(DISTINCT action, ' ' ORDER BY action) FROM audit_entry"
        " WHERE subject_kind IN ('exchange_point', 'reward')"
    )
    assert scalar(actions) == "add_reward deliver_stock open_exchange_point"
