"""滚动评价 written month by month, and what two red half-years lead to."""

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import select

from backend.app.assessments.models import Programme, SubjectExit, SubjectRating
from backend.app.assessments.states import ExitCause, ExitState
from backend.app.assessments.subjects.rating_queries import (
    HalfYear,
    SubjectUnit,
    half_years,
    ratings_at,
    subject_units,
)
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.scoring.assessing.rolling import RollingRating, leaves
from backend.app.scoring.totals import rounded

ROLLING = "rolling"


def rate_subjects(programme_id: int) -> int:
    """The months that have no rating yet, this one and the one before. Returns how many changed.

    Safe to repeat; who was red at two half-years running is found at a half-year's end.
    """
    programme = db.session.get_one(Programme, programme_id)
    if ROLLING not in programme.content:
        return 0
    units = subject_units(programme_id)
    rows = select(SubjectRating).where(SubjectRating.programme_id == programme_id)
    known = {(row.unit_id, row.period): row for row in db.session.scalars(rows)}
    changed = 0
    for period in _periods(programme.year, {period for _, period in known}):
        there = [unit for unit in units if unit.exited_on is None or unit.exited_on > period]
        for unit, rating in ratings_at(programme, there, period):
            changed += _keep(programme, unit.unit_id, period, rating, known)
    db.session.flush()
    _find_exits(programme, units)
    return changed


def _periods(year: int, known: Iterable[date]) -> list[date]:
    this = clock.month_of(clock.today())
    months = [date(year, month, 1) for month in range(1, 13)]
    fresh = clock.previous_month(this)
    return [month for month in months if month <= this and (month >= fresh or month not in known)]


def _keep(
    programme: Programme, unit_id: int, period: date, rating: RollingRating,
    known: dict[tuple[int, date], SubjectRating],
) -> bool:  # fmt: skip
    points = None if rating.points is None else rounded(rating.points)
    told = (points, rating.light.code, len(rating.counted))
    row = known.get((unit_id, period))
    if row is not None and (row.points, row.colour, row.counted) == told:
        return False
    if row is None:
        row = SubjectRating(
            unit_id=unit_id, period=period, county_id=programme.county_id,
            programme_id=programme.id,
        )  # fmt: skip
        db.session.add(row)
    row.points, row.colour, row.counted = told
    row.rated_at = clock.now()
    return True


def _find_exits(programme: Programme, units: Sequence[SubjectUnit]) -> None:
    """Once for the same two half-years, whatever came of it."""
    if not programme.content[ROLLING].get("exit"):
        return
    rated = half_years(programme)
    exits = select(SubjectExit).where(SubjectExit.programme_id == programme.id)
    listed = list(db.session.scalars(exits))
    for unit in units:
        ratings = rated.get(unit.subject_id, [])
        if unit.exited_on or not leaves([row.colour for row in ratings]):
            continue
        words = _words(ratings[-2:])
        is_open = ExitState.FOUND, ExitState.PROPOSED
        if any(
            row.subject_id == unit.subject_id and (row.words == words or row.state in is_open)
            for row in listed
        ):
            continue
        db.session.add(
            SubjectExit(
                county_id=programme.county_id, programme_id=programme.id, unit_id=unit.unit_id,
                subject_id=unit.subject_id, cause=ExitCause.TWO_RED.value, words=words,
                state=ExitState.FOUND.value, found_at=clock.now(),
            )
        )  # fmt: skip
    db.session.flush()


def _words(ratings: Sequence[HalfYear]) -> str:
    told = "、".join(f"{row.period.year}年{row.period.month}月 {row.points} 分" for row in ratings)
    return f"连续两次半年评价为红（{told}）"
