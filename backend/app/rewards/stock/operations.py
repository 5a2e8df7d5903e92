"""Stock moves only by entries: delivered, put aside, handed out, put back, brought back."""

from uuid import UUID

from sqlalchemy import select

from backend.app.access import Actor
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict, InvalidInput
from backend.app.rewards.errors import OutOfStock, RewardUnknown, StockTooLow
from backend.app.rewards.models import Redemption, Reward, StockBalance, StockMovement
from backend.app.rewards.shops.operations import lock_shop

MOST_AT_ONCE = 10_000
# Kinds of movement a redemption makes: what they change on the shelf and of what is put aside.
OF_REDEMPTIONS = {
    "reservation": (0, 1),
    "release": (0, -1),
    "handout": (-1, -1),
    "return": (1, 0),
}


def locked_balance(shop_id: int, reward_id: int) -> StockBalance | None:
    """What a shop has of a reward now, held until the transaction ends."""
    return db.session.scalar(
        select(StockBalance)
        .where(StockBalance.exchange_point_id == shop_id, StockBalance.reward_id == reward_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def put_aside(redemption: Redemption) -> None:
    """Raises OutOfStock; of two who want the last one, one waits and is then told."""
    balance = locked_balance(redemption.exchange_point_id, redemption.reward_id)
    if balance is None or balance.on_hand - balance.reserved < 1:
        raise OutOfStock
    move(redemption, "reservation", redemption.person_id)


def move(redemption: Redemption, kind: str, person_id: int | None, note: str = "") -> None:
    """What a redemption does to the stock; each kind once, which the database sees to."""
    on_hand, reserved = OF_REDEMPTIONS[kind]
    db.session.add(
        StockMovement(
            exchange_point_id=redemption.exchange_point_id, reward_id=redemption.reward_id,
            kind=kind, on_hand=on_hand, reserved=reserved, redemption_id=redemption.id,
            note=note, person_id=person_id, created_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()


def deliver(
    actor: Actor,
    shop_id: int,
    reward_id: int,
    quantity: int,
    note: str = "",
    form_key: UUID | None = None,
) -> StockMovement:
    """进货: goods arrive at a shop; the same form sent again is the same delivery."""
    shop = lock_shop(actor, shop_id)
    # The shop is held: of two sendings the second finds the first.
    known = form_key and db.session.scalar(
        select(StockMovement).where(StockMovement.form_key == form_key)
    )
    if known:
        return known
    reward = db.session.get(Reward, reward_id)
    if reward is None or reward.retired_at is not None or reward.county_id != shop.county_id:
        raise RewardUnknown
    if not 1 <= quantity <= MOST_AT_ONCE:
        raise InvalidInput(errors={"quantity": [f"一次进 1 到 {MOST_AT_ONCE} 件"]})
    if len(note) > 60:
        raise InvalidInput(errors={"note": ["备注最多 60 个字"]})
    movement = StockMovement(
        exchange_point_id=shop.id, reward_id=reward_id, kind="delivery", on_hand=quantity,
        reserved=0, note=note.strip(), person_id=actor.person_id, created_at=clock.now(),
        form_key=form_key,
    )  # fmt: skip
    db.session.add(movement)
    db.session.flush()
    record(
        "deliver_stock", actor.person_id, "exchange_point", shop.id,
        reward_id=reward_id, quantity=quantity,
    )  # fmt: skip
    return movement


def undo_delivery(actor: Actor, movement_id: int, note: str) -> StockMovement:
    """A delivery that was typed in wrong: the opposite entry, once."""
    wrong = db.session.get(StockMovement, movement_id)
    if wrong is None or wrong.kind != "delivery":
        raise RewardUnknown("没有找到这笔进货")
    shop = lock_shop(actor, wrong.exchange_point_id)
    if not 2 <= len(note.strip()) <= 60:
        raise InvalidInput(errors={"note": ["请写为什么冲正（60 字以内）"]})
    undone = select(StockMovement.id).where(StockMovement.reverses_id == wrong.id)
    if db.session.scalar(undone) is not None:
        raise Conflict("这笔进货已经冲正过了")
    balance = locked_balance(shop.id, wrong.reward_id)
    if balance is None or balance.on_hand - wrong.on_hand < balance.reserved:
        raise StockTooLow("东西已经发出去了，冲不回来。要改数请做盘点")
    opposite = StockMovement(
        exchange_point_id=shop.id, reward_id=wrong.reward_id, kind="undo_delivery",
        on_hand=-wrong.on_hand, reserved=0, reverses_id=wrong.id, note=note.strip(),
        person_id=actor.person_id, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(opposite)
    db.session.flush()
    record(
        "undo_delivery", actor.person_id, "exchange_point", shop.id,
        movement_id=wrong.id, quantity=wrong.on_hand,
    )  # fmt: skip
    return opposite
