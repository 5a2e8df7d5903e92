"""Where a report stands, and what reviewers say of it."""

from backend.app.core.states import NamedState


class ReportState(NamedState):
    """Where a unit's report of one target and period stands."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待主管部门审核"
    RETURNED = "returned", "已退回"
    OWNER_PASSED = "owner_passed", "待考核办审核"
    ACCEPTED = "accepted", "已通过"
    MISSED = "missed", "未报"


class ReviewStep(NamedState):
    """Who reviews a report."""

    OWNER = "owner", "主管部门"
    OFFICE = "office", "考核办"


class ReviewDecision(NamedState):
    """What a reviewer said of a report."""

    PASSED = "passed", "通过"
    RETURNED = "returned", "退回"
    CHANGED = "changed", "改数"
