"""一键坐看全局: colours of every unit, what is behind the longest, whom a leader has to talk to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import select, text

from backend.app.assessments.burden.queries import BurdenMonth, burden_months
from backend.app.assessments.evaluation.figures import UnitColours, distinct_lights, unit_colours
from backend.app.assessments.evaluation.queries import coloured_units, counted_rows, lights_of
from backend.app.assessments.models import Programme, ProgrammeWindow
from backend.app.assessments.reports.asked_sql import JOIN_NAME, UNIT_NAME
from backend.app.assessments.states import SupervisionState
from backend.app.core import clock
from backend.app.core.db import db, fetch_named
from backend.app.core.states import one_of
from backend.app.scorecards.figures import Area
from backend.app.scorecards.queries import area_trend
from backend.app.scoring.assessing.ladder import SUMMON
from backend.app.scoring.assessing.lights import Light

MOST_LONGEST = 10
UNDECIDED = {SupervisionState.PROPOSED, SupervisionState.OPEN, SupervisionState.ANSWERED}
LONGEST = text(
    f"""
    SELECT s.target_id, t.unit_id, {UNIT_NAME} AS unit, e.name, t.task, s.colour, t.is_key,
           (SELECT count(*) FROM target_standing h
            WHERE h.target_id = s.target_id AND h.period <= s.period AND h.period > COALESCE(
                (SELECT max(g.period) FROM target_standing g
                 WHERE g.target_id = s.target_id AND g.period < s.period
                   AND (g.colour IS NULL OR g.colour <> ALL(:bad))), '-infinity')) AS months
    FROM target_standing s
    JOIN target t ON t.id = s.target_id
    JOIN programme_element e ON e.id = t.element_id
    JOIN assessed_unit u ON u.id = t.unit_id
    {JOIN_NAME}
    WHERE s.programme_id = :programme_id AND s.period = :period AND s.colour = ANY(:bad)
    ORDER BY months DESC, t.is_key DESC, t.points DESC, t.id LIMIT :most
    """
)
TALKS = text(
    f"""
    SELECT s.id, s.target_id, t.unit_id, {UNIT_NAME} AS unit, e.name, s.state, s.words, s.at
    FROM target_supervision s
    JOIN target t ON t.id = s.target_id
    JOIN programme_element e ON e.id = t.element_id
    JOIN assessed_unit u ON u.id = t.unit_id
    {JOIN_NAME}
    WHERE s.programme_id = :programme_id AND s.level = {SUMMON} AND {one_of("s.state", UNDECIDED)}
    ORDER BY s.at, s.id
    """
)


class LongestBehind(NamedTuple):
    """A target that is behind or not begun, and for how many months running."""

    target_id: int
    unit_id: int
    unit: str
    name: str
    task: str
    colour: str
    is_key: bool
    months: int


class DueTalk(NamedTuple):
    """领导约谈 that is proposed, due or answered."""

    id: int
    target_id: int
    unit_id: int
    unit: str
    name: str
    state: str
    words: str
    at: datetime


@dataclass(frozen=True)
class CountyView:
    """Everything on the leader's screen; without a window nothing has a colour yet."""

    programme: Programme
    window: ProgrammeWindow | None
    lights: list[Light]
    units: list[UnitColours]
    longest: list[LongestBehind]
    talks: list[DueTalk]
    satisfaction: list[tuple[str, Area]]
    burden: BurdenMonth | None

    @property
    def counts(self) -> dict[str, int]:
        return added(self.units)

    @property
    def total(self) -> int:
        return sum(unit.total for unit in self.units)

    @property
    def behind(self) -> int:
        return sum(self.counts.get(light.code, 0) for light in self.lights if light.bad)

    @property
    def groups(self) -> dict[str, list[UnitColours]]:
        """Units by group; in each whoever has most behind comes first."""
        bad = {light.code for light in self.lights if light.bad}
        listed: dict[str, list[UnitColours]] = {}
        for unit in self.units:
            listed.setdefault(unit.unit.group_name, []).append(unit)
        for units in listed.values():
            units.sort(key=lambda unit: -sum(unit.counts.get(code, 0) for code in bad))
        return listed


def added(units: Sequence[UnitColours]) -> dict[str, int]:
    """How many targets of all these units have each colour."""
    counts: dict[str, int] = {}
    for unit in units:
        for colour, count in unit.counts.items():
            counts[colour] = counts.get(colour, 0) + count
    return counts


def coloured_window(programme_id: int, month: date | None = None) -> ProgrammeWindow | None:
    """The newest period whose colours stand, or of a month."""
    query = select(ProgrammeWindow).where(
        ProgrammeWindow.programme_id == programme_id, ProgrammeWindow.evaluated_at.is_not(None)
    )
    if month is not None:
        query = query.where(ProgrammeWindow.period == month)
    return db.session.scalars(query.order_by(ProgrammeWindow.period.desc()).limit(1)).first()


def county_view(programme: Programme, window: ProgrammeWindow | None) -> CountyView:
    """Read-only, in a handful of statements however many units there are."""
    lights = lights_of(programme)
    bad = sorted({light.code for light in lights if light.bad})
    period = window.period if window else clock.previous_month(clock.month_of(clock.today()))
    rows = counted_rows(programme.id, period)
    whose = {"programme_id": programme.id, "period": period, "bad": bad, "most": MOST_LONGEST}
    return CountyView(
        programme, window, distinct_lights(lights),
        unit_colours(coloured_units(programme.id), rows),
        fetch_named(LongestBehind, LONGEST, whose),
        fetch_named(DueTalk, TALKS, {"programme_id": programme.id}),
        area_trend([programme.county_id], period, 2),
        next(iter(burden_months(programme.id, period, period)), None),
    )  # fmt: skip
