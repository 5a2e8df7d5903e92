"""A crash between any two statements of any act leaves stock and points as they were."""

from uuid import uuid4

from sqlalchemy import text

from backend.app.core.db import db, transaction
from backend.app.rewards.redemptions import handover
from backend.app.rewards.redemptions import operations as redemptions
from backend.app.rewards.redemptions.codes import make_code
from backend.app.rewards.stock import counts as stock_counts
from backend.app.rewards.stock import operations as stock
from backend.app.rewards.stock.counts import Counted
from tests.app.rewards.test_rush import check_sums
from tests.app.tickets.test_crashes import goes_through, power_cut_at
from tests.factories.rewards import make_bazaar, make_villager
from tests.factories.tickets import forget

TABLES = (
    "redemption", "redemption_code", "stock_movement", "stock_balance", "stock_count",
    "stock_count_line", "points_entry", "points_balance", "audit_entry",
    "points_publication_correction",
)  # fmt: skip


def everything() -> list[str | None]:
    forget()
    with db.engine.connect() as connection:
        return [
            connection.execute(
                text(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t")
            ).scalar()
            for table in TABLES
        ]


def survived(act) -> int:
    """Cuts the power at the first, second, … statement until the act gets through."""
    before = everything()
    for nth in range(1, 100):
        with power_cut_at(nth):
            done = goes_through(act)
        if done:
            assert everything() != before
            check_sums()
            return nth - 1
        assert everything() == before, f"statement {nth}"
    raise AssertionError("the act never ends")


def test_no_act_of_a_redemptions_life_is_ever_half_done(app) -> None:
    bazaar = make_bazaar(price=60)
    person, key, done_key = make_villager(bazaar.county), uuid4(), uuid4()
    found = {}

    def reserve(name: str, of) -> None:
        found[name] = redemptions.reserve(person, of, bazaar.reward_id, bazaar.shop_id, "张").id

    def new_code() -> None:
        found["code"], _ = make_code(redemptions.own_redemption(person, found["first"]))

    counts = [
        survived(lambda: reserve("first", key)),
        survived(new_code),
        survived(
            lambda: handover.hand_out(
                bazaar.keeper, found["first"], found["code"], done_key, True
            )
        ),
        survived(lambda: handover.bring_back(bazaar.cadre, found["first"], "包装破了", True)),
        survived(lambda: reserve("second", uuid4())),
        survived(lambda: redemptions.cancel(person, found["second"])),
        survived(lambda: stock.deliver(bazaar.staff, bazaar.shop_id, bazaar.reward_id, 5)),
    ]  # fmt: skip
    assert all(count >= 2 for count in counts), counts


def test_no_count_is_ever_half_booked(app) -> None:
    bazaar = make_bazaar()
    lines, made = [Counted(bazaar.reward_id, 8, "破了两袋")], {}

    def count() -> None:
        made["id"] = stock_counts.count_stock(bazaar.staff, bazaar.shop_id, lines).id

    assert survived(count) >= 4
    assert survived(lambda: stock_counts.confirm_count(bazaar.other_staff, made["id"])) >= 4
    with transaction():
        again = stock_counts.count_stock(bazaar.staff, bazaar.shop_id, [Counted(1, 7, "又少")]).id
    assert survived(lambda: stock_counts.drop_count(bazaar.staff, again)) >= 2
