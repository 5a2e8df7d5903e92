"""公示: a locked year is told to everybody, once."""

from hashlib import sha256

from backend.app.access import Actor
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments import transitions
from backend.app.assessments.evaluation.queries import coloured_units
from backend.app.assessments.grades.operations import move_grades
from backend.app.assessments.locks.queries import get_programme_lock
from backend.app.assessments.models import ProgrammePublication
from backend.app.assessments.programmes.queries import assesses_persons
from backend.app.assessments.publications.content import canonical_bytes, compose_year
from backend.app.assessments.publications.errors import OwnLock, PersonsUnpublished
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.assessments.reports.year_times import working_days_on
from backend.app.assessments.states import GradeMove, ProgrammeMove
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.web.console_menu import local_time


def publish_programme(actor: Actor, programme_id: int) -> ProgrammePublication:
    """There is no way back but a correction; whoever locked it does not publish it.

    Raises ProgrammeMoved, YearNotLocked, OwnLock, PersonsUnpublished.
    """
    programme = transitions.begin_programme(actor, programme_id, ProgrammeMove.PUBLISH)
    if assesses_persons(programme):
        raise PersonsUnpublished
    lock = get_programme_lock(programme_id)
    check_another_hand(actor, lock.locked_by_id, refusal=OwnLock())
    content = compose_year(programme, lock)
    at = clock.now()
    publication = ProgrammePublication(
        programme_id=programme_id, county_id=programme.county_id, code=content["code"],
        content=content, digest=sha256(canonical_bytes(content)).digest(),
        published_by_id=actor.person_id, published_at=at,
        appeals_until=working_days_on(programme, at, "notice_days"),
    )  # fmt: skip
    db.session.add(publication)
    move_grades(programme_id, GradeMove.PUBLISH)
    transitions.finish_programme(programme, ProgrammeMove.PUBLISH)
    record(
        "publish_programme", actor.person_id, "programme", programme_id,
        digest=publication.digest.hex(),
    )  # fmt: skip
    until = local_time(publication.appeals_until)
    for unit in coloured_units(programme_id):
        tell_unit(
            unit.region_id, unit.department_id, f"{programme.title}结果公示了",
            f"对哪一项有异议，{until} 前在考核页面申诉，每项一次。",
            f"programme:{programme_id}:published:{unit.id}", ("programme", programme_id),
        )  # fmt: skip
    return publication
