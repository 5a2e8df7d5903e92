"""The end of a past year of the demo's assessment: grades by a meeting, lock, publication."""

from datetime import date, timedelta

from backend.app.access import Actor
from backend.app.assessments.grades.operations import GradeDecision, decide_grades, propose_grades
from backend.app.assessments.grades.queries import grade_rows
from backend.app.assessments.locks.operations import lock_programme
from backend.app.assessments.programmes.queries import get_programme, list_programmes
from backend.app.assessments.publications.operations import publish_programme
from backend.app.assessments.reports.window_operations import times_of
from backend.app.assessments.reports.window_queries import find_window
from backend.app.assessments.states import ProgrammeState
from backend.app.assessments.year_end.operations import archive_programme, close_programme
from backend.app.core import clock
from backend.app.core.clock import clock_at
from backend.app.core.db import lock, transaction
from backend.app.scoring.assessing.grades import Grade

# After December's notice, when what followed from its colours has been dealt with.
MEETING, PUBLISHED, ARCHIVED = timedelta(days=8), timedelta(days=10), timedelta(days=50)
MINUTES, AGREED = "富平县定等会纪要第1号（示例）", "会议一致同意"
LEFT = "没有组织社会评价，个别汇报没有审完，已在会上说明（示例）"


def end_years(county_id: int, office: Actor, approver: Actor) -> int:
    """Each year that is long over, to its archive; returns how many."""
    over = [
        row.id for row in list_programmes(county_id)
        if row.state == ProgrammeState.RUNNING and clock.today() >= date(row.year + 1, 4, 1)
    ]  # fmt: skip
    return sum(_end(county_id, programme_id, office, approver) for programme_id in over)


def _end(county_id: int, programme_id: int, office: Actor, approver: Actor) -> bool:
    with transaction():
        lock("demo", "assessments")
        programme = get_programme(programme_id, county_id)
        december = date(programme.year, 12, 1)
        window = find_window(programme_id, december)
        if window is None or window.published_at is None:
            return False
        known = times_of(programme, december).notice_at
        with clock_at(known + MEETING):
            close_programme(office, programme_id)
            propose_grades(office, programme_id)
            decide_grades(
                approver, programme_id, MINUTES,
                [
                    GradeDecision(row.unit_id, row.version or 0, Grade(row.proposed), AGREED)
                    for row in grade_rows(programme_id) if row.proposed
                ],
            )  # fmt: skip
            lock_programme(approver, programme_id, LEFT)
        with clock_at(known + PUBLISHED):
            publish_programme(approver, programme_id)
        with clock_at(known + ARCHIVED):
            archive_programme(office, programme_id)
        return True
