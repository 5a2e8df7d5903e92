"""自评、初评、验收 recorded: every item at once; what the last step gave is what counts."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.dialects.postgresql import insert

from backend.app.access import Actor, Permission, has_permission, may
from backend.app.accounts.second_person import check_another_hand
from backend.app.assessments import transitions
from backend.app.assessments.acceptance.errors import AcceptanceMoved, NotYourAcceptance
from backend.app.assessments.acceptance.queries import (
    AcceptanceItem,
    ItemScore,
    NamedStep,
    items_of,
    points_of,
    recorded_steps,
    steps_of,
)
from backend.app.assessments.measures.handed_in import HandedIn
from backend.app.assessments.measures.operations import add_facts, check_open
from backend.app.assessments.measures.sources import MeasureSource
from backend.app.assessments.models import (
    AcceptanceScore,
    AcceptanceStep,
    AssessedUnit,
    Programme,
)
from backend.app.assessments.parties import works_for
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states.acceptance import AcceptanceParty
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput

LONGEST_REASON, DECEMBER = 200, 12
# Of 100: further from the step before than this needs a reason.
FAR_APART = Decimal(10)
Scores = Mapping[int, ItemScore]


def may_record(actor: Actor, unit: AssessedUnit, step: NamedStep) -> bool:
    """The unit's own people, the office, or who decides in it; nobody of the unit judges it."""
    if step.by is AcceptanceParty.UNIT:
        return works_for(actor, unit) and has_permission(actor, Permission.REPORT_TARGETS)
    permission = (
        Permission.DECIDE_RESULTS if step.by is AcceptanceParty.DECIDER
        else Permission.SUPERVISE_TARGETS
    )  # fmt: skip
    return may(actor, permission, (unit.county_id,)) and not works_for(actor, unit)


def record_step(actor: Actor, unit_id: int, number: int, scores: Scores) -> None:
    """Every item, in the order of the steps, each by another person.

    Raises NotYourAcceptance, AcceptanceMoved, InvalidInput.
    """
    unit = db.session.get(AssessedUnit, unit_id, with_for_update=True, populate_existing=True)
    if unit is None:
        raise NotYourAcceptance
    programme = transitions.hold_under_way(unit.programme_id, scope_of(actor).county_id)
    check_open(programme)
    step = next((step for step in steps_of(programme) if step.number == number), None)
    if step is None or not may_record(actor, unit, step):
        raise NotYourAcceptance
    before = recorded_steps(unit.id)
    if len(before) != number - 1:
        raise AcceptanceMoved
    check_another_hand(actor, *(row.by_id for row in before), refusal=NotYourAcceptance())
    items = items_of(unit.id)
    _check(items, scores, before[-1].scores if before else {})
    _store(actor, programme, unit, step, items, scores)
    if number == len(steps_of(programme)):
        _count(actor, programme, unit, step, items, scores)
    record("record_acceptance", actor.person_id, "assessed_unit", unit.id, stage=step.name)
    db.session.flush()


def _check(items: Sequence[AcceptanceItem], scores: Scores, before: Scores) -> None:
    """All faults at once, each naming its item."""
    faults: dict[str, list[str]] = {}
    if not items:
        faults["score"] = ["这个单位还没有要评的指标"]
    for item in items:
        given = scores.get(item.target_id)
        earlier = before.get(item.target_id)
        if given is None or not 0 <= given.score <= 100:
            faults[f"score_{item.target_id}"] = [f"「{item.name}」请填 0 到 100 分"]
        elif len(given.reason) > LONGEST_REASON:
            faults[f"reason_{item.target_id}"] = [f"「{item.name}」最多 {LONGEST_REASON} 个字"]
        elif earlier and abs(given.score - earlier.score) > FAR_APART and not given.reason.strip():
            faults[f"reason_{item.target_id}"] = [
                f"「{item.name}」和上一步的 {earlier.score} 分相差超过 {FAR_APART} 分，请写明理由"
            ]
    if faults:
        raise InvalidInput(errors=faults)


def _store(
    actor: Actor, programme: Programme, unit: AssessedUnit, step: NamedStep,
    items: Sequence[AcceptanceItem], scores: Scores,
) -> None:  # fmt: skip
    """Two who record the same step at once: the second one is told."""
    whose = {"county_id": programme.county_id, "programme_id": programme.id}
    step_id = db.session.scalar(
        insert(AcceptanceStep)
        .values(**whose, unit_id=unit.id, step=step.number, by_id=actor.person_id, at=clock.now())
        .on_conflict_do_nothing()
        .returning(AcceptanceStep.id)
    )
    if step_id is None:
        raise AcceptanceMoved
    db.session.add_all(
        AcceptanceScore(
            **whose, step_id=step_id, target_id=item.target_id,
            score=scores[item.target_id].score, reason=scores[item.target_id].reason.strip(),
        )
        for item in items
    )  # fmt: skip
    db.session.flush()


def _count(
    actor: Actor, programme: Programme, unit: AssessedUnit, step: NamedStep,
    items: Sequence[AcceptanceItem], scores: Scores,
) -> None:  # fmt: skip
    """The last step's points are the year's, from its last month on and before any other source."""
    handed = [
        HandedIn(
            item.element_id, unit.id, date(programme.year, DECEMBER, 1),
            points=points_of(scores[item.target_id].score, item.full),
            reason=scores[item.target_id].reason.strip(), origin=step.name,
        )
        for item in items
    ]  # fmt: skip
    add_facts(programme, MeasureSource.ACCEPTANCE, actor.person_id, handed)
    tell_unit(
        unit.region_id, unit.department_id, f"{step.name}的分出来了",
        "各项得分和理由在考核页面的「验收」里，计入全年得分。", f"accepted:{unit.id}",
        ("assessed_unit", unit.id),
    )  # fmt: skip
