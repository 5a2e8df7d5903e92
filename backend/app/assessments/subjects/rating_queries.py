"""滚动评价: what each item of a subject counts at a month's end, and the ratings as shown."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select, text

from backend.app.assessments.measures.standing_sql import OF_TARGET, standing_fact
from backend.app.assessments.models import Programme, SubjectExit, SubjectRating
from backend.app.assessments.results.year_facts import YearFacts, year_facts
from backend.app.assessments.results.year_scores import ScoredUnit, score_year
from backend.app.assessments.states import OPEN_EXITS, ProgrammeState
from backend.app.core import clock
from backend.app.core.db import db, fetch_rows
from backend.app.scoring.assessing.figures import exact
from backend.app.scoring.assessing.rolling import (
    ROLLING_LIGHTS,
    VALID_MONTHS,
    RatedItem,
    RollingRating,
    rating,
)
from backend.app.scoring.schemes import NO_DATA, SchemeLight

LIGHTS: tuple[SchemeLight, ...] = (*ROLLING_LIGHTS, NO_DATA)
UNITS = text(
    """
    SELECT u.id AS unit_id, u.subject_id, s.name, s.kind, s.industry, s.officer, s.code,
           g.name AS group_name, s.exited_on
    FROM assessed_unit u
    JOIN assessed_subject s ON s.id = u.subject_id
    JOIN programme_group g ON g.id = u.group_id
    WHERE u.programme_id = :id ORDER BY g.position, s.name, s.id
    """
)
RATED_ON = f"""
    SELECT t.unit_id, e.code, f.period
    FROM target t JOIN programme_element e ON e.id = t.element_id
    JOIN LATERAL ({standing_fact(OF_TARGET, "period <= :until")}) f ON true
    WHERE t.programme_id = :id
"""
RATED = text(
    """
    SELECT u.subject_id, r.period, r.points, r.colour
    FROM subject_rating r
    JOIN programme p ON p.id = r.programme_id
    JOIN assessed_unit u ON u.id = r.unit_id
    WHERE p.county_id = :county_id AND p.code = :code AND p.year IN (:year, :year - 1)
      AND EXTRACT(MONTH FROM r.period) IN (6, 12) AND r.period < :this
    ORDER BY r.period
    """
)


class SubjectUnit(NamedTuple):
    """A subject as a unit of a programme."""

    unit_id: int
    subject_id: int
    name: str
    kind: str
    industry: str
    officer: str
    code: str
    group_name: str
    exited_on: date | None


class HalfYear(NamedTuple):
    """A rating at a half-year's end."""

    subject_id: int
    period: date
    points: Decimal | None
    colour: str


class RatedOn(NamedTuple):
    """Of which month the standing value of an item is."""

    unit_id: int
    code: str
    period: date


def rolling_programmes(county_id: int) -> list[Programme]:
    """Those with a rolling rating that were approved, the newest first."""
    query = select(Programme).where(
        Programme.county_id == county_id, Programme.content.has_key("rolling"),
        Programme.approved_at.is_not(None), Programme.state != ProgrammeState.STOPPED,
    )  # fmt: skip
    return list(db.session.scalars(query.order_by(Programme.year.desc(), Programme.id.desc())))


def subject_units(programme_id: int) -> list[SubjectUnit]:
    return [SubjectUnit(*row) for row in db.session.execute(UNITS, {"id": programme_id})]


def ratings_at(
    programme: Programme, units: Sequence[SubjectUnit], period: date
) -> Iterable[tuple[SubjectUnit, RollingRating]]:
    """Of every unit at a month's end, with what last year's programme still says of it."""
    day = clock.next_month(period) - timedelta(days=1)
    validity = int(programme.content["rolling"].get("validity", VALID_MONTHS))
    earlier = _last_year(programme)
    items = _items(programme.id, period, units)
    before: Mapping[int, list[RatedItem]] = {}
    if earlier is not None:
        last = date(earlier.year, 12, 1)
        before = _items(earlier.id, last, subject_units(earlier.id))
    for unit in units:
        listed = [*before.get(unit.subject_id, ()), *items.get(unit.subject_id, ())]
        yield unit, rating(listed, day, validity)


def _last_year(programme: Programme) -> Programme | None:
    query = select(Programme).where(
        Programme.county_id == programme.county_id, Programme.code == programme.code,
        Programme.year == programme.year - 1, Programme.approved_at.is_not(None),
        Programme.state != ProgrammeState.STOPPED,
    )  # fmt: skip
    return db.session.scalars(query.order_by(Programme.version.desc()).limit(1)).first()


