"""填报负担: minutes, items and files of each unit and month; shown, never scored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from statistics import median
from typing import NamedTuple

from sqlalchemy import text

from backend.app.assessments.reports.asked_sql import BY_HAND, JOIN_NAME, UNIT_NAME
from backend.app.assessments.states import Rhythm
from backend.app.core import clock
from backend.app.core.db import db, fetch_named
from backend.app.core.states import one_of
from backend.app.scoring.assessing.burden import MOST_MINUTES
from backend.app.scoring.assessing.plans import REPORT

TENTH = Decimal("0.1")
QUARTER_SHARE = Decimal(2) / 3
SPENT = text(
    f"""
    SELECT u.id AS unit_id, {UNIT_NAME} AS unit, g.name AS group_name, w.period,
           COALESCE(f.seconds, 0) AS seconds, COALESCE(f.forms, 0) AS forms, f.usual,
           COALESCE(r.items, 0) AS items, COALESCE(r.files, 0) AS files
    FROM programme_window w
    JOIN assessed_unit u ON u.programme_id = w.programme_id
    JOIN programme_group g ON g.id = u.group_id
    LEFT JOIN (
        SELECT unit_id, period, sum(seconds)::int AS seconds, count(*)::int AS forms,
               percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS usual
        FROM fill_time GROUP BY unit_id, period
    ) f ON f.unit_id = u.id AND f.period = w.period
    LEFT JOIN (
        SELECT t.unit_id, x.period, count(DISTINCT x.id)::int AS items,
               count(e.id)::int AS files
        FROM target_report x
        JOIN target t ON t.id = x.target_id
        LEFT JOIN evidence_use e ON e.report_id = x.id
        WHERE x.submitted_at IS NOT NULL AND t.programme_id = :programme_id
          AND x.period BETWEEN :first AND :last
        GROUP BY t.unit_id, x.period
    ) r ON r.unit_id = u.id AND r.period = w.period
    {JOIN_NAME}
    WHERE w.programme_id = :programme_id AND w.period BETWEEN :first AND :last
    ORDER BY w.period, g.position, unit
    """
)
OF_MONTHLY = f"""
    FROM target t JOIN programme_element e ON e.id = t.element_id
    WHERE t.unit_id = ANY(:ids) AND NOT t.is_key AND t.rhythm = '{Rhythm.MONTH}'
      AND starts_with(e.source, '{REPORT}') AND {one_of("t.state", BY_HAND)}
"""
MONTHLY = text(
    f"""
    SELECT t.unit_id, count(*)::int AS targets, count(DISTINCT e.parent_id)::int AS dimensions
    {OF_MONTHLY} GROUP BY t.unit_id
    """
)
MONTHLY_TARGETS = text(f"SELECT t.id {OF_MONTHLY} ORDER BY t.id")


class UnitBurden(NamedTuple):
    """What one unit spent on one month: seconds of all its forms, and the median form."""

    unit_id: int
    unit: str
    group_name: str
    period: date
    seconds: int
    forms: int
    usual: float | None
    items: int
    files: int

    @property
    def minutes(self) -> Decimal:
        return in_minutes(self.seconds)

    @property
    def is_over(self) -> bool:
        return self.seconds > MOST_MINUTES * 60


@dataclass(frozen=True)
class BurdenMonth:
    """A month over all units; medians are of the units that sent anything."""

    period: date
    units: list[UnitBurden] = field(default_factory=list)

    @property
    def sent(self) -> list[UnitBurden]:
        return [unit for unit in self.units if unit.forms]

    @property
    def minutes(self) -> Decimal | None:
        return in_minutes(median([unit.seconds for unit in self.sent])) if self.sent else None

    @property
    def items(self) -> int:
        return sum(unit.items for unit in self.units)

    @property
    def files(self) -> int:
        return sum(unit.files for unit in self.units)

    @property
    def over(self) -> list[UnitBurden]:
        return [unit for unit in self.units if unit.is_over]


class MonthlyTargets(NamedTuple):
    """What a unit reports by hand every month and need not, and in how many dimensions."""

    unit_id: int
    targets: int
    dimensions: int


@dataclass(frozen=True)
class LighterProposal:
    """A unit over its minutes two months running, and what fewer reports would save it."""

    before: UnitBurden
    now: UnitBurden
    monthly: MonthlyTargets | None

    @property
    def saved(self) -> Decimal:
        """Minutes a month where the monthly targets were reported by the quarter."""
        if self.monthly is None or not self.now.items:
            return Decimal(0)
        share = Decimal(min(self.monthly.targets, self.now.items)) / self.now.items
        return in_minutes(self.now.seconds * share * QUARTER_SHARE)


def in_minutes(seconds: float | Decimal) -> Decimal:
    return (Decimal(str(seconds)) / 60).quantize(TENTH, ROUND_HALF_UP)


def burden_months(programme_id: int, first: date, last: date) -> list[BurdenMonth]:
    """Each period that was opened, the oldest first."""
    values = {"programme_id": programme_id, "first": first, "last": last}
    months: dict[date, BurdenMonth] = {}
    for row in fetch_named(UnitBurden, SPENT, values):
        months.setdefault(row.period, BurdenMonth(row.period)).units.append(row)
    return list(months.values())


def monthly_targets_of(unit_id: int) -> list[int]:
    """What it reports by hand every month and need not."""
    return list(db.session.scalars(MONTHLY_TARGETS, {"ids": [unit_id]}))


def lighter_proposals(months: Sequence[BurdenMonth], period: date) -> list[LighterProposal]:
    """Over the budget in this month and the one before: report less often, or merge."""
    by_period = {month.period: {unit.unit_id: unit for unit in month.over} for month in months}
    now = by_period.get(period, {})
    before = by_period.get(clock.previous_month(period), {})
    both = sorted(now.keys() & before.keys())
    if not both:
        return []
    monthly = {row.unit_id: row for row in fetch_named(MonthlyTargets, MONTHLY, {"ids": both})}
    rows = [LighterProposal(before[unit], now[unit], monthly.get(unit)) for unit in both]
    return sorted(rows, key=lambda row: -row.now.seconds)
