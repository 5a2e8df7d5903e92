"""Where a target and a change of it stand, and the moves of a target."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from backend.app.core.states import NamedState


class TargetState(NamedState):
    """Where a target stands."""

    DRAFT = "draft", "未下达"
    ISSUED = "issued", "待确认"
    QUERIED = "queried", "有疑问"
    CONFIRMED = "confirmed", "已确认"
    RUNNING = "running", "推进中"
    STOPPED = "stopped", "停工"
    FINISHED = "finished", "已完结"
    DROPPED = "dropped", "已取消"


class ChangeState(NamedState):
    """Where a change of an issued target stands."""

    PROPOSED = "proposed", "待审定"
    APPROVED = "approved", "已变更"
    REFUSED = "refused", "未同意"


class Rhythm(NamedState):
    """How often a target is reported."""

    MONTH = "month", "每月"
    QUARTER = "quarter", "每季"
    HALF = "half", "每半年"
    YEAR = "year", "每年"


# Nothing is asked of a unit for these any more.
ENDED = frozenset({TargetState.FINISHED, TargetState.DROPPED})
# With a unit that has to answer for them.
IN_FORCE = frozenset(
    {
        TargetState.ISSUED, TargetState.QUERIED, TargetState.CONFIRMED, TargetState.RUNNING,
        TargetState.STOPPED,
    }
)  # fmt: skip


class TargetMove(StrEnum):
    """One act on a target."""

    ISSUE = "issue"
    CONFIRM = "confirm"
    QUERY = "query"
    UPHOLD = "uphold"
    CHANGE = "change"
    START = "start"
    HALT = "halt"
    RESUME = "resume"
    FINISH = "finish"
    DROP = "drop"


class TargetParty(StrEnum):
    """What somebody is to one target."""

    UNIT = "unit"
    OWNER = "owner"
    OFFICE = "office"
    SYSTEM = "system"


@dataclass(frozen=True)
class TargetRule:
    """From where a move starts, where it leads (None: stays), and whose it is."""

    starts: frozenset[TargetState]
    to: TargetState | None
    by: frozenset[TargetParty]


def _rule(starts: Collection[TargetState], to: TargetState | None, *by: TargetParty) -> TargetRule:
    return TargetRule(frozenset(starts), to, frozenset(by))


T = TargetState
UNIT, OFFICE, SYSTEM = TargetParty.UNIT, TargetParty.OFFICE, TargetParty.SYSTEM
TARGET_TABLE: dict[TargetMove, TargetRule] = {
    TargetMove.ISSUE: _rule({T.DRAFT}, T.ISSUED, OFFICE),
    TargetMove.CONFIRM: _rule({T.ISSUED}, T.CONFIRMED, UNIT),
    TargetMove.QUERY: _rule({T.ISSUED}, T.QUERIED, UNIT),
    # It stays as it is; whoever decides neither issued it nor works for the unit.
    TargetMove.UPHOLD: _rule({T.QUERIED}, T.CONFIRMED, OFFICE),
    # With an approved change a question is answered, too.
    TargetMove.CHANGE: _rule(IN_FORCE, None, OFFICE),
    TargetMove.START: _rule({T.ISSUED, T.CONFIRMED}, T.RUNNING, SYSTEM),
    TargetMove.HALT: _rule({T.CONFIRMED, T.RUNNING}, T.STOPPED, UNIT, OFFICE),
    TargetMove.RESUME: _rule({T.STOPPED}, T.RUNNING, UNIT, OFFICE),
    TargetMove.FINISH: _rule({T.CONFIRMED, T.RUNNING}, T.FINISHED, OFFICE),
    TargetMove.DROP: _rule(IN_FORCE, T.DROPPED, OFFICE),
}
TARGET_MOVE_NAMES: dict[TargetMove, str] = {
    TargetMove.ISSUE: "下达",
    TargetMove.CONFIRM: "确认",
    TargetMove.QUERY: "提出疑问",
    TargetMove.UPHOLD: "维持原目标",
    TargetMove.CHANGE: "变更目标",
    TargetMove.START: "开始推进",
    TargetMove.HALT: "停工",
    TargetMove.RESUME: "复工",
    TargetMove.FINISH: "完结",
    TargetMove.DROP: "取消",
}
