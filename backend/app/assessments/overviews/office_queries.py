"""The office's first page: what waits for it, where the month stands, the colours of each group."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select, text

from backend.app.assessments.burden.queries import BurdenMonth, burden_months
from backend.app.assessments.evaluation.figures import UnitColours, distinct_lights, unit_colours
from backend.app.assessments.evaluation.queries import coloured_units, counted_rows, lights_of
from backend.app.assessments.models import Programme, ProgrammeWindow
from backend.app.assessments.reports.asked_sql import FROM_WINDOW, IS_ASKED, IS_QUIET, NOT_SENT
from backend.app.assessments.states import (
    AppealState,
    ColourQueryState,
    ProgrammeAdjustmentState,
    ReportState,
    SupervisionState,
)
from backend.app.core import clock
from backend.app.core.db import db, fetch_named
from backend.app.core.states import one_of
from backend.app.scoring.assessing.lights import Light

COUNTS = text(
    f"""
    SELECT
      (SELECT count(*) FROM target_report r JOIN target t ON t.id = r.target_id
       WHERE t.programme_id = :id AND r.state = '{ReportState.OWNER_PASSED}') AS to_review,
      (SELECT count(*) FROM target_report r JOIN target t ON t.id = r.target_id
       WHERE t.programme_id = :id AND r.state = '{ReportState.SUBMITTED}') AS with_owners,
      (SELECT count(*) FROM target_supervision
       WHERE programme_id = :id AND state = '{SupervisionState.PROPOSED}') AS steps,
      (SELECT count(*) FROM programme_adjustment
       WHERE programme_id = :id AND state = '{ProgrammeAdjustmentState.PROPOSED}') AS adjustments,
      (SELECT count(*) FROM target_supervision
       WHERE programme_id = :id AND state = '{SupervisionState.OPEN}' AND due_at < :now) AS overdue,
      (SELECT count(*) FROM target_supervision
       WHERE programme_id = :id AND state = '{SupervisionState.ANSWERED}') AS answered,
      (SELECT count(*) FROM colour_query q JOIN target t ON t.id = q.target_id
       WHERE t.programme_id = :id AND q.state = '{ColourQueryState.OPEN}') AS queries,
      (SELECT count(*) FROM result_appeal
       WHERE programme_id = :id AND state = '{AppealState.FILED}') AS appeals
    """
)
UNSENT = text(
    f"""
    SELECT count(*) AS targets, count(DISTINCT t.unit_id) AS units {FROM_WINDOW}
    LEFT JOIN target_report r ON r.target_id = t.id AND r.period = w.period
    WHERE w.id = :id AND {IS_ASKED} AND (r.id IS NULL OR {one_of("r.state", NOT_SENT)})
      AND NOT COALESCE({IS_QUIET}, false)
    """
)


class OfficeCounts(NamedTuple):
    """How much of each kind waits in one programme."""

    to_review: int
    with_owners: int
    steps: int
    adjustments: int
    overdue: int
    answered: int
    queries: int
    appeals: int


class UnsentCount(NamedTuple):
    """What units have still to send in one window."""

    targets: int
    units: int


@dataclass(frozen=True)
class MonthStep:
    """One deadline of a month, and whether it is behind."""

    words: str
    at: datetime
    is_past: bool


@dataclass(frozen=True)
class OfficeView:
    """Without a window the year has not begun; without colours no month was evaluated yet."""

    counts: OfficeCounts
    window: ProgrammeWindow | None
    unsent: UnsentCount | None
    coloured: ProgrammeWindow | None
    lights: Sequence[Light]
    units: Sequence[UnitColours]
    burden: BurdenMonth | None

    @property
    def groups(self) -> dict[str, list[UnitColours]]:
        listed: dict[str, list[UnitColours]] = {}
        for unit in self.units:
            listed.setdefault(unit.unit.group_name, []).append(unit)
        return listed

    @property
    def steps(self) -> list[MonthStep]:
        """The clock of the newest window, in the order of its deadlines."""
        if self.window is None:
            return []
        deadlines = (
            ("开放填报", self.window.opens_at),
            ("填报截止", self.window.closes_at),
            ("主管部门审完", self.window.owner_due_at),
            ("考核办审完、定色", self.window.office_due_at),
        )  # fmt: skip
        now = clock.now()
        return [MonthStep(words, at, at <= now) for words, at in deadlines]


def office_view(programme: Programme) -> OfficeView:
    """Read-only, in a handful of statements however many units there are."""
    values = {"id": programme.id, "now": clock.now()}
    (counts,) = fetch_named(OfficeCounts, COUNTS, values)
    windows = _opened_windows(programme.id)
    window = next(iter(windows), None)
    unsent = fetch_named(UnsentCount, UNSENT, {"id": window.id}) if window else []
    coloured = next((row for row in windows if row.evaluated_at is not None), None)
    period = coloured.period if coloured else clock.month_of(clock.today())
    rows = counted_rows(programme.id, period) if coloured else []
    return OfficeView(
        counts, window, next(iter(unsent), None), coloured, distinct_lights(lights_of(programme)),
        unit_colours(coloured_units(programme.id), rows) if coloured else [],
        next(iter(burden_months(programme.id, period, period)), None),
    )  # fmt: skip


def _opened_windows(programme_id: int) -> list[ProgrammeWindow]:
    """The newest first."""
    query = select(ProgrammeWindow).where(
        ProgrammeWindow.programme_id == programme_id, ProgrammeWindow.opened_at.is_not(None)
    )
    return list(db.session.scalars(query.order_by(ProgrammeWindow.period.desc())))
