"""States of what is redeemed and of stock that is counted."""

from backend.app.core.states import NamedState


class RedemptionState(NamedState):
    """兑换: put aside, then fetched, given up, expired or brought back."""

    RESERVED = "reserved", "等您去领"
    HANDED_OUT = "handed_out", "已领走"
    CANCELLED = "cancelled", "已取消"
    EXPIRED = "expired", "过期退回"
    RETURNED = "returned", "已退货"


class CountState(NamedState):
    """盘点."""

    OPEN = "open", "等另一个人核对"
    BOOKED = "booked", "已记账"
    DROPPED = "dropped", "已作废"


# What counts against the limits of a reward.
COUNTED = frozenset({RedemptionState.RESERVED, RedemptionState.HANDED_OUT})
