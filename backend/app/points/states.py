"""States of activities that earn points and of draws; what an appeal ends in."""

from enum import StrEnum

from backend.app.core.states import NamedState


class ActivityState(NamedState):
    """A meeting or a day's volunteer work."""

    WAITING = "waiting", "待确认"
    CONFIRMED = "confirmed", "已通过"
    REFUSED = "refused", "未通过"
    WITHDRAWN = "withdrawn", "已撤回"


class FreezeDecision(StrEnum):
    """Of an appeal against a freeze."""

    LIFTED = "lifted"
    KEPT = "kept"


class DayFreezeDecision(StrEnum):
    """Of an appeal about the points of one day."""

    GIVEN_BACK = "given_back"
    KEPT = "kept"


class DrawState(NamedState):
    """抽奖."""

    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "名单已公布"
    DRAWN = "drawn", "已开奖"
    CALLED_OFF = "called_off", "已取消"


# Its list of people stands.
LISTED = frozenset({DrawState.PUBLISHED, DrawState.DRAWN})
