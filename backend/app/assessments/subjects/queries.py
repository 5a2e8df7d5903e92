"""Reads about subjects: the list as it is searched, and what a programme may take."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select, text

from backend.app.accounts.sql import grants_of_subject
from backend.app.assessments.models import AssessedSubject
from backend.app.assessments.subjects.errors import SubjectUnknown
from backend.app.core import clock
from backend.app.core.db import db, fetch_rows, like_escaped
from backend.app.places.sql import join_region

PAGE = 50
MOST_LISTED = 20_000
FROM_SUBJECTS = f"""
    FROM assessed_subject s
    {join_region("r", "s.region_id")}
    WHERE s.county_id = :county_id
      AND (:kind = '' OR s.kind = :kind)
      AND (:industry = '' OR s.industry = :industry)
      AND (:region_id = 0 OR s.region_id = :region_id)
      AND (:left_too OR s.exited_on IS NULL)
      AND (:search = '' OR s.name ILIKE :like OR s.code ILIKE :like OR s.officer ILIKE :like)
"""
LIST = f"""
    SELECT s.id, s.kind, s.name, s.code, r.name AS place, s.industry, s.area, s.officer,
           s.opened_on, s.exited_on, s.exit_reason
    {FROM_SUBJECTS} ORDER BY s.exited_on IS NOT NULL, s.kind, r.code, s.name, s.id
    LIMIT :size OFFSET :skipped
"""
COUNT = text(f"SELECT count(*) {FROM_SUBJECTS}")
CLASSES = text(
    """
    SELECT kind, industry, count(*) AS number FROM assessed_subject
    WHERE county_id = :county_id AND exited_on IS NULL
    GROUP BY kind, industry ORDER BY kind, industry
    """
)
STAFF = text(
    f"""
    SELECT g.person_id, g.starts_on {grants_of_subject(":subject_id")} ORDER BY g.id
    """
)
STAFF_GRANT = text(f"SELECT g.id {grants_of_subject(':subject_id')} AND g.person_id = :person_id")


@dataclass(frozen=True)
class SubjectFilters:
    """The searches; "" and 0 let everything pass."""

    kind: str = ""
    industry: str = ""
    region_id: int = 0
    search: str = ""
    left_too: bool = False


class SubjectRow(NamedTuple):
    """A subject as it is listed."""

    id: int
    kind: str
    name: str
    code: str
    place: str
    industry: str
    area: Decimal | None
    officer: str
    opened_on: date
    exited_on: date | None
    exit_reason: str | None


class SubjectClass(NamedTuple):
    """How many subjects of a kind and industry there are."""

    kind: str
    industry: str
    number: int


def _values(county_id: int, filters: SubjectFilters) -> dict[str, Any]:
    return {
        **vars(filters), "county_id": county_id, "like": f"%{like_escaped(filters.search)}%",
    }  # fmt: skip


def list_subjects(
    county_id: int, filters: SubjectFilters, page: int = 1, size: int = PAGE
) -> list[SubjectRow]:
    """By kind, place and name; those that left come last."""
    values = {**_values(county_id, filters), "size": size, "skipped": (page - 1) * size}
    return [SubjectRow(*row) for row in fetch_rows(LIST, values)]


def count_subjects(county_id: int, filters: SubjectFilters) -> int:
    number: int = db.session.scalar(COUNT, _values(county_id, filters))
    return number


def list_classes(county_id: int) -> list[SubjectClass]:
    """Kinds and industries of those that have not left."""
    return [SubjectClass(*row) for row in db.session.execute(CLASSES, {"county_id": county_id})]


def get_subject(subject_id: int, county_id: int) -> AssessedSubject:
    """Raises SubjectUnknown, for another county's, too."""
    subject = db.session.get(AssessedSubject, subject_id)
    if subject is None or subject.county_id != county_id:
        raise SubjectUnknown
    return subject


def subject_kinds(county_id: int) -> dict[int, tuple[str, str]]:
    """Kind and industry of each that has not left, by name."""
    query = select(AssessedSubject).where(
        AssessedSubject.county_id == county_id, AssessedSubject.exited_on.is_(None)
    )
    rows = db.session.scalars(query.order_by(AssessedSubject.name, AssessedSubject.id))
    return {row.id: (row.kind, row.industry) for row in rows}


def all_subjects(county_id: int) -> list[AssessedSubject]:
    query = select(AssessedSubject).where(AssessedSubject.county_id == county_id)
    return list(db.session.scalars(query.order_by(AssessedSubject.id)))


def staff_grant(subject_id: int, person_id: int) -> int | None:
    """By which grant a person runs the subject today."""
    values = {"subject_id": subject_id, "person_id": person_id, "today": clock.today()}
    grant_id: int | None = db.session.scalar(STAFF_GRANT, values)
    return grant_id


class StaffRow(NamedTuple):
    """Who runs a subject, since when."""

    person_id: int
    starts_on: date


def list_staff(subject_id: int) -> list[StaffRow]:
    values = {"subject_id": subject_id, "today": clock.today()}
    return [StaffRow(*row) for row in db.session.execute(STAFF, values)]
