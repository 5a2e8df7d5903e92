"""Subjects that a county assesses beside its units: their kinds, trades, and how one leaves."""

from dataclasses import dataclass
from enum import StrEnum

from backend.app.access import Permission
from backend.app.core.states import NamedState


class SubjectKind(NamedState):
    """What a subject is; it decides which of its transactions count."""

    SHOP = "shop", "农资店"
    FARM = "farm", "农业主体"
    SCHOOL = "school", "学校"
    PERSON = "person", "个人"
    OTHER = "other", "其他主体"


class TradeKind(NamedState):
    """What a subject did: a shop sells, a farm buys and applies."""

    SALE = "sale", "销售"
    PURCHASE = "purchase", "购进"
    APPLIED = "applied", "施用"


class Goods(NamedState):
    """What was sold, bought or applied."""

    PESTICIDE = "pesticide", "农药"
    FERTILISER = "fertiliser", "化肥"
    OTHER = "other", "其他"


class ExitCause(NamedState):
    """Why a subject is to leave."""

    TWO_RED = "two_red", "连续两次半年评价为红"
    VIOLATION = "violation", "有点名的违规"


class ExitState(NamedState):
    """Where a subject's leaving stands."""

    FOUND = "found", "应退出，等提出"
    PROPOSED = "proposed", "已提出，等另一人审定"
    CONFIRMED = "confirmed", "已退出"
    DROPPED = "dropped", "不退出"
    RETURNED = "returned", "已回到名单"


class ExitMove(StrEnum):
    """One act on it."""

    PROPOSE = "propose"
    CONFIRM = "confirm"
    DROP = "drop"
    RETURN = "return"


@dataclass(frozen=True)
class ExitRule:
    """From where a move starts, where it leads, and who may make it."""

    starts: frozenset[ExitState]
    to: ExitState
    by: Permission


X = ExitState
OPEN_EXITS = frozenset({X.FOUND, X.PROPOSED})
EXIT_TABLE: dict[ExitMove, ExitRule] = {
    ExitMove.PROPOSE: ExitRule(frozenset({X.FOUND}), X.PROPOSED, Permission.MANAGE_PROGRAMMES),
    ExitMove.CONFIRM: ExitRule(frozenset({X.PROPOSED}), X.CONFIRMED, Permission.DECIDE_RESULTS),
    ExitMove.DROP: ExitRule(OPEN_EXITS, X.DROPPED, Permission.DECIDE_RESULTS),
    ExitMove.RETURN: ExitRule(frozenset({X.CONFIRMED}), X.RETURNED, Permission.MANAGE_PROGRAMMES),
}
