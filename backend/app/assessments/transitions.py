"""The one way a programme or a target changes: locked, checked against its table, written down."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select

from backend.app.access import Actor, may
from backend.app.assessments.errors import (
    JudgementsClosed,
    NotYourTarget,
    ProgrammeClosed,
    ProgrammeMoved,
    ProgrammeUnknown,
    TargetMoved,
    TargetUnknown,
)
from backend.app.assessments.models import (
    AssessedUnit,
    Programme,
    ProgrammeElement,
    Target,
    TargetEvent,
)
from backend.app.assessments.parties import parties_of
from backend.app.assessments.reports.year_times import judged_until
from backend.app.assessments.states import (
    CLOSED,
    PROGRAMME_TABLE,
    TARGET_TABLE,
    UNDER_WAY,
    ProgrammeMove,
    TargetMove,
    TargetParty,
    TargetState,
)
from backend.app.core import clock
from backend.app.core.db import db
from backend.app.core.errors import NotAllowed


@dataclass
class TargetAct:
    """One move of a target in the making."""

    target: Target
    unit: AssessedUnit
    owner_department_id: int | None
    move: TargetMove
    person_id: int | None
    at: datetime
    words: str | None = None
    detail: dict[str, Any] = field(default_factory=dict)

    @property
    def county_id(self) -> int:
        return self.target.county_id

    @property
    def region_id(self) -> int | None:
        return self.unit.region_id

    @property
    def department_id(self) -> int | None:
        return self.unit.department_id

    @property
    def subject_id(self) -> int | None:
        return self.unit.subject_id


def hold_programme(programme_id: int, *, shared: bool = False) -> Programme:
    """With its row held, alone or beside others who keep it as it is. Raises ProgrammeUnknown."""
    programme = db.session.get(
        Programme, programme_id, with_for_update={"read": shared}, populate_existing=True
    )
    if programme is None:
        raise ProgrammeUnknown
    return programme


def begin_programme(actor: Actor, programme_id: int, move: ProgrammeMove) -> Programme:
    """The programme with its row held. Raises ProgrammeUnknown, NotAllowed, ProgrammeMoved."""
    programme = hold_programme(programme_id)
    rule = PROGRAMME_TABLE[move]
    if not may(actor, rule.by, (programme.county_id,)):
        raise NotAllowed
    if programme.state not in rule.starts:
        raise ProgrammeMoved
    return programme


def hold_under_way(programme_id: int, county_id: int) -> Programme:
    """A programme whose year is still written, kept from being locked until this is done.

    Raises ProgrammeUnknown, ProgrammeMoved.
    """
    programme = db.session.get(
        Programme, programme_id, with_for_update={"read": True}, populate_existing=True
    )
    if programme is None or programme.county_id != county_id:
        raise ProgrammeUnknown
    if programme.state not in UNDER_WAY:
        raise ProgrammeMoved
    return programme


def hold_judged(programme_id: int, county_id: int) -> Programme:
    """As `hold_under_way`, while checks and ballots are still taken. Raises JudgementsClosed."""
    programme = hold_under_way(programme_id, county_id)
    if clock.now() >= judged_until(programme):
        raise JudgementsClosed
    return programme


def check_open(programme_id: int) -> None:
    """Raises ProgrammeClosed once the year's figures are fixed; triggers refuse it, too."""
    if db.session.get_one(Programme, programme_id).state in CLOSED:
        raise ProgrammeClosed


def finish_programme(programme: Programme, move: ProgrammeMove) -> None:
    programme.state = PROGRAMME_TABLE[move].to.value
    db.session.flush()


def begin(actor: Actor | None, target_id: int, move: TargetMove, version: int | None) -> TargetAct:
    """Raises TargetUnknown, NotYourTarget or TargetMoved; else the move may be made.

    Of two people who act on the same version one wins and the other is told. Nobody (None) is the
    timetable.
    """
    target = db.session.get(Target, target_id, with_for_update=True, populate_existing=True)
    if target is None:
        raise TargetUnknown
    unit = db.session.get_one(AssessedUnit, target.unit_id)
    owner = db.session.scalar(
        select(ProgrammeElement.owner_department_id).where(ProgrammeElement.id == target.element_id)
    )
    person_id = actor.person_id if actor else None
    act = TargetAct(target, unit, owner, move, person_id, clock.now())
    parties = parties_of(actor, act) if actor else {TargetParty.SYSTEM}
    if actor and not parties:
        raise TargetUnknown
    rule = TARGET_TABLE[move]
    if rule.by.isdisjoint(parties):
        raise NotYourTarget
    check_open(target.programme_id)
    if target.state not in rule.starts or version not in (None, target.version):
        raise TargetMoved
    return act


def finish(act: TargetAct, to: TargetState | None = None) -> None:
    """Moves the target and writes the event down."""
    target = act.target
    before, after = target.state, to or TARGET_TABLE[act.move].to
    target.state = after.value if after else before
    target.version += 1
    db.session.add(
        TargetEvent(
            county_id=target.county_id, target_id=target.id, at=act.at, person_id=act.person_id,
            move=act.move.value, from_state=before, to_state=target.state, words=act.words,
            detail=act.detail,
        )
    )  # fmt: skip
    db.session.flush()
