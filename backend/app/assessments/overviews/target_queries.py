"""One target's year: plan, accepted values and colours by month, and its points so far."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from backend.app.assessments.evaluation.figures import distinct_lights
from backend.app.assessments.evaluation.queries import lights_of
from backend.app.assessments.models import (
    Programme,
    Target,
    TargetPlan,
    TargetStanding,
    UnitResult,
)
from backend.app.assessments.overviews.curve import Curve, draw_curve, forecast, monthly
from backend.app.core.db import db
from backend.app.scoring.assessing.lights import Light
from backend.app.scoring.assessing.progress import ProgressKind


@dataclass(frozen=True)
class TargetMonth:
    """What was planned for a month and what stood at its end."""

    month: date
    planned: Decimal | None = None
    standing: TargetStanding | None = None


@dataclass(frozen=True)
class PointsSoFar:
    """Of a target; `words` say what each lost point is due to."""

    until: date
    full: Decimal
    points: Decimal | None
    words: str

    @property
    def lost(self) -> Decimal:
        return Decimal(0) if self.points is None else max(self.full - self.points, Decimal(0))


@dataclass(frozen=True)
class TargetYear:
    """Everything the page of a target shows of its months."""

    lights: Sequence[Light]
    months: list[TargetMonth]
    curve: Curve | None
    gap: Decimal | None
    year_end: Decimal | None
    points: PointsSoFar | None
    latest: TargetStanding | None = None
    history: list[str | None] = field(default_factory=list)

    @property
    def shades(self) -> list[Light]:
        return distinct_lights(self.lights)


def target_year(
    programme: Programme, target: Target, kind: str, plan: Sequence[TargetPlan]
) -> TargetYear:
    """Two statements beside what the page has read already."""
    query = select(TargetStanding).where(TargetStanding.target_id == target.id)
    standings = {row.period: row for row in db.session.scalars(query)}
    planned = {row.month: row.value for row in plan}
    months = [
        TargetMonth(month, planned.get(month), standings.get(month))
        for month in sorted(planned.keys() | standings.keys())
    ]
    actual = monthly([(month, row.value) for month, row in sorted(standings.items())])
    latest = standings[max(standings)] if standings else None
    counted = kind == ProgressKind.CUMULATIVE
    return TargetYear(
        lights_of(programme), months,
        draw_curve(monthly(sorted(planned.items())), actual, target.baseline) if counted else None,
        _gap(latest, planned) if counted else None,
        forecast(actual) if counted else None,
        _points(programme.id, target), latest,
        [row.colour for _, row in sorted(standings.items())],
    )  # fmt: skip


def _gap(latest: TargetStanding | None, planned: dict[date, Decimal]) -> Decimal | None:
    """How much is missing to the month's plan; below 0 where it is passed."""
    if latest is None or latest.value is None or latest.period not in planned:
        return None
    return planned[latest.period] - latest.value


def _points(programme_id: int, target: Target) -> PointsSoFar | None:
    result = db.session.get(UnitResult, (programme_id, target.unit_id))
    if result is None:
        return None
    part: dict[str, Any] | None = next(
        (part for part in result.parts if part["target_id"] == target.id), None
    )
    if part is None:
        return None
    words = next((line["words"] for line in result.losses if line["code"] == part["code"]), "")
    points = None if part["points"] is None else Decimal(part["points"])
    return PointsSoFar(result.until, Decimal(part["full"]), points, words)
