"""Random names for cases on phones: an id that counts up would tell in which order they came."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.dialects.postgresql import insert

from backend.app.core.db import db
from backend.app.scorecards.evidence import Case
from backend.app.scorecards.models import PublicCase


def public_ids(cases: Iterable[Case]) -> dict[Case, UUID]:
    """The name of each case, made where it has none yet."""
    wanted = sorted(set(cases))
    if not wanted:
        return {}
    rows = [{"kind": kind, "case_id": case_id} for kind, case_id in wanted]
    db.session.execute(insert(PublicCase).values(rows).on_conflict_do_nothing())
    found = select(PublicCase).where(tuple_(PublicCase.kind, PublicCase.case_id).in_(wanted))
    return {(row.kind, row.case_id): row.id for row in db.session.scalars(found)}


def case_of(public_id: UUID) -> Case | None:
    public_case = db.session.get(PublicCase, public_id)
    return (public_case.kind, public_case.case_id) if public_case else None
