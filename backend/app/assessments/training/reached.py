"""What every unit reached of each element, of 100: of a month, and of years that are locked."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from statistics import median

from sqlalchemy import select

from backend.app.assessments.models import Programme
from backend.app.assessments.results.queries import (
    ShownResult,
    results_to_date,
    shown_results,
    until_of,
)
from backend.app.assessments.states import OPEN_DRAFT
from backend.app.assessments.states.programmes import ProgrammeState
from backend.app.core.db import db
from backend.app.scoring.assessing.diagnosis import Reached
from backend.app.scoring.totals import rounded

HUNDRED = 100
FIXED = {ProgrammeState.LOCKED, ProgrammeState.PUBLISHED, ProgrammeState.ARCHIVED}
# What stays the same of a unit from year to year.
Place = tuple[int | None, int | None, str]


@dataclass
class ReachedMonth:
    """Units of a programme with what each reached; names of units and elements."""

    until: date
    units: dict[int, ShownResult]
    reached: dict[int, Reached]
    names: dict[str, str] = field(default_factory=dict)

    def group_of(self, unit_id: int) -> dict[int, Reached]:
        """Every unit of the same group, itself included."""
        group_id = self.units[unit_id].group_id
        return {
            key: self.reached[key] for key, row in self.units.items() if row.group_id == group_id
        }

    def groups(self) -> dict[str, list[int]]:
        """Units by the name of their group, in the order of the results."""
        groups: dict[str, list[int]] = defaultdict(list)
        for unit_id, row in self.units.items():
            groups[row.group_name].append(unit_id)
        return dict(groups)

    def middle(self, unit_id: int, code: str) -> Fraction | None:
        """The median of the unit's group."""
        values = [Fraction(row[code]) for row in self.group_of(unit_id).values() if code in row]
        return Fraction(median(values)) if values else None


def reached_until(programme: Programme, until: date | None = None) -> ReachedMonth:
    """Until a month, or the last that counts; what is stored of another one is not used."""
    until = until or until_of(programme)
    rows = shown_results(programme.id)
    if not rows or rows[0].until != until:
        rows = results_to_date(programme.id, until)
    return reached_month(rows, until)


def reached_month(rows: list[ShownResult], until: date) -> ReachedMonth:
    month = ReachedMonth(until, {row.unit_id: row for row in rows}, {})
    for row in rows:
        month.reached[row.unit_id] = {
            part["code"]: HUNDRED * Fraction(part["points"]) / Fraction(part["full"])
            for part in row.parts
            if part["points"] is not None and Fraction(part["full"]) > 0
        }
        month.names.update((part["code"], part["name"]) for part in row.parts)
    return month


def cents(share: Fraction | Decimal | int | float | None) -> Decimal | None:
    """As it is stored and shown."""
    return None if share is None else rounded(Fraction(share))


def place_of(row: ShownResult) -> Place:
    return row.region_id, row.department_id, row.unit


def programme_of_year(programme: Programme, year: int) -> Programme | None:
    """The same assessment in another year, past its draft."""
    query = select(Programme).where(
        Programme.county_id == programme.county_id, Programme.code == programme.code,
        Programme.year == year, Programme.state.not_in(OPEN_DRAFT),
    )  # fmt: skip
    return db.session.scalars(query.order_by(Programme.version.desc()).limit(1)).first()


def locked_years(programme: Programme) -> list[tuple[Programme, ReachedMonth]]:
    """Of the same assessment, the years whose results are locked, the oldest first."""
    query = select(Programme).where(
        Programme.county_id == programme.county_id, Programme.code == programme.code,
        Programme.state.in_(FIXED),
    )  # fmt: skip
    years = {row.year: row for row in db.session.scalars(query.order_by(Programme.version))}
    return [
        (row, reached_month(shown_results(row.id), date(year, 12, 1)))
        for year, row in sorted(years.items())
    ]


def last_year(programme: Programme) -> dict[Place, Reached]:
    """What units reached in the year before, where that is known."""
    before = programme_of_year(programme, programme.year - 1)
    if before is None:
        return {}
    month = reached_month(shown_results(before.id), date(before.year, 12, 1))
    return {place_of(row): month.reached[key] for key, row in month.units.items()}
