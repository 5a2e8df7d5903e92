"""What a target's accepted value means at the end of a period: shares, colour, and why. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from backend.app.assessments.reports.asked_sql import AUTOMATIC, MONTHS_BETWEEN
from backend.app.assessments.reports.window_times import last_day
from backend.app.assessments.states import Rhythm
from backend.app.scoring.assessing.figures import clip
from backend.app.scoring.assessing.lights import Light
from backend.app.scoring.assessing.plans import REPORT
from backend.app.scoring.assessing.progress import (
    BEGUN,
    ProgressKind,
    actual_share,
    colour,
    planned_share,
    time_share,
)
from backend.app.tickets.clocks.working_time import WorkingTime

NOT_COUNTED = "没有可以比的年度目标值"
NOTHING_KNOWN = "还没有数"


class StandingFacts(NamedTuple):
    """A target with its plan and what was accepted of it up to the end of a period."""

    target_id: int
    unit_id: int
    kind: str
    source: str
    baseline: Decimal
    goal: Decimal | None
    points: Decimal
    starts_on: date
    due_on: date
    rhythm: str
    is_halted: bool
    months: Sequence[date] | None
    plan: Sequence[Decimal] | None
    # What one case of a negative list costs, and the points that an owner gave in person.
    deduct: Decimal | None
    scored: Decimal | None
    value: Decimal | None
    value_period: date | None
    said_stopped: bool | None
    misses: int
    is_missed: bool
    milestones: Decimal | None
    milestones_due: Decimal | None
    milestones_reached: Decimal | None
    idle_before: int


@dataclass(frozen=True)
class ComputedStanding:
    """The colour's code with both shares; `basis` says which rule chose it, and what from."""

    facts: StandingFacts
    actual: Fraction | None
    planned: Fraction | None
    colour: str | None
    basis: dict[str, Any] = field(default_factory=dict)


@dataclass
class PeriodEnd:
    """One period's end: its last day, the lights in force and the county's working days."""

    period: date
    lights: Sequence[Light]
    working: WorkingTime
    counted: dict[tuple[date, date], int] = field(default_factory=dict)

    @property
    def day(self) -> date:
        return last_day(self.period)

    def working_days(self, first: date, last: date) -> int:
        """How many days are worked from one to the other, both included."""
        if (first, last) not in self.counted:
            days = (first + timedelta(days=n) for n in range((last - first).days + 1))
            self.counted[first, last] = sum(map(self.working.is_working_day, days))
        return self.counted[first, last]


def compute_standing(facts: StandingFacts, end: PeriodEnd) -> ComputedStanding:
    actual = _actual(facts)
    if isinstance(actual, str):
        return ComputedStanding(facts, None, None, None, {"reason": actual})
    measured = _measured_in(facts, end.period)
    planned, plan = _planned(facts, end, measured) if measured else (Fraction(0), "not_yet")
    is_over = facts.kind in BEGUN or end.day >= facts.due_on
    finished = actual >= 1 and is_over
    stopped = facts.is_halted or bool(facts.said_stopped)
    waits = stopped or (facts.kind in BEGUN and planned > 0 and not actual)
    idle = facts.idle_before + 1 if waits else 0
    light = colour(
        actual, planned, finished=finished, stopped=stopped, misses=facts.misses,
        lights=end.lights, kind=facts.kind, idle=max(idle, 1),
    )  # fmt: skip
    basis: dict[str, Any] = {
        "finished": finished, "stopped": stopped, "idle": idle, "plan": plan,
        "value_period": f"{facts.value_period:%Y-%m}" if facts.value_period else None,
        "measured_in": f"{measured:%Y-%m}" if measured else None,
        "is_due": measured == end.period,
    }  # fmt: skip
    if light is not None:
        basis["rule"] = next(n for n, known in enumerate(end.lights, 1) if known is light)
    return ComputedStanding(facts, actual, planned, light.code if light else None, basis)


def _actual(facts: StandingFacts) -> Fraction | str:
    """The share reached; or in words why there is none."""
    if facts.kind == ProgressKind.MILESTONE:
        if not facts.milestones:
            return NOT_COUNTED
        return Fraction(facts.milestones_reached or 0) / Fraction(facts.milestones)
    if facts.value is None and facts.scored is not None and facts.points:
        return clip(Fraction(facts.scored) / Fraction(facts.points))
    if facts.value is None:
        is_begun = facts.kind in BEGUN and facts.source.startswith(REPORT)
        return Fraction(0) if is_begun else NOTHING_KNOWN
    try:
        return actual_share(facts.kind, facts.baseline, _goal(facts), _counted(facts))
    except ValueError:
        return NOT_COUNTED


def _counted(facts: StandingFacts) -> Decimal:
    """The value; of a negative list what its cases cost."""
    value = facts.value or Decimal(0)
    is_list = facts.kind == ProgressKind.NEGATIVE and facts.deduct is not None
    return value * (facts.deduct or 1) if is_list else value


def _goal(facts: StandingFacts) -> Decimal:
    """Raises ValueError where there is nothing to reach."""
    goal = facts.points if facts.kind == ProgressKind.NEGATIVE else facts.goal
    if goal is None:
        raise ValueError("a target value expected")
    return goal


def _measured_in(facts: StandingFacts, period: date) -> date | None:
    """The month whose plan counts: the last one that was due by the rhythm; None before any.

    What is reported by the quarter is not behind because two months of the next have gone by.
    """
    if facts.source.startswith(AUTOMATIC):
        return period
    month = period.month // _step(facts) * _step(facts)
    return period.replace(month=month) if month else None


def _planned(facts: StandingFacts, end: PeriodEnd, measured: date) -> tuple[Fraction, str]:
    """The share planned by a month's end, and by what: plan, milestones, time or due days."""
    if facts.kind == ProgressKind.MILESTONE:
        return Fraction(facts.milestones_due or 0) / Fraction(facts.milestones or 1), "milestone"
    if facts.kind == ProgressKind.NEGATIVE:
        return Fraction(1), "due"
    if facts.kind != ProgressKind.CUMULATIVE:
        return Fraction(_has_been_due(facts, measured)), "due"
    if facts.months and facts.plan and facts.goal is not None:
        shares = [
            (last_day(month), actual_share(facts.kind, facts.baseline, facts.goal, value))
            for month, value in zip(facts.months, facts.plan, strict=True)
        ]
        return planned_share(shares, last_day(measured)), "plan"
    if last_day(measured) < facts.starts_on:
        return Fraction(0), "time"
    gone = end.working_days(facts.starts_on, min(last_day(measured), facts.due_on))
    return time_share(gone, max(end.working_days(facts.starts_on, facts.due_on), 1)), "time"


def _has_been_due(facts: StandingFacts, period: date) -> bool:
    """From the first period of its rhythm that ends on or after its first day."""
    first = -(-facts.starts_on.month // _step(facts)) * _step(facts)
    return (period.year, period.month) >= (facts.starts_on.year, first)


def _step(facts: StandingFacts) -> int:
    return MONTHS_BETWEEN[Rhythm[facts.rhythm.upper()]]
