"""Reads of the audit log."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

from sqlalchemy import BigInteger, case, cast, func, or_, select, text
from sqlalchemy.orm import aliased

from backend.app.accounts.models import Person
from backend.app.accounts.queries import PAGE, WITHIN
from backend.app.core import clock
from backend.app.core.audit import AuditEntry
from backend.app.core.db import db
from backend.app.places.queries import region_names

# Where the details of an audit entry hold the id of a region.
REGION_DETAILS = frozenset({"region_id", "parent_id", "into"})


def list_audit(
    within: Collection[int],
    person: str = "",
    actions: Collection[str] = (),
    first: date | None = None,
    last: date | None = None,
    page: int = 1,
    address: str = "",
) -> list[tuple[AuditEntry, str | None]]:
    """One page of the log of these regions' people, newest first, one more line than a page."""
    doer = aliased(Person)
    # What the system did to somebody, such as a lock, is that person's county's to see.
    about = case((AuditEntry.subject_kind == "person", cast(AuditEntry.subject_id, BigInteger)))
    concerned = func.coalesce(AuditEntry.person_id, about)
    own = select(Person.id).where(Person.id == concerned, WITHIN.bindparams(within=list(within)))
    query = (
        select(AuditEntry, doer.display_name)
        .outerjoin(doer, doer.id == AuditEntry.person_id)
        .where(or_(concerned.is_(None), own.exists()))
        .order_by(AuditEntry.id.desc())
    )
    if person.strip():
        query = query.where(doer.display_name.icontains(person.strip(), autoescape=True))
    if actions:
        query = query.where(AuditEntry.action.in_(actions))
    if address.strip():
        query = query.where(AuditEntry.address == address.strip())
    if first:
        query = query.where(AuditEntry.at >= clock.midnight(first))
    if last:
        query = query.where(AuditEntry.at < clock.midnight(last + timedelta(days=1)))
    rows = db.session.execute(query.limit(PAGE + 1).offset((page - 1) * PAGE))
    return [(entry, name) for entry, name in rows]


PEOPLE_NAMES = text(
    """
    SELECT id, COALESCE(NULLIF(display_name, ''), number::text) AS name
    FROM person WHERE id = ANY(:people)
    """
)


def name_subjects(entries: Iterable[AuditEntry]) -> dict[tuple[str, str], str]:
    """What the people and regions that the log speaks of are called."""
    people: set[int] = set()
    regions: set[int] = set()
    for entry in entries:
        if entry.subject_kind == "person":
            people.add(int(entry.subject_id))
        elif entry.subject_kind in ("region", "county"):
            regions.add(int(entry.subject_id))
        regions.update(entry.detail[key] for key in REGION_DETAILS & entry.detail.keys())
    rows = db.session.execute(PEOPLE_NAMES, {"people": list(people)})
    named = {("person", str(row.id)): row.name for row in rows}
    return named | {("region", str(id_)): name for id_, name in region_names(regions).items()}
