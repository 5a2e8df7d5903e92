"""年终考核 begins when the year is over, and ends when nobody may appeal any more."""

from datetime import date

from sqlalchemy import func, select

from backend.app.access import Actor
from backend.app.assessments import transitions
from backend.app.assessments.evaluation.queries import coloured_units
from backend.app.assessments.grades.operations import move_grades
from backend.app.assessments.models import ProgrammeWindow, ResultAppeal
from backend.app.assessments.publications.queries import get_programme_publication
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.assessments.reports.year_times import year_times_of
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.states import AppealState, GradeMove, ProgrammeMove
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import Conflict
from backend.app.core.web.console_menu import local_time


class YearNotOver(Conflict):
    code = "year_not_over"
    message = "这一年还没有过完，12 月定色以后才能开始年终考核"


class AppealsOpen(Conflict):
    code = "appeals_open"
    message = "公示期还没过，或者还有申诉没裁决，办完才能归档"


def close_programme(actor: Actor, programme_id: int) -> None:
    """The year is over and every month has its colours. Raises ProgrammeMoved, YearNotOver."""
    programme = transitions.begin_programme(actor, programme_id, ProgrammeMove.CLOSE)
    waiting = select(func.count()).where(
        ProgrammeWindow.programme_id == programme_id, ProgrammeWindow.evaluated_at.is_(None)
    )
    if clock.today() < date(programme.year + 1, 1, 1):
        raise YearNotOver
    if count := db.session.scalar(waiting):
        raise YearNotOver(f"还有 {count} 个月没有定色，定了才能开始年终考核")
    transitions.finish_programme(programme, ProgrammeMove.CLOSE)
    recompute_results(programme_id)
    record("close_programme", actor.person_id, "programme", programme_id, name=programme.title)
    until = local_time(year_times_of(programme).self_due_at)
    for unit in coloured_units(programme_id):
        tell_unit(
            unit.region_id, unit.department_id, f"{programme.title}年终考核开始了",
            f"全年的数已汇总，可在考核页面看得分。自评 {until} 截止。",
            f"programme:{programme_id}:closing:{unit.id}", ("programme", programme_id),
        )  # fmt: skip


def archive_programme(actor: Actor, programme_id: int) -> None:
    """Grades are final from here on. Raises ProgrammeMoved, AppealsOpen."""
    programme = transitions.begin_programme(actor, programme_id, ProgrammeMove.ARCHIVE)
    publication = get_programme_publication(programme_id)
    filed = select(func.count()).where(
        ResultAppeal.programme_id == programme_id, ResultAppeal.state == AppealState.FILED
    )
    if clock.now() <= publication.appeals_until or db.session.scalar(filed):
        raise AppealsOpen
    move_grades(programme_id, GradeMove.CONFIRM)
    transitions.finish_programme(programme, ProgrammeMove.ARCHIVE)
    record("archive_programme", actor.person_id, "programme", programme_id, name=programme.title)
