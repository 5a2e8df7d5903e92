"""What follows from a check: a false figure costs more than a late one, a part counts as it is.

Of a mystery guest nothing follows, and the unit hears nothing, before the day set beforehand.
"""

from backend.app.assessments.checks.queries import findings_of
from backend.app.assessments.evaluation.ladder_operations import propose_talk
from backend.app.assessments.evaluation.queries import lights_of
from backend.app.assessments.measures.sources import MeasureSource
from backend.app.assessments.models import (
    CheckDraw,
    MeasureFact,
    ProgrammeAdjustment,
    SiteCheck,
)
from backend.app.assessments.reports.facts import TargetFacts, facts_of
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.assessments.states import ProgrammeAdjustmentKind
from backend.app.assessments.states.checks import CheckFinding
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.scoring.assessing.ladder import policy_of
from backend.app.scoring.assessing.moves import UNTRUE

LONGEST_CASE = 300


def conclude(check: SiteCheck, by_id: int) -> None:
    """The unit is told; 不属实 proposes a red card and a talk, 部分属实 counts what there was."""
    if check.hidden_until is not None and clock.today() < check.hidden_until:
        return
    check.told_at = clock.now()
    facts = facts_of(check.target_id)
    result = CheckFinding.of(check.result or "")
    if result is CheckFinding.UNTRUE:
        _propose_red(check, facts)
    elif result is CheckFinding.PARTLY and check.value is not None:
        _measure(check, facts, by_id)
    db.session.flush()
    tell_unit(
        facts.unit.region_id, facts.unit.department_id,
        f"核查结果：{facts.element.name}{result.words}", check.words or "",
        f"check:{check.id}", ("site_check", check.id),
    )  # fmt: skip


def reveal_check(check_id: int) -> int:
    """On the day that was set; safe to repeat. Returns whether something followed."""
    check = db.session.get_one(SiteCheck, check_id, with_for_update=True, populate_existing=True)
    by_id = check.decided_by_id or check.second_checker_id
    if check.result is None or check.told_at is not None or by_id is None:
        return 0
    conclude(check, by_id)
    return int(check.told_at is not None)


def _propose_red(check: SiteCheck, facts: TargetFacts) -> None:
    """Whoever found it untrue does not confirm the card."""
    draw = db.session.get_one(CheckDraw, check.draw_id)
    found = findings_of([check.id])[check.id]
    author = next((row.checker_id for row in found if row.finding == CheckFinding.UNTRUE), None)
    case = f"{facts.element.name}核查不属实：{check.words}"[:LONGEST_CASE]
    db.session.add(
        ProgrammeAdjustment(
            county_id=check.county_id, programme_id=check.programme_id, unit_id=check.unit_id,
            target_id=check.target_id, period=draw.period,
            kind=ProgrammeAdjustmentKind.RED.value,
            points=policy_of(lights_of(facts.programme)).untrue, rule_code=UNTRUE, case_words=case,
            basis=f"实地核查第 {check.id} 号", author_id=author, proposed_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()
    propose_talk(facts, draw.period)


def _measure(check: SiteCheck, facts: TargetFacts, by_id: int) -> None:
    """What there really was is the year's value from now on."""
    draw = db.session.get_one(CheckDraw, check.draw_id)
    db.session.add(
        MeasureFact(
            county_id=check.county_id, programme_id=check.programme_id,
            element_id=facts.element.id, unit_id=check.unit_id, period=draw.period,
            value=check.value, source=MeasureSource.CHECK.value,
            origin=f"实地核查第 {check.id} 号", reason="核查部分属实",
            imported_by_id=by_id, at=clock.now(),
        )
    )  # fmt: skip
