"""盘点: what lies there against the books; a difference needs a reason and a second person."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from backend.app.access import Actor
from backend.app.accounts.second_person import check_another_hand, is_same_hand
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput, NotFound
from backend.app.rewards.errors import CountOpen, OwnCount, StockTooLow
from backend.app.rewards.models import StockBalance, StockCount, StockCountLine, StockMovement
from backend.app.rewards.shops.operations import lock_shop
from backend.app.rewards.stock.operations import locked_balance


@dataclass(frozen=True)
class Counted:
    """One line of the sheet."""

    reward_id: int
    quantity: int
    reason: str = ""


def count_stock(actor: Actor, shop_id: int, lines: Sequence[Counted]) -> StockCount:
    """Keeps what was counted beside what was booked at that moment; equal figures need nobody."""
    shop = lock_shop(actor, shop_id)
    open_one = select(StockCount.id).where(
        StockCount.exchange_point_id == shop.id, StockCount.state == "open"
    )
    if db.session.scalar(open_one) is not None:
        raise CountOpen
    booked = _booked(shop.id)
    _check(lines, booked)
    differs = any(line.quantity != booked[line.reward_id] for line in lines)
    at = clock.now()
    count = StockCount(
        exchange_point_id=shop.id, state="open" if differs else "booked", has_difference=differs,
        counted_by_id=actor.person_id, counted_at=at, decided_at=None if differs else at,
    )  # fmt: skip
    db.session.add(count)
    db.session.flush()
    db.session.add_all(
        StockCountLine(
            count_id=count.id, reward_id=line.reward_id, booked=booked[line.reward_id],
            counted=line.quantity, reason=line.reason.strip(),
        )
        for line in lines
    )  # fmt: skip
    db.session.flush()
    record("count_stock", actor.person_id, "exchange_point", shop.id, count_id=count.id)
    return count


def _booked(shop_id: int) -> dict[int, int]:
    """Held until the end: nothing is handed out between reading and keeping."""
    rows = db.session.scalars(
        select(StockBalance)
        .where(StockBalance.exchange_point_id == shop_id)
        .order_by(StockBalance.reward_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.reward_id: row.on_hand for row in rows}


def _check(lines: Sequence[Counted], booked: dict[int, int]) -> None:
    if not lines or len({line.reward_id for line in lines}) != len(lines):
        raise InvalidInput(errors={"lines": ["请填盘点的数"]})
    faults = {}
    for line in lines:
        if line.reward_id not in booked:
            raise InvalidInput(errors={"lines": ["有的东西这个兑换点没有进过"]})
        if not 0 <= line.quantity <= 1_000_000:
            faults[f"counted{line.reward_id}"] = ["数量应为 0 以上的整数"]
        elif line.quantity != booked[line.reward_id] and len(line.reason.strip()) < 2:
            faults[f"reason{line.reward_id}"] = [
                f"账上是 {booked[line.reward_id]}，您数的是 {line.quantity}，请写为什么"
            ]
        elif len(line.reason.strip()) > 60:
            faults[f"reason{line.reward_id}"] = ["最多 60 个字"]
    if faults:
        raise InvalidInput(errors=faults)


def _lock(actor: Actor, count_id: int) -> StockCount:
    count = db.session.get(StockCount, count_id)
    if count is None:
        raise NotFound("没有找到这次盘点")
    lock_shop(actor, count.exchange_point_id)
    db.session.refresh(count, with_for_update=True)
    if count.state != "open":
        raise Conflict("这次盘点已经办完了")
    return count


def confirm_count(actor: Actor, count_id: int) -> StockCount:
    """The second person agrees: each difference becomes an entry."""
    count = _lock(actor, count_id)
    check_another_hand(actor, count.counted_by_id, refusal=OwnCount())
    lines = db.session.scalars(
        select(StockCountLine)
        .where(StockCountLine.count_id == count.id)
        .order_by(StockCountLine.reward_id)
    ).all()
    at = clock.now()
    for line in lines:
        # What moved since the counting stays moved; only the difference found then is booked.
        difference = line.counted - line.booked
        balance = locked_balance(count.exchange_point_id, line.reward_id)
        if balance is None or balance.on_hand + difference < balance.reserved:
            raise StockTooLow
        if difference:
            db.session.add(
                StockMovement(
                    exchange_point_id=count.exchange_point_id, reward_id=line.reward_id,
                    kind="count", on_hand=difference, reserved=0, count_id=count.id,
                    note=line.reason, person_id=actor.person_id, created_at=at,
                )
            )  # fmt: skip
    count.state, count.decided_by_id, count.decided_at = "booked", actor.person_id, at
    db.session.flush()
    record(
        "confirm_count", actor.person_id, "exchange_point", count.exchange_point_id,
        count_id=count.id,
    )  # fmt: skip
    return count


def drop_count(actor: Actor, count_id: int) -> None:
    """Counted wrong: nothing is booked, the sheet stays to be seen."""
    count = _lock(actor, count_id)
    count.state, count.decided_at = "dropped", clock.now()
    own = is_same_hand(actor.person_id, count.counted_by_id)
    count.decided_by_id = None if own else actor.person_id
    record(
        "drop_count", actor.person_id, "exchange_point", count.exchange_point_id,
        count_id=count.id,
    )  # fmt: skip
