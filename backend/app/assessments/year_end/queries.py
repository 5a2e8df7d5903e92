"""Where a year's end stands, step by step."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from backend.app.assessments.models import Programme
from backend.app.assessments.reports.year_times import year_times_of
from backend.app.assessments.states import AppealState, GradeState, ProgrammeState
from backend.app.assessments.states.appraisals import AppraisalState
from backend.app.assessments.states.checks import CONCLUDED
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.states import none_of, one_of

COUNTS = text(
    f"""
    SELECT
        (SELECT count(*) FROM programme_window
         WHERE programme_id = :id AND evaluated_at IS NULL) AS windows,
        (SELECT count(*) FROM unit_result
         WHERE programme_id = :id AND total IS NOT NULL) AS totals,
        (SELECT count(DISTINCT unit_id) FROM self_assessment
         WHERE programme_id = :id) AS self_assessed,
        (SELECT count(DISTINCT unit_id) FROM target WHERE programme_id = :id) AS units,
        (SELECT count(*) FROM site_check WHERE programme_id = :id) AS checks,
        (SELECT count(*) FROM site_check
         WHERE programme_id = :id AND {one_of("state", CONCLUDED)}) AS concluded,
        (SELECT count(*) FROM appraisal_round WHERE programme_id = :id) AS rounds,
        (SELECT count(*) FROM appraisal_round
         WHERE programme_id = :id AND state = '{AppraisalState.OPEN}') AS open_rounds,
        (SELECT max(computed_at) FROM unit_result WHERE programme_id = :id) AS computed_at,
        (SELECT count(*) FROM unit_grade WHERE programme_id = :id) AS proposed,
        (SELECT count(*) FROM unit_grade WHERE programme_id = :id
           AND {none_of("state", {GradeState.PROPOSED})}) AS decided,
        (SELECT locked_at FROM programme_lock WHERE programme_id = :id) AS locked_at,
        (SELECT published_at FROM programme_publication WHERE programme_id = :id) AS published_at,
        (SELECT appeals_until FROM programme_publication
         WHERE programme_id = :id) AS appeals_until,
        (SELECT count(*) FROM result_appeal WHERE programme_id = :id) AS appeals,
        (SELECT count(*) FROM result_appeal
         WHERE programme_id = :id AND state = '{AppealState.FILED}') AS open_appeals,
        (SELECT count(*) FROM result_correction WHERE programme_id = :id) AS corrections
    """
)
AFTER_CLOSING = set(ProgrammeState) - {
    ProgrammeState.DRAFT, ProgrammeState.TRIED, ProgrammeState.APPROVED, ProgrammeState.RUNNING,
    ProgrammeState.STOPPED,
}  # fmt: skip

# Pages that take the programme as a parameter.
BEHIND = frozenset({"show_checks", "show_ballots", "show_self_assessment"})


@dataclass(frozen=True)
class YearStep:
    """One step: by when, how far, and the page where it is done (an endpoint)."""

    code: str
    name: str
    due_at: datetime | None
    words: str
    is_done: bool
    endpoint: str | None = None

    @property
    def argument(self) -> str:
        """What the page calls the programme: in its path, or behind it."""
        return "programme" if self.endpoint in BEHIND else "programme_id"


def year_steps(programme: Programme, shown: Callable[[datetime], str]) -> list[YearStep]:
    """In their order; `shown` writes an instant."""
    row = db.session.execute(COUNTS, {"id": programme.id}).mappings().one()
    times = year_times_of(programme)
    closed = programme.state in AFTER_CLOSING
    graded = bool(row["proposed"]) and row["decided"] == row["proposed"]
    archived = programme.state == ProgrammeState.ARCHIVED
    return [
        YearStep("close", "全年定色", None,
                 f"还有 {row['windows']} 个月没定色" if row["windows"] else "每个月都定好色了",
                 closed),
        YearStep("self_check", "自评", times.self_due_at,
                 f"{row['units']} 个单位，{row['self_assessed']} 个已自评",
                 clock.now() > times.self_due_at or row["self_assessed"] == row["units"],
                 "show_self_assessment"),
        YearStep("checks", "实地核查", times.checks_due_at,
                 f"抽到 {row['checks']} 项，{row['concluded']} 项有结论",
                 bool(row["checks"]) and row["checks"] == row["concluded"], "show_checks"),
        YearStep("ballots", "社会评价", times.checks_due_at,
                 f"{row['rounds']} 轮，{row['open_rounds']} 轮还在计票",
                 bool(row["rounds"]) and not row["open_rounds"], "show_ballots"),
        YearStep("results", "算分", None,
                 f"{row['totals']} 个单位有得分" + (
                     f"，{shown(row['computed_at'])} 算的" if row["computed_at"] else ""),
                 bool(row["totals"]), "show_results"),
        YearStep("grades", "定等会", times.meeting_due_at,
                 f"建议 {row['proposed']} 个单位，已定 {row['decided']} 个", graded,
                 "show_grades"),
        YearStep("lock", "锁定", None, _at(row, "locked_at", shown, "数字还可以改"),
                 row["locked_at"] is not None),
        YearStep("publish", "公示", None, _at(row, "published_at", shown, "还没有公示"),
                 row["published_at"] is not None),
        YearStep("appeals", "申诉", row["appeals_until"],
                 f"{row['appeals']} 件，等裁决 {row['open_appeals']} 件，"
                 f"更正 {row['corrections']} 条", archived,
                 "show_appeals" if row["published_at"] else None),
        YearStep("archive", "归档", None, "等次已确定" if archived else "公示期满、申诉裁决完以后",
                 archived),
    ]  # fmt: skip


def _at(row: Any, name: str, shown: Callable[[datetime], str], otherwise: str) -> str:
    return shown(row[name]) if row[name] else otherwise
