"""Kill -9 of every process while villagers redeem: nothing lost, nothing doubled, sums right."""

import threading
import time
from typing import Any
from uuid import uuid4

import pytest

from tests.app.rewards.test_rush import SUMS
from tests.failure.test_killed import GIVE_UP_AFTER, Phone, kill, question
from tests.running import Running

pytestmark = pytest.mark.load
VILLAGERS, EACH, POINTS = 6, 4, 100
# How many things have been handed over before which program is killed.
KILLS = ((3, "granian"), (8, "postgres"), (13, "redis-server"), (18, "granian"))
SHOP = """
    SELECT s.id, v.code, r.id FROM exchange_point s JOIN region v ON v.id = s.village_id
    JOIN stock_balance b ON b.exchange_point_id = s.id JOIN reward r ON r.id = b.reward_id
    WHERE r.price <= 24 AND r.monthly_limit = 2 ORDER BY b.on_hand DESC LIMIT 1
"""
PEOPLE = """
    WITH them AS (
        SELECT p.id, p.openid, b.village_id, b.county_id
        FROM person p JOIN binding b ON b.person_id = p.id AND b.ended_at IS NULL
        WHERE p.openid LIKE %s AND NOT EXISTS (SELECT FROM redemption x WHERE x.person_id = p.id)
        ORDER BY p.id LIMIT %s),
    given AS (
        INSERT INTO points_entry (person_id, kind, amount, county_id, village_id, cause_kind,
                                  cause_id, earned_on, created_at)
        SELECT id, 'adjusted', %s, county_id, village_id, 'killed', id, current_date, now()
        FROM them)
    SELECT id, openid FROM them
"""


class Villager(Phone):
    """Reserves and shows the code; the keeper confirms; both send again until answered."""

    def redeem(self, keeper: Phone, shop_id: int, reward_id: int) -> dict[str, Any]:
        body = {"reward_id": reward_id, "exchange_point_id": shop_id, "surname": "郭"}
        made = self.call("POST", "/redemptions", body, **{"Idempotency-Key": str(uuid4())})
        code = self.call("POST", f"/me/redemptions/{made['id']}/code")["digits"]
        return keeper.call(
            "POST", f"/shop/redemptions/{made['id']}/handout", {"code": code, "scanned": True},
            **{"Idempotency-Key": str(uuid4())},
        )  # fmt: skip


def test_what_was_handed_over_is_booked_once_whatever_dies(county: Running) -> None:
    shop_id, code, reward_id = question(county.folder, SHOP)[0]
    question(
        county.folder,
        "UPDATE reward SET monthly_limit = NULL WHERE id = %s RETURNING id", reward_id,
    )  # fmt: skip
    before = question(
        county.folder,
        "SELECT on_hand, reserved FROM stock_balance WHERE (exchange_point_id, reward_id)"
        " = (%s, %s)", shop_id, reward_id,
    )[0]  # fmt: skip
    people = question(county.folder, PEOPLE, f"demo-{code}-v%", VILLAGERS, POINTS)
    wanted = min(VILLAGERS * EACH, before[0] - before[1])
    deadline = time.monotonic() + GIVE_UP_AFTER
    turns, done, failures = iter(range(wanted)), [], []
    lock = threading.Lock()

    def shop(openid: str) -> None:
        try:
            phone = Villager(county.base, openid, deadline)
            keeper = Phone(county.base, f"demo-{code}-s1", deadline)
            phone.log_in()
            keeper.log_in()
            for _ in range(EACH):
                with lock:
                    if next(turns, None) is None:
                        return
                answer = phone.redeem(keeper, shop_id, reward_id)
                assert answer["state"] == "handed_out"
                done.append(answer["id"])
        except BaseException as error:  # noqa: BLE001  reported in the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=shop, args=(openid,)) for _, openid in people]
    for thread in threads:
        thread.start()
    for count, program in KILLS:
        while len(done) < count and any(thread.is_alive() for thread in threads):
            time.sleep(0.01)
        kill(county, program)
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(done) == len(set(done)) == wanted

    ids = [person_id for person_id, _ in people]
    stored = question(
        county.folder,
        "SELECT id FROM redemption WHERE person_id = ANY(%s) AND state = 'handed_out'", ids,
    )  # fmt: skip
    assert {row[0] for row in stored} == set(done)
    waiting = question(
        county.folder, "SELECT count(*) FROM redemption WHERE person_id = ANY(%s)", ids
    )
    assert waiting == [(wanted,)]
    # What others reserved may expire meanwhile: SUMS holds `reserved` against what is reserved now.
    on_hand = question(
        county.folder,
        "SELECT on_hand FROM stock_balance WHERE (exchange_point_id, reward_id) = (%s, %s)",
        shop_id, reward_id,
    )  # fmt: skip
    assert on_hand == [(before[0] - wanted,)]
    wrong = {name: question(county.folder, sql)[0][0] for name, sql in SUMS.items()}
    assert wrong == dict.fromkeys(SUMS, 0)
