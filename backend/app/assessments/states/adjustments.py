"""States of exemption requests: pure data."""

from backend.app.core.states import NamedState


class ExemptionState(NamedState):
    """Where a request stands: put on record, approved, used by a confirmed exemption, or not."""

    FILED = "filed", "待审定"
    APPROVED = "approved", "已备案"
    REFUSED = "refused", "未同意"
    USED = "used", "已使用"
    LAPSED = "lapsed", "已失效"


EXEMPTION_TABLE: dict[ExemptionState, frozenset[ExemptionState]] = {
    ExemptionState.FILED: frozenset({ExemptionState.APPROVED, ExemptionState.REFUSED}),
    ExemptionState.APPROVED: frozenset({ExemptionState.USED, ExemptionState.LAPSED}),
}
