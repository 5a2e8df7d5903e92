"""States of objections, adjustments and schemes."""

from backend.app.core.states import NamedState


class ObjectionState(NamedState):
    """申诉."""

    PENDING = "pending", "等裁决"
    UPHELD = "upheld", "申诉成立"
    REFUSED = "refused", "没有成立"


class AdjustmentState(NamedState):
    """加减分."""

    PROPOSED = "proposed", "等审批"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "没批准"
    DROPPED = "dropped", "已撤回"


class SchemeState(NamedState):
    """考核方案."""

    DRAFT = "draft", "草稿"
    APPROVED = "approved", "已审定"
    DROPPED = "dropped", "已放弃"
