"""What should be finished before a year is locked."""

from dataclasses import dataclass

from sqlalchemy import text

from backend.app.assessments.models import Programme
from backend.app.assessments.reports.asked_sql import IS_COMPARED, JOIN_NAME
from backend.app.assessments.states import (
    ChangeState,
    ColourQueryState,
    GradeState,
    ProgrammeAdjustmentState,
    ReportState,
    SupervisionState,
    TargetState,
)
from backend.app.assessments.states.adjustments import ExemptionState
from backend.app.assessments.states.appraisals import AppraisalState, DisputeState
from backend.app.core.db import db
from backend.app.core.states import one_of

WAITING = {ReportState.SUBMITTED, ReportState.OWNER_PASSED, ReportState.RETURNED}
OPEN = text(
    f"""
    SELECT
        (SELECT count(*) FROM unit_result r JOIN assessed_unit u ON u.id = r.unit_id
         LEFT JOIN unit_grade q ON q.unit_id = r.unit_id {JOIN_NAME}
         WHERE r.programme_id = :id AND r.total IS NOT NULL AND {IS_COMPARED}
           AND (q.id IS NULL OR q.state = '{GradeState.PROPOSED}')) AS undecided,
        (SELECT count(*) FROM unit_grade q JOIN unit_result r ON r.unit_id = q.unit_id
         WHERE q.programme_id = :id AND q.total IS DISTINCT FROM r.total) AS outdated,
        (SELECT count(*) FROM programme_window
         WHERE programme_id = :id AND evaluated_at IS NULL) AS windows,
        (SELECT count(*) FROM target_report r JOIN target t ON t.id = r.target_id
         WHERE t.programme_id = :id AND {one_of("r.state", WAITING)}) AS reports,
        (SELECT count(*) FROM programme_adjustment
         WHERE programme_id = :id AND state = '{ProgrammeAdjustmentState.PROPOSED}') AS adjustments,
        (SELECT count(*) FROM colour_query q JOIN target t ON t.id = q.target_id
         WHERE t.programme_id = :id AND q.state = '{ColourQueryState.OPEN}') AS queries,
        (SELECT count(*) FROM target_change c JOIN target t ON t.id = c.target_id
         WHERE t.programme_id = :id AND c.state = '{ChangeState.PROPOSED}') AS changes,
        (SELECT count(*) FROM target
         WHERE programme_id = :id AND state = '{TargetState.QUERIED}') AS targets,
        (SELECT count(*) FROM site_check
         WHERE programme_id = :id AND told_at IS NULL) AS checks,
        (SELECT count(*) FROM appraisal_round
         WHERE programme_id = :id AND state = '{AppraisalState.OPEN}') AS ballots,
        (SELECT count(*) FROM appraisal_group g JOIN appraisal_round r ON r.id = g.round_id
         WHERE r.programme_id = :id AND g.dispute = '{DisputeState.OPEN}') AS disputes,
        (SELECT count(*) FROM target_supervision
         WHERE programme_id = :id AND state = '{SupervisionState.PROPOSED}') AS steps,
        (SELECT count(*) FROM exemption_request x JOIN target t ON t.id = x.target_id
         WHERE t.programme_id = :id AND x.state = '{ExemptionState.FILED}') AS exemptions
    """
)
# What nothing can be said about, so that no reason helps.
DECIDED_FIRST = {
    "undecided": "没有定等的单位", "outdated": "定等以后得分又变了的单位",
}  # fmt: skip
WORDS = {
    "windows": "没有定色的月份", "reports": "没有审完的进度汇报",
    "adjustments": "没有决定的加减分、红黄牌和容错", "queries": "没有答复的颜色疑问",
    "changes": "没有审定的目标变更", "targets": "没有答复的目标疑问",
    "checks": "没有结论的核查", "ballots": "没有关闭的社会评价",
    "disputes": "看法差别大、没有定是否计入的评价组", "steps": "没有确认的督办",
    "exemptions": "没有审定的容错备案",
}  # fmt: skip


@dataclass(frozen=True)
class LockItem:
    """One thing to look at; `is_first` where it has to be finished."""

    code: str
    words: str
    open: int
    is_first: bool


def lock_checklist(programme: Programme) -> list[LockItem]:
    """Every item, also where nothing is open."""
    row = db.session.execute(OPEN, {"id": programme.id}).mappings().one()
    return [
        LockItem(code, words, row[code], code in DECIDED_FIRST)
        for code, words in {**DECIDED_FIRST, **WORDS}.items()
    ]
