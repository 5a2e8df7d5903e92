"""Half-year ratings and exits as everybody reads them: of firms, never of persons.

Of a published year they are drawn from its frozen copy, and what happened since stands beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from backend.app.assessments.models import Programme, SubjectExit
from backend.app.assessments.publications.errors import YearNotPublished
from backend.app.assessments.publications.queries import programme_publication
from backend.app.assessments.states import ExitState, SubjectKind
from backend.app.assessments.subjects.rating_queries import (
    half_years,
    light_of,
    rolling_programmes,
    subject_units,
)
from backend.app.core.db import db
from backend.app.places.queries import find_place

SHOWN = (ExitState.CONFIRMED, ExitState.RETURNED)
Firms = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class PublishedRating:
    """A programme with what of it is published; `digest` where the year's copy is frozen."""

    programme_id: int
    title: str
    year: int
    firms: Firms
    digest: str = ""
    later: Sequence[dict[str, Any]] = ()


def published_subjects(code: str) -> tuple[str, list[PublishedRating]]:
    """The county's name, and each programme that has something to read. Raises YearNotPublished."""
    county = find_place(f"{code}000000")
    listed = [_published(row) for row in rolling_programmes(county.id)] if county else []
    shown = [row for row in listed if row.firms["ratings"] or row.firms["exits"] or row.later]
    if county is None or not shown:
        raise YearNotPublished
    return county.name, shown


def has_subjects(code: str) -> bool:
    """Whether that page has anything to read."""
    try:
        published_subjects(code)
    except YearNotPublished:
        return False
    return True


def rated_firms(programme: Programme) -> Firms:
    """Each firm with its newest half-year that is over, and who left, why, and who is back.

    Figures and days as they are written.
    """
    if "rolling" not in programme.content:
        return {"ratings": [], "exits": []}
    firms = {
        unit.subject_id: unit.name
        for unit in subject_units(programme.id)
        if unit.kind != SubjectKind.PERSON
    }
    rated = {
        subject_id: rows[-1]
        for subject_id, rows in half_years(programme).items()
        if subject_id in firms and rows[-1].period.year == programme.year
    }
    ratings = [
        {
            "name": firms[key], "period": f"{row.period:%Y-%m}",
            "points": None if row.points is None else f"{row.points}",
            "colour": row.colour, "icon": light_of(row.colour).icon,
            "word": light_of(row.colour).word,
        }
        for key, row in rated.items()
    ]  # fmt: skip
    query = select(SubjectExit).where(
        SubjectExit.programme_id == programme.id, SubjectExit.state.in_(SHOWN)
    )
    exits = [
        {
            "id": row.id, "name": firms[row.subject_id], "words": row.words,
            "left_on": f"{row.decided_at:%Y-%m-%d}", "is_back": row.state == ExitState.RETURNED,
        }
        for row in db.session.scalars(query.order_by(SubjectExit.id.desc()))
        if row.subject_id in firms and row.decided_at is not None
    ]  # fmt: skip
    return {"ratings": sorted(ratings, key=lambda row: row["name"]), "exits": exits}


def _published(programme: Programme) -> PublishedRating:
    now = rated_firms(programme)
    publication = programme_publication(programme.id)
    if publication is None:
        return PublishedRating(programme.id, programme.title, programme.year, now)
    content = publication.content
    frozen: Firms = content.get("firms", {"ratings": [], "exits": []})
    return PublishedRating(
        programme.id, content["title"], content["year"], frozen, publication.digest.hex(),
        [row for row in now["exits"] if row not in frozen["exits"]],
    )  # fmt: skip
