"""What is published, as everybody reads it: drawn from the frozen copy alone."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import text

from backend.app.assessments.models import ProgrammePublication
from backend.app.assessments.publications.errors import YearNotPublished
from backend.app.core.db import db, fetch_named

PUBLISHED = """
    SELECT programme_id, code, content ->> 'county' AS county, content ->> 'title' AS title,
           CAST(content ->> 'year' AS int) AS year, digest, published_at, appeals_until
    FROM programme_publication WHERE {which}
    ORDER BY year DESC, programme_id DESC
"""
CORRECTIONS = text(
    """
    SELECT c.number, c.unit_id, c.reason, c.before, c.after, c.made_at, a.item_words AS item,
           a.unit_id = c.unit_id AS is_own
    FROM result_correction c JOIN result_appeal a ON a.id = c.appeal_id
    WHERE c.programme_id = :id ORDER BY c.number
    """
)


class PublishedYear(NamedTuple):
    """A publication without its content."""

    programme_id: int
    code: str
    county: str
    title: str
    year: int
    digest: bytes
    published_at: datetime
    appeals_until: datetime


class YearCorrection(NamedTuple):
    """A correction as everybody reads it."""

    number: int
    unit_id: int
    reason: str
    before: dict[str, Any]
    after: dict[str, Any]
    made_at: datetime
    item: str
    is_own: bool

    @property
    def moves_band(self) -> bool:
        """Not known of corrections of before bands were kept."""
        return bool(self.after.get("band") != self.before.get("band"))


def programme_publication(programme_id: int) -> ProgrammePublication | None:
    return db.session.get(ProgrammePublication, programme_id)


def get_programme_publication(programme_id: int) -> ProgrammePublication:
    """Raises YearNotPublished."""
    publication = programme_publication(programme_id)
    if publication is None:
        raise YearNotPublished
    return publication


def published_of_county(county_id: int, programme_id: int) -> ProgrammePublication:
    """Raises YearNotPublished, for another county's, too."""
    publication = programme_publication(programme_id)
    if publication is None or publication.county_id != county_id:
        raise YearNotPublished
    return publication


def published_at_code(code: str, programme_id: int) -> ProgrammePublication:
    """By a county's six digits. Raises YearNotPublished."""
    publication = programme_publication(programme_id)
    if publication is None or publication.code != code:
        raise YearNotPublished
    return publication


def years_at_code(code: str) -> list[PublishedYear]:
    """A county's published years, the newest first."""
    statement = text(PUBLISHED.format(which="code = :code"))
    return fetch_named(PublishedYear, statement, {"code": code})


def years_of_county(county_id: int) -> list[PublishedYear]:
    statement = text(PUBLISHED.format(which="county_id = :county_id"))
    return fetch_named(PublishedYear, statement, {"county_id": county_id})


def year_corrections(programme_id: int, unit_id: int | None = None) -> list[YearCorrection]:
    """Numbered, of one unit or of all."""
    rows = fetch_named(YearCorrection, CORRECTIONS, {"id": programme_id})
    return [row for row in rows if unit_id in (None, row.unit_id)]


def published_units(content: dict[str, Any]) -> Sequence[dict[str, Any]]:
    """Every unit of a publication, by group."""
    return [unit for group in content["groups"] for unit in group["units"]]
