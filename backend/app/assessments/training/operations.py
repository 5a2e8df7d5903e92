"""培训 planned after a diagnosis, measured at the end of the next quarter; weak points listed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from backend.app.access import Actor, Permission, may
from backend.app.assessments import transitions
from backend.app.assessments.issues.operations import SeenProblem, open_problem
from backend.app.assessments.models import (
    AssessedUnit,
    Programme,
    ProgrammeElement,
    TrainingEntry,
    TrainingUnit,
)
from backend.app.assessments.reports.window_operations import tell_unit
from backend.app.assessments.scopes import scope_of
from backend.app.assessments.states.issues import IssueSource
from backend.app.assessments.training.errors import TrainingMoved, TrainingUnknown
from backend.app.assessments.training.queries import diagnose
from backend.app.assessments.training.reached import (
    ReachedMonth,
    cents,
    place_of,
    programme_of_year,
    reached_until,
)
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput, NotAllowed
from backend.app.scoring.assessing.diagnosis import BOUND

LONGEST_TOPIC, LONGEST_WORDS = 80, 300
MONTHS_A_QUARTER = 3
# A weak point is listed by itself where it is this far below the group and below the bound.
FAR_BELOW = -1.0


@dataclass(frozen=True)
class TrainingDraft:
    """A training as it is typed."""

    element_id: int
    topic: str
    held_on: date
    unit_ids: Collection[int]
    words: str = ""


def quarter_after(day: date) -> date:
    """The last month of the quarter in which what was learnt on a day can show: the next month's.

    A course in a quarter's last month shows in the next quarter.
    """
    month = clock.next_month(day.replace(day=1))
    return date(month.year, -(-month.month // MONTHS_A_QUARTER) * MONTHS_A_QUARTER, 1)


def plan_training(actor: Actor, programme_id: int, draft: TrainingDraft) -> int:
    """By the office: where its units stand now is kept, and they are told. Raises InvalidInput."""
    county_id = scope_of(actor).county_id
    programme = transitions.hold_under_way(programme_id, county_id)
    if not may(actor, Permission.SUPERVISE_TARGETS, (county_id,)):
        raise NotAllowed
    element = _check(programme, draft)
    month = reached_until(programme)
    entry = TrainingEntry(
        county_id=county_id, programme_id=programme.id, element_id=element.id,
        topic=draft.topic.strip(), words=draft.words.strip(), held_on=draft.held_on,
        before_month=month.until,
        after_month=max(quarter_after(draft.held_on), clock.next_month(month.until)),
        planned_by_id=actor.person_id, planned_at=clock.now(),
    )  # fmt: skip
    db.session.add(entry)
    db.session.flush()
    for unit_id in sorted(draft.unit_ids):
        before = month.reached.get(unit_id, {}).get(element.code)
        db.session.add(
            TrainingUnit(
                training_id=entry.id, unit_id=unit_id, county_id=county_id,
                before=cents(before), group_before=_middle(month, unit_id, element.code),
            )
        )  # fmt: skip
        _tell(db.session.get_one(AssessedUnit, unit_id), entry)
    record("plan_training", actor.person_id, "training_entry", entry.id, name=entry.topic)
    db.session.flush()
    return entry.id


def _check(programme: Programme, draft: TrainingDraft) -> ProgrammeElement:
    """All faults at once."""
    faults: dict[str, list[str]] = {}
    element = db.session.get(ProgrammeElement, draft.element_id)
    if element is None or element.programme_id != programme.id or element.parent_id is None:
        faults["element"] = ["请从列表里选指标"]
    if not 1 <= len(draft.topic.strip()) <= LONGEST_TOPIC:
        faults["topic"] = [f"课题填 1 到 {LONGEST_TOPIC} 个字"]
    if len(draft.words.strip()) > LONGEST_WORDS:
        faults["words"] = [f"说明最多 {LONGEST_WORDS} 个字"]
    query = select(AssessedUnit.id).where(AssessedUnit.programme_id == programme.id)
    if not draft.unit_ids or not set(draft.unit_ids) <= set(db.session.scalars(query)):
        faults["units"] = ["请选参加的单位"]
    if draft.held_on.year != programme.year:
        faults["held_on"] = [f"日期应在 {programme.year} 年"]
    if faults or element is None:
        raise InvalidInput(errors=faults)
    return element


def _middle(month: ReachedMonth, unit_id: int, code: str) -> Decimal | None:
    return cents(month.middle(unit_id, code)) if unit_id in month.units else None


def _tell(unit: AssessedUnit, entry: TrainingEntry) -> None:
    if unit.region_id or unit.department_id:
        tell_unit(
            unit.region_id, unit.department_id, f"有一次培训：{entry.topic}"[:60],
            f"{entry.held_on}。{entry.words}", f"training:{entry.id}:{unit.id}",
            ("training_entry", entry.id),
        )  # fmt: skip


def drop_training(actor: Actor, programme_id: int, training_id: int) -> None:
    """One that will not be held; not once it has figures. Raises TrainingMoved."""
    programme = transitions.hold_under_way(programme_id, scope_of(actor).county_id)
    if not may(actor, Permission.SUPERVISE_TARGETS, (programme.county_id,)):
        raise NotAllowed
    entry = db.session.get(TrainingEntry, training_id, with_for_update=True)
    if entry is None or entry.programme_id != programme.id:
        raise TrainingUnknown
    if entry.measured_at is not None:
        raise TrainingMoved
    record("drop_training", actor.person_id, "training_entry", entry.id, name=entry.topic)
    db.session.delete(entry)
    db.session.flush()


def measure_training(training_id: int) -> int:
    """By the timetable: where its units stand after the next quarter. Safe to repeat."""
    entry = db.session.get_one(
        TrainingEntry, training_id, with_for_update=True, populate_existing=True
    )
    programme = db.session.get_one(Programme, entry.programme_id)
    element = db.session.get_one(ProgrammeElement, entry.element_id)
    later = (
        programme if entry.after_month.year == programme.year
        else programme_of_year(programme, entry.after_month.year)
    )  # fmt: skip
    if entry.measured_at is not None or later is None:
        return 0
    month = reached_until(later, entry.after_month)
    places = {place_of(row): key for key, row in month.units.items()}
    now = {row.unit_id: row for row in reached_until(programme).units.values()}
    units = select(TrainingUnit).where(TrainingUnit.training_id == entry.id)
    for row in db.session.scalars(units).all():
        key = places.get(place_of(now[row.unit_id])) if row.unit_id in now else None
        if key is not None:
            row.after = cents(month.reached[key].get(element.code))
            row.group_after = _middle(month, key, element.code)
    entry.measured_at = clock.now()
    record("measure_training", None, "training_entry", entry.id)
    db.session.flush()
    return 1


def list_weak_points(programme: Programme, period: date) -> int:
    """After a quarter: of each unit the weakest element that is far below, into 问题清单."""
    month = reached_until(programme, period)
    opened = 0
    for group in diagnose(programme, month, most=1):
        for unit_id, points in group.weak.items():
            for point in points:
                if point.z <= FAR_BELOW and point.reached < BOUND:
                    part = next(
                        part for part in month.units[unit_id].parts if part["code"] == point.code
                    )
                    opened += _list(unit_id, part["target_id"], period, point.code, month)
    return opened


def _list(unit_id: int, target_id: int, period: date, code: str, month: ReachedMonth) -> int:
    reached, middle = month.reached[unit_id][code], month.middle(unit_id, code)
    words = f"到 {period.month} 月得分率 {cents(reached)}%，同类中位数 {cents(middle)}%"
    seen = SeenProblem(
        db.session.get_one(AssessedUnit, unit_id), target_id, period, IssueSource.WEAK,
        f"补短板：{month.names[code]}", words,
    )  # fmt: skip
    return int(open_problem(seen) is not None)
