"""A vote that carries, with its minutes."""

from datetime import date

from backend.app.access import Actor
from backend.app.core.db import transaction
from backend.app.points.models import PointsRuleSet
from backend.app.points.rules.operations import adopt, save_draft
from backend.app.points.rules.rulebook import RuleItem, Vote

MINUTES = ("村民代表会议记录.pdf", b"%PDF-1.7 minutes")
CARRIED = Vote(date(2026, 11, 10), 38, 2, 1)
RATING = RuleItem("村务参与", "rating", "评价服务", 2, 3, 30)
MEETING = RuleItem("村务参与", "m02", "参加村民会议", 10, 1, 3)


def put_in_force(
    who: Actor,
    region_id: int,
    *items: RuleItem,
    starts_on: date = date(2026, 12, 1),
    budget: int = 10_000,
) -> PointsRuleSet:
    with transaction():
        save_draft(who, region_id, "积分办法", items or (RATING, MEETING), budget)
    with transaction():
        return adopt(who, region_id, CARRIED, starts_on, MINUTES)
