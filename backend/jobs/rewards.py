"""What the clock does to rewards: reservations expire, codes go, months are published."""

from backend.app.core import clock
from backend.app.core.batches import each
from backend.app.core.db import transaction
from backend.app.core.queue import JobName
from backend.app.notices.operations import notify
from backend.app.rewards import publications
from backend.app.rewards.redemptions import operations as redemptions
from backend.app.rewards.redemptions.codes import forget_old_codes

# Returns of the last days are in before a month is frozen.
PUBLISH_FROM_DAY = 3


def tend_redemptions() -> int:
    """Gives back what nobody fetched, and tells them."""
    done = each(JobName.TEND_REDEMPTIONS, redemptions.list_expired(), _expire)
    with transaction():
        forget_old_codes()
    return done


def _expire(redemption_id: int) -> int:
    redemption = redemptions.expire(redemption_id)
    if redemption is None:
        return 0
    notify(
        [redemption.person_id],
        kind="points",
        title="预留的东西过期了",
        words=f"三天没有去领，已退回 {redemption.price} 分，还想要可以再兑",
        page="/pages/rewards/mine/index",
        subject_kind="redemption",
        subject_id=redemption.id,
        dedup=f"redemption:{redemption.id}:expired",
    )
    return 1


def publish_points() -> int:
    """Tells every village about the month before, once it has settled."""
    today = clock.today()
    if today.day < PUBLISH_FROM_DAY:
        return 0
    month = clock.previous_month(clock.month_of(today))
    return each(
        JobName.PUBLISH_POINTS,
        publications.villages_due(month),
        lambda village_id: publications.publish(village_id, month) is not None,
    )
