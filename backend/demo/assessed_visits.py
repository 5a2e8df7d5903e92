"""Site checks of the demo's examples, and the steps and cards that follow from what was seen."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import text

from backend.app.access import Actor, Role
from backend.app.accounts.grants.operations import insert_grant
from backend.app.accounts.queries import actor_today
from backend.app.assessments.adjustments.operations import decide_adjustment
from backend.app.assessments.checks.conclusion_operations import reveal_check
from backend.app.assessments.checks.operations import (
    Seen,
    add_check_file,
    decide_check,
    draw_checks,
    record_finding,
)
from backend.app.assessments.checks.queries import CheckRow, ReaderReach, list_checks
from backend.app.assessments.checks.visit_operations import VisitDraft, assign_visit
from backend.app.assessments.evaluation import ladder_operations as ladder
from backend.app.assessments.states import ProgrammeAdjustmentState, SupervisionState
from backend.app.assessments.states.checks import CheckFinding, CheckKind
from backend.app.core.clock import clock_at
from backend.app.core.db import db, fetch_named
from backend.app.scoring.assessing.ladder import SUMMON
from backend.demo.assessed_desk import DAY, Desk
from backend.demo.assessed_months import STEPS
from backend.demo.assessed_words import ANSWERS, SEEN
from backend.demo.people import add_staff
from backend.demo.scenes import scene

GUESTS = ("神秘嘉宾小姜（示例）", "神秘嘉宾小裴（示例）")
HIDDEN = timedelta(days=14)
# So many of a round have a picture.
PHOTOS = 3
UNDECIDED = text(
    "SELECT id FROM programme_adjustment WHERE programme_id = :id AND state = :state ORDER BY id"
)
Findings = Callable[[int, CheckRow], tuple[Seen, Seen]]


def agree(_: int, __: CheckRow) -> tuple[Seen, Seen]:
    return (Seen(CheckFinding.TRUE, SEEN[0]),) * 2


def differ(place: int, check: CheckRow) -> tuple[Seen, Seen]:
    """The first claim is untrue, of the second one guest sees only a part."""
    untrue = Seen(CheckFinding.UNTRUE, SEEN[1])
    part = None if check.goal is None else round(check.goal * Decimal("0.85"), 2)
    partly = Seen(CheckFinding.PARTLY, SEEN[2], part)
    true = Seen(CheckFinding.TRUE, SEEN[0])
    return {0: (untrue, untrue), 1: (true, partly)}.get(place, (true, true))


def visit(
    desk: Desk, programme_id: int, month: int, findings: Findings = agree, photo: str = ""
) -> int:
    """What was finished by a month's end is drawn, and looked at three weeks later by guests."""
    day = date(desk.year, month + 1, 25)
    with clock_at(desk.at(month + 1, 22)):
        draw_checks(desk.office, programme_id, date(desk.year, month, 1))
        checks = list_checks(programme_id, ReaderReach(True, True, (), ()))
        pair = [_guest(desk, place) for place in range(len(GUESTS))]
        for unit_id in sorted({check.unit_id for check in checks}):
            draft = VisitDraft(
                unit_id, pair[0].person_id, pair[1].person_id, day, CheckKind.MYSTERY, day + HIDDEN
            )
            assign_visit(desk.office, programme_id, draft)
    with clock_at(desk.at(month + 1, 25)):
        for place, check in enumerate(checks):
            picture = photo if place < PHOTOS else ""
            _look_at(desk, check, pair, findings(place, check), picture)
    with clock_at(desk.at(month + 1, 25) + HIDDEN):
        for check in checks:
            reveal_check(check.id)
    return len(checks)


def _guest(desk: Desk, place: int) -> Actor:
    """Invited for the year, and sees nothing else."""
    person_id = add_staff(f"demo-guest-{place}", GUESTS[place])
    if not actor_today(person_id).grants:
        first, last = date(desk.year, 1, 1), date(desk.year, 12, 31)
        insert_grant(person_id, Role.ASSESSOR, desk.county_id, first, last, None)
    return actor_today(person_id)


def _look_at(
    desk: Desk, check: CheckRow, pair: Sequence[Actor], found: tuple[Seen, Seen], photo: str
) -> None:
    """Each alone; where they differ somebody else decides."""
    if photo:
        add_check_file(pair[0], check.id, scene(photo), "现场照片（示例）.jpg")
    for guest, seen in zip(pair, found, strict=True):
        record_finding(guest, check.id, seen)
    if found[0] is not found[1]:
        decide_check(desk.approver, check.id, found[1])


def follow_up(desk: Desk, programme_id: int, clerks: Mapping[int, Actor], on: date) -> None:
    """What the ladder and checks proposed is confirmed, answered by the units, and closed."""
    steps = SupervisionState
    first = desk.at(on.month, on.day)
    with clock_at(first):
        proposed = {"id": programme_id, "state": ProgrammeAdjustmentState.PROPOSED}
        for adjustment_id in db.session.scalars(UNDECIDED, proposed).all():
            decide_adjustment(desk.approver, adjustment_id, True)
        for step in _steps(programme_id, steps.PROPOSED):
            decider = desk.approver if step.level == SUMMON else desk.office
            ladder.confirm_step(decider, step.id)
    with clock_at(first + DAY):
        for step in _steps(programme_id, steps.OPEN):
            ladder.answer_step(clerks[step.unit_id], step.id, ANSWERS[step.id % len(ANSWERS)])
    with clock_at(first + 2 * DAY):
        for step in _steps(programme_id, steps.ANSWERED):
            decider = desk.approver if step.level == SUMMON else desk.office
            ladder.close_step(decider, step.id)


class _Step(NamedTuple):
    """A step with who has to answer it."""

    id: int
    level: int
    period: date
    unit_id: int


def _steps(programme_id: int, state: SupervisionState) -> list[_Step]:
    return fetch_named(_Step, STEPS, {"programme_id": programme_id, "state": state})
