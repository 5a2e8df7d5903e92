"""What the clock does to rewards: reservations expire, codes go, months are published."""

from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.notices.operations import notify
from backend.app.rewards import publications
from backend.app.rewards.redemptions import operations as redemptions
from backend.app.rewards.redemptions.codes import forget_old_codes

# Returns of the last days are in before a month is frozen.
PUBLISH_FROM_DAY = 3


def tend_redemptions() -> int:
    """Gives back what nobody fetched, and tells them."""
    done = 0
    for redemption_id in redemptions.list_expired():
        with transaction():
            redemption = redemptions.expire(redemption_id)
            if redemption is None:
                continue
            done += 1
            notify(
                [redemption.person_id],
                kind="points",
                title="预留的东西过期了",
                words=f"三天没有去领,已退回 {redemption.price} 分,还想要可以再兑",
                page="/pages/rewards/mine/index",
                subject_kind="redemption",
                subject_id=redemption.id,
                dedup=f"redemption:{redemption.id}:expired",
            )
    with transaction():
        forget_old_codes()
    return done


def publish_points() -> int:
    """Tells every village about the month before, once it has settled."""
    today = clock.today()
    if today.day < PUBLISH_FROM_DAY:
        return 0
    month = clock.previous_month(clock.month_of(today))
    villages = publications.villages_due(month)
    for village_id in villages:
        with transaction():
            publications.publish(village_id, month)
    return len(villages)
