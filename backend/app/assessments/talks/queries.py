"""Reads of talks: with whom they are held, what was said, and until when results are shown."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, select, text

from backend.app.access import Actor, Permission, may
from backend.app.assessments.models import FeedbackTalk
from backend.app.assessments.parties import works_for
from backend.app.assessments.states import OPEN_DRAFT, ProgrammeState, SubjectKind
from backend.app.assessments.states.talks import TalkKind, TalkSide, TalkState
from backend.app.assessments.talks.errors import TalkUnknown
from backend.app.core import clock
from backend.app.core.db import db, fetch_named
from backend.app.core.states import none_of

QUARTERS = (3, 6, 9, 12)
PERSONS = text(
    f"""
    SELECT u.id, u.programme_id, u.county_id, u.region_id, u.department_id, u.subject_id, s.name,
           g.name AS group_name, p.title AS programme, p.year, p.state,
           ARRAY(SELECT DISTINCT e.owner_department_id
                 FROM target t JOIN programme_element e ON e.id = t.element_id
                 WHERE t.unit_id = u.id AND e.owner_department_id IS NOT NULL) AS owners
    FROM assessed_unit u
    JOIN assessed_subject s ON s.id = u.subject_id AND s.kind = '{SubjectKind.PERSON}'
    JOIN programme p ON p.id = u.programme_id
    JOIN programme_group g ON g.id = u.group_id
    WHERE {none_of("p.state", OPEN_DRAFT | {ProgrammeState.STOPPED})}
      AND u.county_id = :county_id AND (:unit_id = 0 OR u.id = :unit_id)
    ORDER BY p.year DESC, p.id, g.position, s.name, u.id
    """
)


class AssessedPerson(NamedTuple):
    """Somebody who is assessed, with the departments that own a target of theirs."""

    id: int
    programme_id: int
    county_id: int
    region_id: int | None
    department_id: int | None
    subject_id: int
    name: str
    group_name: str
    programme: str
    year: int
    state: str
    owners: Sequence[int]


def side_of(actor: Actor, person: AssessedPerson) -> TalkSide | None:
    """The person, or the office or an owner's staff; nobody is both to oneself."""
    if works_for(actor, person):
        return TalkSide.PERSON
    departments = {grant.department_id for grant in actor.grants}
    is_office = may(actor, Permission.MANAGE_PROGRAMMES, (person.county_id,))
    return TalkSide.MANAGER if is_office or not departments.isdisjoint(person.owners) else None


def persons_of(actor: Actor, county_id: int, side: TalkSide) -> list[AssessedPerson]:
    """By name within their programme: with whom the actor talks, or the actor."""
    rows = fetch_named(AssessedPerson, PERSONS, {"county_id": county_id, "unit_id": 0})
    return [row for row in rows if side_of(actor, row) is side]


def get_person(actor: Actor, county_id: int, unit_id: int) -> tuple[AssessedPerson, TalkSide]:
    """With what the actor is to them. Raises TalkUnknown."""
    rows = fetch_named(AssessedPerson, PERSONS, {"county_id": county_id, "unit_id": unit_id})
    side = side_of(actor, rows[0]) if rows else None
    if side is None:
        raise TalkUnknown
    return rows[0], side


def talks_of(unit_ids: Collection[int]) -> dict[int, list[FeedbackTalk]]:
    """Of each unit, the newest quarter first, in the order of a quarter."""
    query = select(FeedbackTalk).where(FeedbackTalk.unit_id.in_(unit_ids))
    order = list(TalkKind)
    rows = sorted(
        db.session.scalars(query),
        key=lambda talk: (-talk.period.toordinal(), order.index(TalkKind.of(talk.kind))),
    )
    return {unit: [row for row in rows if row.unit_id == unit] for unit in unit_ids}


def result_shown_until(unit_id: int) -> date | None:
    """The last quarter whose result both have talked about; until then the person sees none."""
    recorded = select(func.max(FeedbackTalk.period)).where(
        FeedbackTalk.unit_id == unit_id, FeedbackTalk.kind == TalkKind.AFTER,
        FeedbackTalk.state == TalkState.RECORDED,
    )  # fmt: skip
    until: date | None = db.session.scalar(recorded)
    return until


def quarters_begun(year: int) -> list[date]:
    """The last months of a year's quarters that have begun, the newest first."""
    today = clock.today()
    ends = (date(year, month, 1) for month in reversed(QUARTERS))
    return [end for end in ends if date(end.year, end.month - 2, 1) <= today]
