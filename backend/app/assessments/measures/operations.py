"""考评数据 written: what the product measured by itself, and what was handed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from backend.app.access import Actor
from backend.app.assessments.measures.errors import MeasuresClosed, NotYourElement
from backend.app.assessments.measures.handed_in import HandedIn, score_faults
from backend.app.assessments.measures.own_measures import OwnFigure
from backend.app.assessments.measures.queries import (
    may_hand_in,
    may_score,
    measured_targets,
    newest_of_source,
)
from backend.app.assessments.measures.sources import MeasureSource
from backend.app.assessments.models import MeasureFact, Programme
from backend.app.assessments.states import ProgrammeState
from backend.app.core import clock
from backend.app.core.audit import record
from backend.app.core.db import db
from backend.app.core.errors import InvalidInput
from backend.app.imports.kinds import AppliedRow

OPEN_YEAR = frozenset({ProgrammeState.RUNNING, ProgrammeState.CLOSING})
OFFICE, LONGEST_ORIGIN = "考核办", 80
PERCENT = "%"
SAID = ("value", "yes", "whole", "points", "reason", "case_words", "origin")


def store_own_figures(figures: Sequence[OwnFigure]) -> int:
    """Those that changed; what stood before stays in sight. Safe to repeat."""
    return sum(_store_if_new(figure) for figure in figures)


def _store_if_new(figure: OwnFigure) -> bool:
    newest = db.session.scalar(
        select(MeasureFact)
        .where(
            MeasureFact.element_id == figure.element_id, MeasureFact.unit_id == figure.unit_id,
            MeasureFact.period == figure.period, MeasureFact.source == MeasureSource.OWN,
        )
        .order_by(MeasureFact.id.desc())
        .limit(1)
    )  # fmt: skip
    known = newest and (newest.value, newest.error, newest.origin)
    if known == (figure.value, figure.error, figure.origin):
        return False
    db.session.add(
        MeasureFact(
            county_id=figure.county_id, programme_id=figure.programme_id,
            element_id=figure.element_id, unit_id=figure.unit_id, period=figure.period,
            value=figure.value, error=figure.error, source=MeasureSource.OWN.value,
            origin=figure.origin, at=clock.now(),
        )
    )  # fmt: skip
    return True


def check_open(programme: Programme) -> None:
    """Raises MeasuresClosed before the year runs and once it is locked."""
    if programme.state not in OPEN_YEAR:
        raise MeasuresClosed


def add_facts(
    programme: Programme, source: MeasureSource, person_id: int, handed: Sequence[HandedIn]
) -> list[int]:
    """What was handed in, a row each; returns their numbers."""
    rows = [
        MeasureFact(
            county_id=programme.county_id, programme_id=programme.id, source=source.value,
            imported_by_id=person_id, at=clock.now(), **vars(one),
        )
        for one in handed
    ]  # fmt: skip
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]


def take_back(
    programme: Programme, person_id: int, rows: Sequence[AppliedRow]
) -> dict[int, str]:  # fmt: skip
    """Says again what stood before each, or nothing; the lines that were changed since stay."""
    stays = {}
    for row in rows:
        fact = db.session.get_one(MeasureFact, row.subject_id)
        before = (row.before or {}).get("before")
        if _newest_id(fact) != fact.id:
            stays[row.line] = "后来又改过，没有撤销"
            continue
        earlier = db.session.get_one(MeasureFact, before) if before else None
        said: dict[str, Any] = {"origin": "撤销导入"}
        if earlier is not None:
            said = {name: getattr(earlier, name) for name in SAID}
        handed = HandedIn(fact.element_id, fact.unit_id, fact.period, **said)
        add_facts(programme, MeasureSource.of(fact.source), person_id, [handed])
    return stays


def _newest_id(fact: MeasureFact) -> int | None:
    query = select(func.max(MeasureFact.id)).where(
        MeasureFact.element_id == fact.element_id,
        MeasureFact.unit_id.is_not_distinct_from(fact.unit_id),
        MeasureFact.period == fact.period, MeasureFact.source == fact.source,
    )  # fmt: skip
    return db.session.scalar(query)


@dataclass(frozen=True)
class ScoreLine:
    """What an owner typed for one unit."""

    unit_id: int
    value: Decimal | None
    points: Decimal | None
    reason: str
    case_words: str

    @property
    def is_empty(self) -> bool:
        return self.value is None and self.points is None


def score_shared(
    actor: Actor, programme: Programme, element_id: int, period: date, value: Decimal, reason: str
) -> None:
    """共同结果 of a shared task, of 1; by nobody who works for one of its members.

    Raises MeasuresClosed, NotYourElement, InvalidInput.
    """
    check_open(programme)
    targets = measured_targets(programme.id, element_id)
    allowed = [row.is_shared and may_hand_in(actor, row) for row in targets]
    if not targets or not all(allowed) or period.year != programme.year:
        raise NotYourElement
    if not 0 <= value <= 1:
        raise InvalidInput(errors={"common": ["共同结果应为 0 到 100"]})
    if value < 1 and not reason:
        raise InvalidInput(errors={"common_reason": ["不到 100% 的，写明少在哪件事上"]})
    if targets[0].measured_in == PERCENT:
        value *= 100
    said = HandedIn(
        element_id, None, period, value, reason=reason, origin=targets[0].owner or OFFICE
    )  # fmt: skip
    add_facts(programme, MeasureSource.OWNER, actor.person_id, [said])
    record(
        "score_shared", actor.person_id, "programme_element", element_id, month=f"{period:%Y-%m}"
    )


def score_units(
    actor: Actor, programme: Programme, element_id: int, period: date, lines: Sequence[ScoreLine]
) -> int:
    """评分: what changed of what the owner said of an element, of units that are not its own.

    Raises InvalidInput naming the units, NotYourElement.
    """
    check_open(programme)
    targets = {
        target.unit_id: target
        for target in measured_targets(programme.id, element_id)
        if target.is_scored and may_score(actor, target)
    }
    if not targets or period.year != programme.year:
        raise NotYourElement
    standing = newest_of_source(programme.id, MeasureSource.OWNER)
    handed, faults = [], {}
    for line in lines:
        target = targets.get(line.unit_id)
        before = standing.get((element_id, line.unit_id, period))
        if target is None or (line.is_empty and before is None):
            continue
        said = HandedIn(
            element_id, line.unit_id, period, line.value, points=line.points,
            reason=line.reason.strip(), case_words=line.case_words.strip(),
            origin=(target.owner or OFFICE)[:LONGEST_ORIGIN],
        )  # fmt: skip
        wrong = [] if line.is_empty else score_faults(target, said)
        if wrong:
            faults[f"unit_{line.unit_id}"] = [f"{target.unit}：{fault}" for fault in wrong]
        elif before is None or before.said != said.said:
            handed.append(said)
    if faults:
        raise InvalidInput(errors=faults)
    add_facts(programme, MeasureSource.OWNER, actor.person_id, handed)
    record(
        "score_units", actor.person_id, "programme_element", element_id,
        count=len(handed), month=f"{period:%Y-%m}",
    )  # fmt: skip
    return len(handed)
