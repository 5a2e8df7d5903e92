"""States of rounds in which raters appraise units: pure data."""

from backend.app.core.states import NamedState


class AppraisalKind(NamedState):
    """What raters are asked: one level for each unit, or one for each of its judged elements."""

    SOCIAL = "social", "社会评价"
    ELEMENTS = "elements", "360°评价"


class AppraisalState(NamedState):
    """Whether ballots are still taken and counted; results are known only afterwards."""

    OPEN = "open", "计票中"
    CLOSED = "closed", "已关闭"


class BallotState(NamedState):
    """How far a group's ballots are with being counted twice."""

    WAITING = "waiting", "还没有录"
    ONCE = "once", "录了一遍"
    DIFFERENT = "different", "两遍不一致"
    ACCEPTED = "accepted", "两遍一致"


# What paper was begun and not counted alike: the group is not used.
NOT_ALIKE = frozenset({BallotState.ONCE, BallotState.DIFFERENT})


class DisputeState(NamedState):
    """Of a group of 360° whose raters differ too much: what was decided of its ballots."""

    OPEN = "open", "看法差别大，等人定"
    USED = "used", "看法差别大，照样计入"
    DROPPED = "dropped", "看法差别大，不计入"
