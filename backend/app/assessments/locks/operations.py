"""锁定: the year computed once more and frozen."""

from dataclasses import asdict

from backend.app.access import Actor
from backend.app.assessments import transitions
from backend.app.assessments.locks.checklist import lock_checklist
from backend.app.assessments.locks.digests import year_digests
from backend.app.assessments.locks.errors import YearOpen, YearUndecided
from backend.app.assessments.models import ProgrammeLock
from backend.app.assessments.results.operations import recompute_results
from backend.app.assessments.results.queries import until_of
from backend.app.assessments.states import ProgrammeMove
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.scoring.assessing.unit_total import RULES_VERSION

LONGEST_NOTE = 200


def lock_programme(actor: Actor, programme_id: int, note: str = "") -> ProgrammeLock:
    """`note` is the reason for locking although something is open; it is published.

    Raises ProgrammeMoved, YearUndecided, YearOpen.
    """
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(errors={"note": [f"理由最多 {LONGEST_NOTE} 个字"]})
    programme = transitions.begin_programme(actor, programme_id, ProgrammeMove.LOCK)
    recompute_results(programme_id)
    items = [item for item in lock_checklist(programme) if item.open]
    if first := [item for item in items if item.is_first]:
        raise YearUndecided(errors={item.code: [f"{item.words} {item.open} 个"] for item in first})
    if items and not note:
        raise YearOpen(errors={"note": [f"{item.words} {item.open} 件" for item in items]})
    until = until_of(programme)
    digests = year_digests(programme_id, until)
    lock = ProgrammeLock(
        programme_id=programme_id, county_id=programme.county_id, until=until,
        rules_version=RULES_VERSION, facts_digest=digests.facts,
        programme_digest=digests.programme, results_digest=digests.results,
        units=dict(digests.units),
        checklist={"left": [asdict(item) for item in items], "note": note},
        locked_by_id=actor.person_id, locked_at=clock.now(),
    )  # fmt: skip
    db.session.add(lock)
    transitions.finish_programme(programme, ProgrammeMove.LOCK)
    record(
        "lock_programme", actor.person_id, "programme", programme_id,
        facts=lock.facts_digest.hex(), results=lock.results_digest.hex(),
    )  # fmt: skip
    return lock
