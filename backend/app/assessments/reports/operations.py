"""What units send: drafts, reports, 无变化; each line checked, all of them or none."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, has_permission
from backend.app.assessments.models import (
    FillTime,
    ProgrammeWindow,
    TargetReport,
)
from backend.app.assessments.reports.asked_sql import NOT_SENT
from backend.app.assessments.reports.errors import (
    NotYourUnit,
    ReportMoved,
    WindowMoved,
    WindowUnknown,
)
from backend.app.assessments.reports.facts import is_below_nothing
from backend.app.assessments.reports.queries import FillRow, fill_rows, get_unit
from backend.app.assessments.reports.window_operations import lock_window, takes_reports
from backend.app.assessments.reports.window_queries import find_window
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import ReportState
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.core.states import one_of
from backend.app.scoring.assessing.progress import ProgressKind, actual_share

LONGEST_WORDS, LONGEST_CORRECTION, LONGEST_FORM = 300, 200, 1800
STILL_OPEN = one_of("target_report.state", NOT_SENT)
WORDS = {"words": "工作进展", "difficulty": "存在问题", "next_step": "下步措施"}


@dataclass(frozen=True)
class ReportLine:
    """What was typed of one target; `version` of the report that was seen, None without one."""

    target_id: int
    version: int | None = None
    value: Decimal | None = None
    words: str = ""
    difficulty: str = ""
    next_step: str = ""
    correction: str = ""
    is_stopped: bool = False
    no_change: bool = False
    milestone_ids: Sequence[int] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing was typed: such a line is neither kept nor sent."""
        typed = (self.words, self.difficulty, self.next_step, self.is_stopped, self.no_change)
        return self.value is None and not any(typed) and not self.milestone_ids


def save_drafts(
    actor: Actor, unit_id: int, period: date, lines: Sequence[ReportLine], *, strict: bool = False
) -> int:
    """What was typed so far. Nobody's version counts yet: of two who type the later one stays.

    With `strict` it is looked at as if it were sent, but for its files: all lines or none.
    """
    window, rows = begin_report(actor, unit_id, period)
    if strict:
        filled = [line for line in lines if not line.is_empty]
        _check_lines(filled, rows, window, needs_files=False)
    kept = [
        {**_typed(rows[line.target_id], line, period), "state": ReportState.DRAFT}
        for line in lines
        if not line.is_empty and line.target_id in rows and is_open(rows[line.target_id], window)
        and rows[line.target_id].state in (None, ReportState.DRAFT, ReportState.MISSED)
    ]  # fmt: skip
    _write(kept, 0)
    return len(kept)


def submit_reports(
    actor: Actor, unit_id: int, period: date, lines: Sequence[ReportLine], seconds: int = 0
) -> int:
    """Sends every line in which something stands, all or none.

    Raises InvalidInput by line, ReportMoved where a colleague was quicker, WindowMoved.
    """
    window, rows = begin_report(actor, unit_id, period)
    filled = [line for line in lines if not line.is_empty and line.target_id in rows]
    _check_lines(filled, rows, window)
    seconds = max(0, min(seconds, LONGEST_FORM))
    sent = {
        "submitted_by_id": actor.person_id, "submitted_at": clock.now(), "returned_until": None,
        "seconds": seconds // max(len(filled), 1),
    }  # fmt: skip
    _write([{**_typed(rows[line.target_id], line, period), **sent,
             **_turn(rows[line.target_id], window)} for line in filled], 1)  # fmt: skip
    if filled:
        db.session.add(
            FillTime(
                county_id=window.county_id, unit_id=unit_id, period=period, seconds=seconds,
                reports=len(filled), at=clock.now(),
            )
        )  # fmt: skip
        record("submit_reports", actor.person_id, "assessed_unit", unit_id,
               month=f"{period:%Y-%m}", count=len(filled))  # fmt: skip
    return len(filled)


def begin_report(
    actor: Actor, unit_id: int, period: date
) -> tuple[ProgrammeWindow, dict[int, FillRow]]:  # fmt: skip
    """The window, held against closing, and the unit's rows by target."""
    unit = get_unit(unit_id)
    scope = scope_of(actor)
    if not has_permission(actor, Permission.REPORT_TARGETS) or not scope.covers(
        unit.region_id, unit.department_id
    ):
        raise NotYourUnit
    window = find_window(unit.programme_id, period)
    if window is None:
        raise WindowUnknown
    window = lock_window(window.id, shared=True)
    return window, {row.target_id: row for row in fill_rows(unit_id, window.id)}


def is_open(row: FillRow, window: ProgrammeWindow) -> bool:
    at = clock.now()
    if not row.is_asked:
        return False
    if row.state == ReportState.RETURNED:
        return row.returned_until is not None and at < row.returned_until
    return takes_reports(window, at)


