"""What waits for a reader: windows to fill in, reports to review."""

from dataclasses import dataclass
from datetime import date

from backend.app.access import Actor, Permission, has_permission
from backend.app.assessments.models import ProgrammeWindow
from backend.app.assessments.reports.fill_times import FillPace, pace_of
from backend.app.assessments.reports.queries import UnitRow, UnsentRow, own_units, unsent_of
from backend.app.assessments.reports.review_queries import waiting_reviews
from backend.app.assessments.reports.window_queries import latest_windows
from backend.app.assessments.scopes import ReaderScope


@dataclass(frozen=True)
class MonthWork:
    """The reader's units, what they have still to send, and how many reports wait, by period."""

    units: list[UnitRow]
    unsent: list[UnsentRow]
    reviews: dict[date, int]
    windows: list[ProgrammeWindow]
    pace: FillPace

    @property
    def names(self) -> dict[int, str]:
        return {unit.id: unit.name for unit in self.units}


def work_of(actor: Actor, scope: ReaderScope) -> MonthWork:
    """Nothing of what the reader may not do."""
    fills_in = has_permission(actor, Permission.REPORT_TARGETS)
    units = own_units(scope) if fills_in else []
    is_office = has_permission(actor, Permission.SUPERVISE_TARGETS)
    may_review = has_permission(actor, Permission.REVIEW_REPORTS)
    return MonthWork(
        units,
        unsent_of([unit.id for unit in units]) if units else [],
        waiting_reviews(actor, scope) if may_review else {},
        [] if units else latest_windows(scope.county_id, closed=is_office),
        pace_of([unit.id for unit in units]),
    )
