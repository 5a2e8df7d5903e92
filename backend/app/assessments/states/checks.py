"""States of checks on site, and what a checker may find: pure data."""

from backend.app.core.states import NamedState


class CheckState(NamedState):
    """Where a check stands; two that found the same agree, others are decided by a third."""

    DRAWN = "drawn", "已抽取"
    ASSIGNED = "assigned", "已派人"
    AGREED = "agreed", "两人一致"
    DISPUTED = "disputed", "两人不一致"
    DECIDED = "decided", "已裁定"


class CheckKind(NamedState):
    """Who looks, and how."""

    INSPECTION = "inspection", "实地核查"
    MYSTERY = "mystery", "神秘嘉宾"
    THIRD_PARTY = "third_party", "第三方"
    VISIT = "visit", "观摩"


class CheckFinding(NamedState):
    """What somebody saw of what was claimed."""

    TRUE = "true", "属实"
    PARTLY = "partly", "部分属实"
    UNTRUE = "untrue", "不属实"


CONCLUDED = frozenset({CheckState.AGREED, CheckState.DECIDED})
WITH_CHECKERS = frozenset(CheckState) - {CheckState.DRAWN}
