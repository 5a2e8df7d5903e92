"""历年走势: totals of units and what they reached of elements, years side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from backend.app.assessments.models import Programme
from backend.app.assessments.overviews.small_chart import SmallChart, small_chart
from backend.app.assessments.results.queries import ShownResult
from backend.app.assessments.scopes import ReaderScope
from backend.app.assessments.training.reached import (
    Place,
    ReachedMonth,
    cents,
    locked_years,
    place_of,
)
from backend.app.scoring.assessing.diagnosis import lasting_problems, trend_words


@dataclass(frozen=True)
class TrendLine:
    """A unit or an element with a figure for each year, None where there is none."""

    name: str
    values: Sequence[Decimal | None]
    unit_id: int | None = None

    @property
    def words(self) -> str:
        return trend_words(self.values)

    @property
    def chart(self) -> SmallChart | None:
        return small_chart(self.values)


@dataclass(frozen=True)
class YearTrends:
    """Years with their lines.

    `lasting`: of a group the elements that three units and more were weak in two years running.
    """

    years: Sequence[int]
    units: Sequence[TrendLine]
    unit: str
    elements: Sequence[TrendLine]
    lasting: Mapping[str, Sequence[str]]


def year_trends(programme: Programme, scope: ReaderScope, unit_id: int | None) -> YearTrends:
    """Of the years whose results are locked; units by what they are, elements by their code."""
    years = locked_years(programme)
    months = [month for _, month in years]
    places = _places(months, scope)
    chosen = next((place for place, row in places.items() if row.unit_id == unit_id), None)
    return YearTrends(
        [row.year for row, _ in years],
        [
            TrendLine(row.unit, [_total(month, place) for month in months], row.unit_id)
            for place, row in places.items()
        ],
        places[chosen].unit if chosen else "", _elements(months, chosen) if chosen else [],
        _lasting(months) if scope.sees_all else {},
    )  # fmt: skip


def _places(months: Sequence[ReachedMonth], scope: ReaderScope) -> dict[Place, ShownResult]:
    """Each unit that the reader sees, with its newest result."""
    places: dict[Place, ShownResult] = {}
    for month in months:
        for row in month.units.values():
            if scope.sees_all or scope.covers(row.region_id, row.department_id):
                places[place_of(row)] = row
    return places


def _row(month: ReachedMonth, place: Place) -> ShownResult | None:
    return next((row for row in month.units.values() if place_of(row) == place), None)


def _total(month: ReachedMonth, place: Place) -> Decimal | None:
    row = _row(month, place)
    return row.total if row else None


def _elements(months: Sequence[ReachedMonth], place: Place) -> list[TrendLine]:
    """By code, of 100, so that other points in another year change nothing."""
    names: dict[str, str] = {}
    reached = []
    for month in months:
        row = _row(month, place)
        reached.append(month.reached[row.unit_id] if row else {})
        names.update({code: month.names[code] for code in reached[-1]})
    return [
        TrendLine(f"{name}（{code}）", [cents(year.get(code)) for year in reached])
        for code, name in sorted(names.items())
    ]


def _lasting(months: Sequence[ReachedMonth]) -> dict[str, list[str]]:
    """By group, as it is called in the last year."""
    if not months:
        return {}
    lasting = {}
    for group in months[-1].groups():
        years = [
            {key: month.reached[key] for key in month.groups().get(group, ())} for month in months
        ]
        if codes := lasting_problems(years):
            lasting[group] = [months[-1].names[code] for code in codes]
    return lasting
