"""Half-year ratings and exits as everybody reads them: of firms, never of persons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from backend.app.assessments.models import Programme, SubjectExit
from backend.app.assessments.publications.errors import YearNotPublished
from backend.app.assessments.states import ExitState, SubjectKind
from backend.app.assessments.subjects.rating_queries import (
    half_years,
    light_of,
    rolling_programmes,
    subject_units,
)
from backend.app.core.db import db
from backend.app.places.queries import find_place
from backend.app.scoring.schemes import SchemeLight

PUBLISHED = (ExitState.CONFIRMED, ExitState.RETURNED)


class PublishedSubject(NamedTuple):
    """A firm with its newest half-year that is over."""

    name: str
    period: date
    points: Decimal | None
    light: SchemeLight


class PublishedExit(NamedTuple):
    """Who left, why, and whether it is back."""

    name: str
    words: str
    left_on: date
    is_back: bool


@dataclass(frozen=True)
class PublishedRating:
    """A programme with what of it is published."""

    programme: Programme
    subjects: Sequence[PublishedSubject]
    exits: Sequence[PublishedExit]


def published_subjects(code: str) -> tuple[str, list[PublishedRating]]:
    """The county's name, and each programme that has something to read. Raises YearNotPublished."""
    county = find_place(f"{code}000000")
    listed = [_published(row) for row in rolling_programmes(county.id)] if county else []
    shown = [row for row in listed if row.subjects or row.exits]
    if county is None or not shown:
        raise YearNotPublished
    return county.name, shown


def _published(programme: Programme) -> PublishedRating:
    firms = {
        unit.subject_id: unit
        for unit in subject_units(programme.id)
        if unit.kind != SubjectKind.PERSON
    }
    rated = {
        subject_id: rows[-1]
        for subject_id, rows in half_years(programme).items()
        if subject_id in firms and rows[-1].period.year == programme.year
    }
    subjects = [
        PublishedSubject(firms[key].name, row.period, row.points, light_of(row.colour))
        for key, row in rated.items()
    ]
    query = select(SubjectExit).where(
        SubjectExit.programme_id == programme.id, SubjectExit.state.in_(PUBLISHED)
    )
    exits = [
        PublishedExit(
            firms[row.subject_id].name, row.words, row.decided_at.date(),
            row.state == ExitState.RETURNED,
        )
        for row in db.session.scalars(query.order_by(SubjectExit.id.desc()))
        if row.subject_id in firms and row.decided_at is not None
    ]  # fmt: skip
    return PublishedRating(programme, sorted(subjects, key=lambda row: row.name), exits)
