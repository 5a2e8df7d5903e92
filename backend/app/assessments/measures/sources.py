"""Whom a measured value is from, best first."""

from backend.app.core.states import NamedState


class MeasureSource(NamedState):
    """In this order they count where one period has several."""

    ACCEPTANCE = "accept", "验收"
    OWN = "own", "本系统"
    FEED = "feed", "考评数据"
    OWNER = "owner", "主管部门"
    CHECK = "check", "实地核查"
    BALLOT = "ballot", "评价票"


# Points given in person, beside or without a value.
GIVES_POINTS = frozenset({MeasureSource.OWNER, MeasureSource.ACCEPTANCE})