def _check_lines(
    lines: Sequence[ReportLine], rows: dict[int, FillRow], window: ProgrammeWindow,
    *, needs_files: bool = True,
) -> None:  # fmt: skip
    faults = {}
    for line in lines:
        row = rows[line.target_id]
        if row.state in (ReportState.SUBMITTED, ReportState.OWNER_PASSED, ReportState.ACCEPTED):
            raise ReportMoved
        if line.version is not None and line.version != (row.version or 0):
            raise ReportMoved
        if not is_open(row, window):
            raise WindowMoved(f"「{row.name}」现在不能报：窗口已经关闭")
        words = _faults_of(line, row)
        if needs_files and _lacks_files(line, row):
            words.append("报完结请附一份印证材料")
        if words:
            faults[f"target_{line.target_id}"] = [
                f"{row.code} {row.name}：{word}" for word in words
            ]
    if faults:
        raise InvalidInput("有几项要改一改，改好后再提交", faults)


def _faults_of(line: ReportLine, row: FillRow) -> list[str]:
    faults = [
        f"{name}最多 {LONGEST_WORDS} 个字，现在有 {len(getattr(line, field))} 个"
        for field, name in WORDS.items()
        if len(getattr(line, field)) > LONGEST_WORDS
    ]
    if len(line.correction) > LONGEST_CORRECTION:
        faults.append(f"更正原因最多 {LONGEST_CORRECTION} 个字")
    if row.kind == ProgressKind.MILESTONE:
        return faults
    value = _value_of(line, row)
    if value is None:
        return [*faults, "请填本月累计完成"]
    if line.no_change and line.value not in (None, value):
        faults.append("勾了「无变化」，又填了和上次不同的数，请只留一样")
    if is_below_nothing(value, row.baseline):
        faults.append("本月累计完成不能小于 0")
    if _fell(value, row) and not line.correction.strip():
        faults.append("比上次少了，请写明更正原因")
    return faults


def _lacks_files(line: ReportLine, row: FillRow) -> bool:
    value = _value_of(line, row)
    return row.needs_evidence and not row.files and value is not None and _is_complete(value, row)


def _fell(value: Decimal, row: FillRow) -> bool:
    """Work that is counted does not go back; of a falling target it is the other way round."""
    if row.kind != ProgressKind.CUMULATIVE or row.last_value is None or row.goal is None:
        return False
    return value < row.last_value if row.goal >= row.baseline else value > row.last_value


def _is_complete(value: Decimal, row: FillRow) -> bool:
    if row.kind != ProgressKind.CUMULATIVE or row.goal is None or row.goal == row.baseline:
        return False
    return actual_share(row.kind, row.baseline, row.goal, value) >= 1


def _value_of(line: ReportLine, row: FillRow) -> Decimal | None:
    """Unchanged is what was accepted last, or where it began."""
    if not line.no_change:
        return line.value
    return row.baseline if row.last_value is None else row.last_value


def _turn(row: FillRow, window: ProgrammeWindow) -> dict[str, Any]:
    """Who looks at it first; and whether it came after the window had closed."""
    is_late = window.closed_at is not None and row.state != ReportState.RETURNED
    return {
        "state": ReportState.SUBMITTED if row.has_owner else ReportState.OWNER_PASSED,
        "is_late": row.is_late or is_late,
    }


def _typed(row: FillRow, line: ReportLine, period: date) -> dict[str, Any]:
    """What stands in a line, and the version that was seen."""
    is_milestone = row.kind == ProgressKind.MILESTONE
    known = {milestone.id for milestone in row.milestones}
    return {
        "county_id": row.county_id, "target_id": row.target_id, "period": period,
        "value": None if is_milestone else _value_of(line, row),
        **{name: getattr(line, name).strip()[:LONGEST_WORDS] for name in WORDS},
        "correction": line.correction.strip()[:LONGEST_CORRECTION],
        "is_stopped": line.is_stopped, "no_change": line.no_change,
        "milestone_ids": sorted(known.intersection(line.milestone_ids)),
        "version": row.version or 0,
    }  # fmt: skip


def _write(reports: Sequence[dict[str, Any]], ahead: int) -> None:
    """All in one statement, each so many versions ahead of the one that was seen.

    Raises ReportMoved.
    """
    if not reports:
        return
    statement = insert(TargetReport)
    new = statement.excluded
    written = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["target_id", "period"],
            set_={name: new[name] for name in reports[0]},
            where=(TargetReport.version == new.version - ahead) & text(STILL_OPEN),
        ).returning(TargetReport.id),
        [{**report, "version": report["version"] + ahead} for report in reports],
    ).all()
    if len(written) < len(reports):
        raise ReportMoved
