"""得分 computed and stored: at every evaluation, every night, and when somebody asks."""

from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, may
from backend.app.assessments import transitions
from backend.app.assessments.errors import ProgrammeUnknown
from backend.app.assessments.models import Programme, UnitResult
from backend.app.assessments.results.errors import ResultsLocked
from backend.app.assessments.results.queries import OPEN, until_of
from backend.app.assessments.results.result_data import result_values
from backend.app.assessments.results.year_facts import year_facts
from backend.app.assessments.results.year_scores import score_year
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db, lock
from backend.app.core.errors import NotAllowed


def recompute_results(programme_id: int) -> int:
    """Of every unit, until the month that was evaluated last; safe to repeat. Returns how many.

    Beside whoever writes the year's parts, so that a long import holds up no night, and before or
    after whoever locks it. Raises ResultsLocked.
    """
    lock("results", programme_id)
    programme = transitions.hold_programme(programme_id, shared=True)
    if programme.state not in OPEN:
        raise ResultsLocked
    until = until_of(programme)
    at = clock.now()
    whose = {"programme_id": programme.id, "county_id": programme.county_id, "until": until}
    rows = [
        {**whose, "unit_id": unit.unit_id, "computed_at": at, **result_values(unit)}
        for unit in score_year(year_facts(programme.id, until))
    ]
    if not rows:
        return 0
    statement = insert(UnitResult)
    stored = [column.name for column in UnitResult.__table__.columns if not column.primary_key]
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["programme_id", "unit_id"],
            set_={name: statement.excluded[name] for name in stored},
        ),
        rows,
    )
    db.session.expire_all()
    return len(rows)


def recompute_now(actor: Actor, programme_id: int) -> int:
    """By the office, which wants to see what a decision of today changes."""
    programme = db.session.get(Programme, programme_id)
    if programme is None:
        raise ProgrammeUnknown
    if not may(actor, Permission.MANAGE_PROGRAMMES, (programme.county_id,)):
        raise NotAllowed
    count = recompute_results(programme_id)
    record("recompute_results", actor.person_id, "programme", programme_id, count=count)
    return count
