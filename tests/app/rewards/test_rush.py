"""A thousand people at once, and one person with two phones."""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from backend.app.core.db import db, transaction
from backend.app.rewards.redemptions import handover
from backend.app.rewards.redemptions import operations as redemptions
from backend.app.rewards.redemptions.codes import make_code
from tests.factories.at_once import at_once, outcome_of
from tests.factories.rewards import Bazaar, deliver, make_bazaar, make_reward, make_villager

CROWD, ITEMS, WITHIN_SECONDS = 1000, 10, 90
PEOPLE = text(
    """
    WITH p AS (
        INSERT INTO person (openid, display_name, created_at)
        SELECT 'crowd-' || n, '', now() FROM generate_series(1, :people) n RETURNING id),
    b AS (
        INSERT INTO binding (person_id, county_id, village_id, bound_at)
        SELECT id, :county_id, :village_id, now() FROM p)
    INSERT INTO points_entry (person_id, kind, amount, county_id, village_id, cause_kind,
                              cause_id, earned_on, created_at)
    SELECT id, 'adjusted', 100, :county_id, :village_id, 'crowd', id, current_date, now() FROM p
    RETURNING person_id
    """
)
SUMS = {
    "stock": """
        SELECT count(*) FROM stock_balance b WHERE (b.on_hand, b.reserved) <> (
            SELECT sum(m.on_hand), sum(m.reserved) FROM stock_movement m
            WHERE (m.exchange_point_id, m.reward_id) = (b.exchange_point_id, b.reward_id))""",
    "put aside": """
        SELECT count(*) FROM stock_balance b WHERE b.reserved <> (
            SELECT count(*) FROM redemption x WHERE x.state = 'reserved'
            AND (x.exchange_point_id, x.reward_id) = (b.exchange_point_id, b.reward_id))""",
    "points": """
        SELECT count(*) FROM points_balance b WHERE b.balance <> (
            SELECT sum(amount) FROM points_entry e WHERE e.person_id = b.person_id)""",
    "paid": """
        SELECT count(*) FROM redemption x WHERE
            (SELECT COALESCE(sum(e.amount), 0) FROM points_entry e
             WHERE e.cause_kind = 'redemption' AND e.cause_id = x.id)
            <> CASE WHEN x.state IN ('reserved', 'handed_out') THEN -x.price ELSE 0 END""",
}


def check_sums() -> None:
    """Stock and points of every redemption, as plain sums."""
    with db.engine.connect() as connection:
        wrong = {name: connection.execute(text(sql)).scalar() for name, sql in SUMS.items()}
    assert wrong == dict.fromkeys(SUMS, 0)


def crowd(bazaar: Bazaar, people: int) -> list[int]:
    with transaction() as session:
        values = {
            "people": people, "county_id": bazaar.county.id,
            "village_id": bazaar.county.village_ids[0],
        }  # fmt: skip
        return list(session.scalars(PEOPLE, values))


@pytest.mark.load
def test_a_thousand_who_want_one_of_ten_things_get_exactly_ten(app: Flask) -> None:
    bazaar = make_bazaar(stocked=ITEMS)
    people = crowd(bazaar, CROWD)
    began, gate = time.monotonic(), threading.Barrier(CROWD)

    def want(person_id: int) -> str:
        with app.app_context():
            gate.wait(WITHIN_SECONDS)
            return outcome_of(
                lambda: redemptions.reserve(person_id, uuid4(), bazaar.reward_id, bazaar.shop_id)
            )

    with ThreadPoolExecutor(CROWD) as pool:
        outcomes = Counter(pool.map(want, people))
    assert outcomes == {"done": ITEMS, "out_of_stock": CROWD - ITEMS}
    assert time.monotonic() - began < WITHIN_SECONDS
    check_sums()


def test_two_phones_of_one_person_spend_the_points_once(app: Flask, bazaar) -> None:
    person = make_villager(bazaar.county, points=30)
    wants = [
        lambda: redemptions.reserve(person, uuid4(), bazaar.reward_id, bazaar.shop_id)
        for _ in range(6)
    ]
    assert sorted(at_once(app, *wants)) == ["done"] + ["not_enough_points"] * 5
    check_sums()


def test_two_phones_of_one_person_do_not_pass_a_limit_together(app: Flask, bazaar) -> None:
    reward = make_reward(bazaar.staff, bazaar.county.id, price=1, monthly_limit=2)
    deliver(bazaar.staff, bazaar.shop_id, reward, 50)
    person = make_villager(bazaar.county)
    wants = [lambda: redemptions.reserve(person, uuid4(), reward, bazaar.shop_id) for _ in range(6)]
    assert sorted(at_once(app, *wants)) == ["done"] * 2 + ["over_the_limit"] * 4
    check_sums()


def test_one_answer_lost_and_sent_again_at_once_is_one_reservation(app: Flask, bazaar) -> None:
    person, key = make_villager(bazaar.county), uuid4()
    wants = [
        lambda: redemptions.reserve(person, key, bazaar.reward_id, bazaar.shop_id)
    ] * 5  # fmt: skip
    assert sorted(at_once(app, *wants)) == ["done"] * 5
    with db.engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM redemption")).scalar() == 1
    check_sums()


def test_fetched_given_up_and_expired_at_once_happens_one_of_them(app: Flask, bazaar) -> None:
    person = make_villager(bazaar.county)
    with transaction():
        found = redemptions.reserve(person, uuid4(), bazaar.reward_id, bazaar.shop_id)
        digits, _ = make_code(found)
        redemption_id = found.id
    keys = [uuid4() for _ in range(3)]
    acts = [
        *(
            lambda key=key: handover.hand_out(bazaar.keeper, redemption_id, digits, key, False)
            for key in keys
        ),
        lambda: redemptions.cancel(person, redemption_id),
    ]
    outcomes = sorted(at_once(app, *acts))
    assert outcomes.count("done") == 1
    check_sums()
