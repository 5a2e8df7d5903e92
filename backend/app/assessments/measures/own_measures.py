"""What the product itself counted of units: of villages, townships and offices."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import text

from backend.app.assessments.models import Programme
from backend.app.assessments.states import TargetState
from backend.app.assessments.subjects.ledgers import figure_of, ledgers_of, month_end
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.states import none_of
from backend.app.places.sql import join_department, join_region
from backend.app.scorecards.multi_month import sums_of_regions
from backend.app.scoring.assessing.activity import SUBJECT_MEASURES
from backend.app.scoring.assessing.plans import OWN
from backend.app.scoring.catalog import ALL_MEASURES, OFFICE_MEASURES
from backend.app.scoring.measuring import STEP, UNDEFINED, UnitFacts, measure
from backend.app.scoring.totals import rounded
from backend.app.tickets.city.figures import office_cases
from backend.app.tickets.facts import TicketFacts, office_facts

OWN_TARGETS = text(
    f"""
    SELECT t.unit_id, t.element_id, substr(e.source, {len(OWN) + 1}) AS code, u.region_id,
           u.department_id, u.subject_id, u.first_month, u.last_month,
           COALESCE(r.opened_on, d.opened_on) AS opened_on,
           COALESCE(r.closed_on, d.closed_on) AS closed_on
    FROM target t
    JOIN programme_element e ON e.id = t.element_id
    JOIN assessed_unit u ON u.id = t.unit_id
    LEFT {join_region("r", "u.region_id")}
    LEFT {join_department("d", "u.department_id")}
    WHERE t.programme_id = :id AND starts_with(e.source, '{OWN}')
      AND {none_of("t.state", (TargetState.DRAFT, TargetState.DROPPED))}
    ORDER BY t.unit_id, t.element_id
    """
)


class OwnTarget(NamedTuple):
    """An element that the product measures, of one unit."""

    unit_id: int
    element_id: int
    code: str
    region_id: int | None
    department_id: int | None
    subject_id: int | None
    first_month: int
    last_month: int
    opened_on: date | None
    closed_on: date | None

    def months_to(self, period: date) -> tuple[int, int]:
        """From which month of the period's year to which, while the unit is there."""
        first, last = self.first_month, min(self.last_month, period.month)
        if self.opened_on and self.opened_on.year == period.year:
            first = max(first, self.opened_on.month)
        if self.closed_on and self.closed_on.year == period.year:
            last = min(last, self.closed_on.month)
        return first, last

    @property
    def office(self) -> tuple[int | None, int | None]:
        return self.region_id, self.department_id


@dataclass(frozen=True)
class OwnFigure:
    """What a unit came to from the year's start to the end of a month."""

    county_id: int
    programme_id: int
    element_id: int
    unit_id: int
    period: date
    value: Decimal
    error: float
    origin: str


def own_figures(programme_id: int) -> dict[int, list[OwnFigure]]:
    """By unit, of this month and the one before, as far as they are of the programme's year."""
    programme = db.session.get_one(Programme, programme_id)
    targets = [OwnTarget(*row) for row in db.session.execute(OWN_TARGETS, {"id": programme_id})]
    figures: dict[int, list[OwnFigure]] = defaultdict(list)
    for period in _periods(programme.year) if targets else ():
        of_subjects = [row for row in targets if row.code in SUBJECT_MEASURES]
        others = [row for row in targets if row.code not in SUBJECT_MEASURES]
        for figure in (
            *_figures(programme, others, period),
            *_subject_figures(programme, of_subjects, period),
        ):
            figures[figure.unit_id].append(figure)
    return figures


def _periods(year: int) -> list[date]:
    this = clock.today().replace(day=1)
    return [month for month in (clock.previous_month(this), this) if month.year == year]


def _figures(
    programme: Programme, targets: Sequence[OwnTarget], period: date
) -> Iterable[OwnFigure]:
    """A unit that was founded or ended within the year counts its own months."""
    by_months: dict[tuple[int, int], list[OwnTarget]] = defaultdict(list)
    for target in targets:
        by_months[target.months_to(period)].append(target)
    for (first, last), rows in by_months.items():
        months = [date(period.year, month, 1) for month in range(first, last + 1)]
        if months:
            yield from _figures_of(programme, rows, period, months)


def _figures_of(
    programme: Programme, targets: Sequence[OwnTarget], period: date, months: Sequence[date]
) -> Iterable[OwnFigure]:
    regions = sums_of_regions(programme.county_id, months)
    offices = office_facts(months[0], months[-1], programme.county_id, clock.now())
    by_code: dict[str, list[OwnTarget]] = defaultdict(list)
    for target in targets:
        by_code[target.code].append(target)
    cases = (
        office_cases(months[0], months[-1], programme.county_id, clock.now())
        if OFFICE_MEASURES.keys() & by_code.keys()
        else {}
    )
    for code, rows in by_code.items():
        facts = [
            _together(UnitFacts(row.unit_id), cases.get(row.office, TicketFacts({})))
            if code in OFFICE_MEASURES
            else _together(
                regions.facts.get(row.region_id or 0, UnitFacts(row.unit_id)),
                offices.get(row.office, TicketFacts({})),
            )
            for row in rows
        ]
        column = measure(code, facts, regions.level_points)
        for row, n, value, error in zip(rows, column.n, column.value, column.error, strict=True):
            if n and value != UNDEFINED:
                yield OwnFigure(
                    programme.county_id, programme.id, row.element_id, row.unit_id, period,
                    Decimal(int(value)) / STEP, round(float(error), 6), _origin(code, int(n)),
                )  # fmt: skip


def _subject_figures(
    programme: Programme, targets: Sequence[OwnTarget], period: date
) -> Iterable[OwnFigure]:
    """From the ledgers of shops and farms: of themselves, or the index of a place."""
    ledgers = ledgers_of(programme.county_id, month_end(period)) if targets else {}
    for row in targets:
        figure = figure_of(row.code, ledgers, row.subject_id, row.region_id)
        if figure is not None:
            value = rounded(figure)
            yield OwnFigure(
                programme.county_id, programme.id, row.element_id, row.unit_id, period, value,
                0.0, f"{SUBJECT_MEASURES[row.code]}，十二个月的交易",
            )  # fmt: skip


def _origin(code: str, n: int) -> str:
    return f"{ALL_MEASURES[code].name}，{n} {ALL_MEASURES[code].counted}"


def _together(villages: UnitFacts, office: TicketFacts) -> UnitFacts:
    """A township is its villages and its own office."""
    names = {*villages.counts, *office.counts}
    counts = {
        name: [
            sum(pair)
            for pair in zip(
                *(listed[name] for listed in (villages.counts, office.counts) if name in listed),
                strict=True,
            )
        ]
        for name in names
    }
    return UnitFacts(
        villages.unit, None, counts, sorted([*villages.waits, *office.waits]),
        sorted([*villages.open_waits, *office.open_waits]),
    )  # fmt: skip
