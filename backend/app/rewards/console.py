"""奖品、兑换点、兑换: the pages of rewards, on the console of points."""

from backend.app.points.blueprints import console as blueprint
from backend.app.rewards.catalogue import console as console_rewards
from backend.app.rewards.redemptions import console as console_redemptions
from backend.app.rewards.shops import console as console_shops

__all__ = ["blueprint"]

console_rewards.register(blueprint)
console_shops.register(blueprint)
console_redemptions.register(blueprint)
