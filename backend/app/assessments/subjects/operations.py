"""Subjects written: typed in by the assessment office, or taken from its list."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from backend.app.access import Actor, Permission, may
from backend.app.assessments.models import AssessedSubject
from backend.app.assessments.subjects.queries import get_subject
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.places.queries import list_townships


@dataclass(frozen=True)
class SubjectDraft:
    """A subject as it is typed or imported."""

    kind: str
    name: str
    code: str
    region_id: int
    industry: str
    area: Decimal | None
    officer: str
    opened_on: date


def save_subject(
    actor: Actor, county_id: int, draft: SubjectDraft, subject_id: int | None = None
) -> AssessedSubject:
    """A new one, or what is known of one. Raises InvalidInput where another has its code."""
    if not may(actor, Permission.MANAGE_PROGRAMMES, (county_id,)):
        raise NotAllowed
    _check(county_id, draft, subject_id)
    subject = put_subject(county_id, draft, subject_id)
    record("save_subject", actor.person_id, "assessed_subject", subject.id, kind=draft.kind)
    return subject


def put_subject(
    county_id: int, draft: SubjectDraft, subject_id: int | None = None
) -> AssessedSubject:
    """The row alone, new or known."""
    subject = get_subject(subject_id, county_id) if subject_id else None
    if subject is None:
        subject = AssessedSubject(county_id=county_id)
        db.session.add(subject)
    write_subject(subject, draft)
    db.session.flush()
    return subject


def write_subject(subject: AssessedSubject, draft: SubjectDraft) -> None:
    for name, value in vars(draft).items():
        setattr(subject, name, value)


def _check(county_id: int, draft: SubjectDraft, subject_id: int | None) -> None:
    if draft.region_id not in {county_id, *(place.id for place in list_townships([county_id]))}:
        raise InvalidInput(errors={"region_id": ["请从列表里选本县的乡镇"]})
    others = select(AssessedSubject.name).where(
        AssessedSubject.county_id == county_id, AssessedSubject.id != (subject_id or 0)
    )
    if draft.code:
        holder = db.session.scalar(others.where(AssessedSubject.code == draft.code))
        if holder is not None:
            raise InvalidInput(errors={"code": [f"编码 {draft.code} 已经是「{holder}」的"]})
    same = others.where(
        AssessedSubject.kind == draft.kind, AssessedSubject.name == draft.name,
        AssessedSubject.code == draft.code,
    )  # fmt: skip
    if db.session.scalar(same) is not None:
        raise InvalidInput(errors={"name": ["已经有同名的主体；确实是另一个，请填编码区分"]})
