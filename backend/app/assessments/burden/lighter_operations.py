"""减负建议 carried out by one act: what a unit reported every month it reports by the quarter."""

from datetime import date

from backend.app.access import Actor
from backend.app.assessments import transitions
from backend.app.assessments.burden.errors import NothingLighter
from backend.app.assessments.burden.queries import (
    burden_months,
    lighter_proposals,
    monthly_targets_of,
)
from backend.app.assessments.models import AssessedUnit
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states import Rhythm
from backend.app.assessments.targets.change_operations import change_rhythm
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.scoring.assessing.burden import MOST_MINUTES

BECAUSE = f"减负：连续两个月填报超过 {MOST_MINUTES} 分钟，由每月改为每季报"


def lower_rhythm(actor: Actor, programme_id: int, unit_id: int, period: date) -> int:
    """As it was proposed for the month; returns how many targets. By the office, of no own unit.

    Raises ProgrammeMoved, NothingLighter, NotYourTarget.
    """
    programme = transitions.hold_under_way(programme_id, scope_of(actor).county_id)
    months = burden_months(programme.id, date(programme.year, 1, 1), period)
    if unit_id not in {row.now.unit_id for row in lighter_proposals(months, period)}:
        raise NothingLighter
    targets = monthly_targets_of(unit_id)
    if not targets:
        raise NothingLighter
    for target_id in targets:
        change_rhythm(actor, target_id, Rhythm.QUARTER, BECAUSE)
    unit = db.session.get_one(AssessedUnit, unit_id)
    record("lower_rhythm", actor.person_id, "assessed_unit", unit_id, count=len(targets))
    tell_unit(
        unit.region_id, unit.department_id, f"{len(targets)} 项目标改为每季报", BECAUSE,
        f"lighter:{unit_id}:{period}", ("assessed_unit", unit_id),
    )  # fmt: skip
    return len(targets)
