"""What one person exchanged points for: told, and kept as sums of nobody."""

from sqlalchemy import select, text

from backend.app.core.db import db
from backend.app.core.own_data import Held
from backend.app.core.web.console_menu import local_time
from backend.app.rewards.models import Redemption
from backend.app.rewards.redemptions import operations as redemptions
from backend.app.rewards.redemptions.queries import STATE_NAMES

REDEMPTIONS = text(
    """
    SELECT d.reserved_at, w.name AS reward, d.price, s.name AS shop, d.state, d.surname
    FROM redemption d JOIN reward w ON w.id = d.reward_id
    JOIN exchange_point s ON s.id = d.exchange_point_id
    WHERE d.person_id = :person_id ORDER BY d.id
    """
)
FORGET = (
    (
        "DELETE FROM redemption_code WHERE redemption_id IN"
        " (SELECT id FROM redemption WHERE person_id = :person_id)"
    ),
    (
        "UPDATE redemption SET surname = '', idempotency_key = gen_random_uuid()"
        " WHERE person_id = :person_id"
    ),
    "UPDATE exchange_invitation SET keeper_name = '' WHERE accepted_by_id = :person_id",
)


def held_of(person_id: int) -> Held:
    """What was exchanged for points, and how far each got."""
    swaps = db.session.execute(REDEMPTIONS, {"person_id": person_id}).all()
    return Held(
        "我兑的",
        f"您兑过 {len(swaps)} 次东西。" if swaps else "您还没有兑过东西。",
        ("时间", "东西", "分", "兑换点", "到哪一步", "留的姓"),
        [
            [
                local_time(row.reserved_at), row.reward, row.price, row.shop,
                STATE_NAMES[row.state], row.surname,
            ]
            for row in swaps
        ],
    )  # fmt: skip


def unlink(person_id: int) -> None:
    """Gives back what is reserved, and forgets the names."""
    waiting = select(Redemption.id).where(
        Redemption.person_id == person_id, Redemption.state == "reserved"
    )
    for redemption_id in db.session.scalars(waiting.order_by(Redemption.id)).all():
        redemptions.cancel(person_id, redemption_id)
    for statement in FORGET:
        db.session.execute(text(statement), {"person_id": person_id})
