"""A unit's own page: what is asked of it, how it stands, and what it has to answer for."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import text

from backend.app.assessments.evaluation.figures import UnitColours, distinct_lights, unit_colours
from backend.app.assessments.evaluation.queries import (
    ColouredUnit,
    ShownStanding,
    lights_of,
    shown_standings,
)
from backend.app.assessments.models import Programme, ProgrammeWindow, UnitResult
from backend.app.assessments.overviews.county_queries import coloured_window
from backend.app.assessments.reports.fill_times import FillPace, pace_of
from backend.app.assessments.reports.queries import UnitRow, UnsentRow, unsent_of
from backend.app.assessments.reports.work_queries import MonthWork
from backend.app.assessments.states import (
    ProgrammeAdjustmentState,
    SupervisionState,
    TargetState,
)
from backend.app.core.db import db, fetch_named
from backend.app.core.states import one_of
from backend.app.scoring.assessing.lights import Light

MOST_URGENT = 9
TO_ANSWER = text(
    f"""
    SELECT count(*) FILTER (WHERE state = '{TargetState.ISSUED}')::int AS waiting,
           count(*) FILTER (WHERE state <> '{TargetState.DROPPED}')::int AS targets,
           min(answer_due_at) FILTER (WHERE state = '{TargetState.ISSUED}') AS due_at,
           EXISTS (SELECT FROM appraisal_question q JOIN appraisal_group g USING (round_id)
                   WHERE q.unit_id = :id AND g.dispute IS NOT NULL) AS is_disputed
    FROM target WHERE unit_id = :id
    """
)
STEPS = text(
    f"""
    SELECT s.target_id, e.name, s.level, s.state, s.words, s.due_at
    FROM target_supervision s
    JOIN target t ON t.id = s.target_id
    JOIN programme_element e ON e.id = t.element_id
    WHERE t.unit_id = :id
      AND {one_of("s.state", {SupervisionState.OPEN, SupervisionState.ANSWERED})}
    ORDER BY s.state DESC, s.due_at NULLS LAST, s.id
    """
)
CARDS = text(
    f"""
    SELECT kind, points, returned_points, case_words, period, state
    FROM programme_adjustment
    WHERE unit_id = :id AND {
        one_of("state", {ProgrammeAdjustmentState.CONFIRMED, ProgrammeAdjustmentState.RETURNED})
    }
    ORDER BY period DESC, id DESC
    """
)


class UnitAnswer(NamedTuple):
    """How many targets there are, how many wait for the unit's word, and until when.

    `is_disputed`: raters of 360° differed too much of it once.
    """

    waiting: int
    targets: int
    due_at: datetime | None
    is_disputed: bool


class UnitStep(NamedTuple):
    """A step of the ladder that the unit answers, or has answered."""

    target_id: int
    name: str
    level: int
    state: str
    words: str
    due_at: datetime | None


class UnitCard(NamedTuple):
    """What counts for or against the unit beside its targets."""

    kind: str
    points: Decimal
    returned_points: Decimal
    case_words: str
    period: date
    state: str


@dataclass(frozen=True)
class UnitView:
    """Everything on a unit's page; without a window nothing has a colour yet."""

    unit: UnitRow
    programme: Programme
    window: ProgrammeWindow | None
    lights: Sequence[Light]
    colours: UnitColours
    standings: list[ShownStanding]
    unsent: list[UnsentRow]
    pace: FillPace
    answer: UnitAnswer
    steps: list[UnitStep] = field(default_factory=list)
    cards: list[UnitCard] = field(default_factory=list)
    result: UnitResult | None = None

    @property
    def shades(self) -> list[Light]:
        return distinct_lights(self.lights)

    def urgent(self, colour: str = "") -> list[ShownStanding]:
        """Those of a colour; else what is behind or missed first, then what is not yet good."""
        if colour:
            return [row for row in self.standings if row.colour == colour]
        order = {light.code: _urgency(light) for light in self.lights}
        ranked = sorted(
            self.standings,
            key=lambda row: (order.get(row.colour or "", 4), not row.is_missed, row.code),
        )
        return ranked[:MOST_URGENT]


def _urgency(light: Light) -> int:
    if light.bad:
        return 0
    return 3 if light.finished else 2 if light.good else 1


def unit_view(unit: UnitRow, work: MonthWork | None = None) -> UnitView:
    """In a handful of statements, however many targets the unit has; `work` as far as known."""
    programme = db.session.get_one(Programme, unit.programme_id)
    window = coloured_window(programme.id)
    rows = shown_standings(window, unit.id) if window else []
    whose = ColouredUnit(
        unit.id, unit.name, unit.group_name, unit.region_id, unit.department_id
    )  # fmt: skip
    counted = [(unit.id, row.points, row.actual, row.planned, row.colour) for row in rows]
    [answer] = fetch_named(UnitAnswer, TO_ANSWER, {"id": unit.id})
    return UnitView(
        unit, programme, window, lights_of(programme), unit_colours([whose], counted)[0], rows,
        [row for row in work.unsent if row.unit_id == unit.id] if work else unsent_of([unit.id]),
        work.pace if work else pace_of([unit.id]), answer,
        fetch_named(UnitStep, STEPS, {"id": unit.id}),
        fetch_named(UnitCard, CARDS, {"id": unit.id}),
        db.session.get(UnitResult, (programme.id, unit.id)),
    )  # fmt: skip
