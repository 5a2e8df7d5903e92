"""周报送: on Monday units hear of what they have not answered, nobody of none; 季会议 papers."""

from datetime import date
from typing import NamedTuple

from sqlalchemy import text

from backend.app.access import Role
from backend.app.accounts.queries import staff_of
from backend.app.assessments.models import Programme
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.assessments.states import ProgrammeState
from backend.app.assessments.states.issues import IssueState
from backend.app.assessments.states.rhythms import MeetingRhythm
from backend.app.core import clock
from backend.app.core.db import db, fetch_named
from backend.app.core.states import one_of
from backend.app.notices.operations import notify

MONTHS_A_QUARTER = 3
UNDER_WAY = frozenset({ProgrammeState.RUNNING, ProgrammeState.CLOSING})
PROGRAMMES = text(
    f"""
    SELECT id FROM programme
    WHERE {one_of("state", UNDER_WAY)} AND content ->> 'rhythm' = '{MeetingRhythm.ZHOUYUEJI}'
    ORDER BY id
    """
)
OPEN = text(
    f"""
    SELECT d.region_id, d.department_id, count(*) AS entries,
           count(*) FILTER (WHERE i.due_on < :today) AS overdue,
           (array_agg(i.task ORDER BY i.due_on, i.id))[1] AS first
    FROM issue_entry i JOIN issue_duty d ON d.issue_id = i.id
    WHERE i.programme_id = :programme_id AND i.state = '{IssueState.OPEN}'
    GROUP BY d.region_id, d.department_id
    """
)
ALL = text(
    f"""
    SELECT count(*) AS entries, count(*) FILTER (WHERE state = '{IssueState.ANSWERED}') AS answered,
           count(*) FILTER (WHERE due_on < :today) AS overdue
    FROM issue_entry WHERE programme_id = :programme_id AND state <> '{IssueState.CLOSED}'
    """
)


class OpenDuty(NamedTuple):
    """A unit with what it has not answered."""

    region_id: int | None
    department_id: int | None
    entries: int
    overdue: int
    first: str


def weekly_programmes() -> list[int]:
    return [row.id for row in db.session.execute(PROGRAMMES)]


def send_week(programme_id: int) -> int:
    """Once a week, however often this runs; returns how many units were told."""
    programme = db.session.get_one(Programme, programme_id)
    week = f"{clock.today():%G-W%V}"
    values = {"programme_id": programme_id, "today": clock.today()}
    duties = fetch_named(OpenDuty, OPEN, values)
    for duty in duties:
        key = f"r{duty.region_id}" if duty.region_id else f"d{duty.department_id}"
        late = f"，其中逾期 {duty.overdue} 条" if duty.overdue else ""
        tell_unit(
            duty.region_id, duty.department_id, f"本周还有 {duty.entries} 条清单没有答复",
            f"{programme.title}{late}，最先到期的是「{duty.first}」，请在考核页面的「清单」里答复。",
            f"week:{programme_id}:{week}:{key}", ("programme", programme_id),
        )  # fmt: skip
    _tell_office(programme, week)
    return len(duties)


def _tell_office(programme: Programme, week: str) -> None:
    """Only where something is not closed."""
    values = {"programme_id": programme.id, "today": clock.today()}
    row = db.session.execute(ALL, values).one()
    if row.entries:
        notify(
            staff_of([Role.ASSESSOR], programme.county_id), kind="assessment",
            title=f"周报：{row.entries} 条清单没有销号",
            words=f"{programme.title}：逾期 {row.overdue} 条，已答复等销号 {row.answered} 条。",
            page=None, subject_kind="programme", subject_id=programme.id,
            dedup=f"week:{programme.id}:{week}:office",
        )  # fmt: skip


def tell_of_papers(programme: Programme, period: date) -> None:
    """季会议: after a quarter the office and the leaders hear that its papers are there."""
    if programme.content.get("rhythm") != MeetingRhythm.ZHOUYUEJI:
        return
    quarter = f"{period.year}年第 {period.month // MONTHS_A_QUARTER} 季度会议材料好了"
    notify(
        staff_of([Role.ASSESSOR, Role.LEADER], programme.county_id), kind="assessment",
        title=quarter, words=f"{programme.title}：在考核页面「得分」里选这个季度，可以打印。",
        page=None, subject_kind="programme", subject_id=programme.id,
        dedup=f"papers:{programme.id}:{period:%Y-%m}",
    )  # fmt: skip
