"""How long filling in takes: medians of what was measured, never of single people."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from sqlalchemy import text

from backend.app.core import clock
from backend.app.core.db import db

# Before anything was measured.
USUAL_SECONDS = 180
MONTHS, LEAST_FORMS = 6, 3
MEDIANS = text(
    """
    SELECT unit_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds / reports::float8) AS each
    FROM fill_time WHERE unit_id = ANY(:ids) AND period >= :first
    GROUP BY unit_id HAVING count(*) >= :least
    """
)


@dataclass(frozen=True)
class FillPace:
    """Seconds a target takes each unit: the median of its forms of the last months."""

    medians: dict[int, float]

    def minutes(self, unit_id: int, targets: int) -> int:
        """Whole minutes for so many targets, rounded up."""
        seconds = Decimal(str(self.medians.get(unit_id, USUAL_SECONDS))) * targets
        return int((seconds / 60).to_integral_value(ROUND_CEILING))


def pace_of(unit_ids: Collection[int]) -> FillPace:
    """A unit with few forms is taken to need the usual time."""
    if not unit_ids:
        return FillPace({})
    first = clock.months_back(clock.month_of(clock.today()), MONTHS)[0]
    rows = db.session.execute(
        MEDIANS, {"ids": sorted(unit_ids), "first": first, "least": LEAST_FORMS}
    )
    return FillPace({row.unit_id: row.each for row in rows})