def _items(
    programme_id: int, until: date, units: Sequence[SubjectUnit]
) -> dict[int, list[RatedItem]]:
    """By subject: points and full points of each measured item, on its month's last day."""
    facts: YearFacts = year_facts(programme_id, until)
    values: dict[str, Any] = {"id": programme_id, "until": until}
    rows = (RatedOn(*row) for row in fetch_rows(RATED_ON, values))
    rated_on = {(row.unit_id, row.code): row.period for row in rows}
    subject_of = {unit.unit_id: unit.subject_id for unit in units}
    items: dict[int, list[RatedItem]] = defaultdict(list)
    for unit in score_year(facts):
        if unit.unit_id in subject_of:
            items[subject_of[unit.unit_id]] += _rated(unit, rated_on)
    return items


def _rated(unit: ScoredUnit, rated_on: Mapping[tuple[int, str], date]) -> Iterable[RatedItem]:
    for part in unit.parts:
        period = rated_on.get((unit.unit_id, part.facts.code))
        if part.points is not None and period is not None:
            day = clock.next_month(period) - timedelta(days=1)
            yield RatedItem(part.facts.code, part.points, exact(part.facts.full), day)


def half_years(programme: Programme) -> dict[int, list[HalfYear]]:
    """By subject, of this and last year, as far as they are over."""
    values = {
        "county_id": programme.county_id, "code": programme.code, "year": programme.year,
        "this": clock.month_of(clock.today()),
    }  # fmt: skip
    listed: dict[int, list[HalfYear]] = defaultdict(list)
    for row in db.session.execute(RATED, values):
        listed[row.subject_id].append(HalfYear(*row))
    return listed


def ratings_of(programme_id: int) -> dict[int, list[SubjectRating]]:
    """By unit, month after month."""
    query = select(SubjectRating).where(SubjectRating.programme_id == programme_id)
    listed: dict[int, list[SubjectRating]] = defaultdict(list)
    for row in db.session.scalars(query.order_by(SubjectRating.period)):
        listed[row.unit_id].append(row)
    return listed


def light_of(colour: str) -> SchemeLight:
    return next(light for light in LIGHTS if light.code == colour)


@dataclass(frozen=True)
class RatedSubject:
    """A subject with its ratings, month after month."""

    unit: SubjectUnit
    ratings: Sequence[SubjectRating]

    @property
    def latest(self) -> SubjectRating | None:
        return self.ratings[-1] if self.ratings else None

    @property
    def light(self) -> SchemeLight:
        return light_of(self.latest.colour) if self.latest else NO_DATA


@dataclass(frozen=True)
class RatingView:
    """A programme's subjects: all of them by month and colour, and those that were searched."""

    months: Sequence[date]
    counts: Mapping[date, Mapping[str, int]]
    rows: Sequence[RatedSubject]
    units: Sequence[SubjectUnit]

    @property
    def industries(self) -> list[str]:
        return sorted({unit.industry for unit in self.units if unit.industry})


def rating_view(
    programme: Programme, colour: str = "", industry: str = "", search: str = ""
) -> RatingView:
    """The worst first."""
    rated, units = ratings_of(programme.id), subject_units(programme.id)
    rows = [RatedSubject(unit, rated.get(unit.unit_id, ())) for unit in units]
    counts: dict[date, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for rating_ in row.ratings:
            counts[rating_.period][rating_.colour] += 1
    shown = [
        row
        for row in rows
        if (not colour or row.light.code == colour)
        and industry in ("", row.unit.industry)
        and search in f"{row.unit.name} {row.unit.code} {row.unit.officer}"
    ]
    shown.sort(key=lambda row: (row.unit.exited_on is not None, _points(row), row.unit.name))
    return RatingView(sorted(counts), counts, shown, units)


def _points(row: RatedSubject) -> Decimal:
    points = row.latest.points if row.latest else None
    return Decimal(101) if points is None else points


@dataclass(frozen=True)
class ExitRow:
    """Somebody's leaving with who it is."""

    exit: SubjectExit
    unit: SubjectUnit


def list_exits(programme_id: int) -> list[ExitRow]:
    """Open ones first, then the newest."""
    units = {unit.unit_id: unit for unit in subject_units(programme_id)}
    query = select(SubjectExit).where(SubjectExit.programme_id == programme_id)
    rows = db.session.scalars(query.order_by(SubjectExit.id.desc()))
    listed = [ExitRow(row, units[row.unit_id]) for row in rows]
    return sorted(listed, key=lambda row: row.exit.state not in OPEN_EXITS)
