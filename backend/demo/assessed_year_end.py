"""The end of a past year of the demo's assessment, from what it is judged by to its appeals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from backend.app.access import Actor, Role
from backend.app.accounts.grants.operations import insert_grant
from backend.app.accounts.queries import actor_today
from backend.app.assessments.appeals.errors import CorrectionRefused
from backend.app.assessments.appeals.operations import Redress, decide_appeal, raise_appeal
from backend.app.assessments.grades.operations import GradeDecision, decide_grades, propose_grades
from backend.app.assessments.grades.queries import grade_rows
from backend.app.assessments.locks.operations import lock_programme
from backend.app.assessments.programmes.queries import get_programme, list_programmes, list_units
from backend.app.assessments.publications.operations import publish_programme
from backend.app.assessments.reports.window_operations import times_of
from backend.app.assessments.reports.window_queries import find_window
from backend.app.assessments.results.queries import ShownResult, shown_results
from backend.app.assessments.states import AppealItem, ProgrammeState
from backend.app.assessments.year_end.operations import archive_programme, close_programme
from backend.app.core import clock
from backend.app.core.clock import clock_at
from backend.app.core.db import db, lock, transaction
from backend.app.scoring.assessing.grades import Grade
from backend.demo.assessed_judgements import judge_year
from backend.demo.assessed_lists import use_results
from backend.demo.assessed_months import TEMPLATE, clerks_of
from backend.demo.assessed_words import (
    APPEAL,
    APPEAL_AGAIN,
    APPEAL_REFUSED,
    APPEAL_UPHELD,
)
from backend.demo.people import add_staff

# After December's notice, when what followed from its colours has been dealt with.
MEETING, PUBLISHED, ARCHIVED = timedelta(days=8), timedelta(days=10), timedelta(days=50)
APPEALED, DECIDED = timedelta(days=12), timedelta(days=17)
MINUTES, AGREED = "富平县定等会纪要第1号（示例）", "会议一致同意"
LEFT = "个别汇报和疑问没有办完，已在会上说明（示例）"
# Tried in turn until a correction moves a total and leaves the grade.
MOST_TRIED = 8


def end_years(county_id: int, office: Actor, approver: Actor) -> int:
    """Each year that is long over, to its archive; returns how many."""
    over = [
        row.id for row in list_programmes(county_id)
        if row.template == TEMPLATE and row.state == ProgrammeState.RUNNING
        and clock.today() >= date(row.year + 1, 4, 1)
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
        units = list_units(programme_id)
        clerks = clerks_of(units)
        judge_year(programme, units, clerks, office, approver, known)
        settle_year(county_id, programme_id, office, approver, known)
        _Appeals(programme_id, clerks, approver, known).run()
        with clock_at(known + ARCHIVED):
            archive_programme(office, programme_id)
            use_results(programme_id, office)
        return True


def settle_year(
    county_id: int, programme_id: int, office: Actor, approver: Actor, known: datetime
) -> None:
    """A meeting decides, the year is locked and told; `known` is when December's colours were."""
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
        publish_programme(_publisher(county_id), programme_id)


def _publisher(county_id: int) -> Actor:
    """Another than who locked."""
    person_id = add_staff("demo-publisher", "韩主任")
    if not actor_today(person_id).grants:
        insert_grant(person_id, Role.ASSESSOR, county_id, clock.today(), None, None, approves=True)
    return actor_today(person_id)


@dataclass(frozen=True)
class _Appeals:
    """Who appeals against a publication, and who decides."""

    programme_id: int
    clerks: Mapping[int, Actor]
    approver: Actor
    known: datetime

    def run(self) -> None:
        """One unit is right, and its total is corrected beside the publication; one is not."""
        by_case = [
            (result, line["code"])
            for result in shown_results(self.programme_id)
            for line in result.costs if line["words"].startswith("因")
        ]  # fmt: skip
        if not by_case:
            return
        *first, last = by_case
        any(self._put_right(result, code) for result, code in first[:MOST_TRIED])
        appeal_id = self._raise(*last, APPEAL_AGAIN)
        with clock_at(self.known + DECIDED):
            decide_appeal(self.approver, appeal_id, APPEAL_REFUSED, None)

    def _put_right(self, result: ShownResult, code: str) -> bool:
        """Full points for what was mended in time; not where that would change the grade."""
        full = next(Decimal(part["full"]) for part in result.parts if part["code"] == code)
        try:
            with db.session.begin_nested():
                appeal_id = self._raise(result, code, APPEAL)
                with clock_at(self.known + DECIDED):
                    decide_appeal(self.approver, appeal_id, APPEAL_UPHELD, Redress(points=full))
        except CorrectionRefused:
            return False
        return True

    def _raise(self, result: ShownResult, code: str, words: str) -> int:
        target_id = next(part["target_id"] for part in result.parts if part["code"] == code)
        with clock_at(self.known + APPEALED):
            return raise_appeal(
                self.clerks[result.unit_id], self.programme_id, result.unit_id,
                AppealItem.ELEMENT, target_id, words,
            )  # fmt: skip
