"""Reads of measured values: what may be handed in, what stands, and what stood before."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import text

from backend.app.access import Actor
from backend.app.assessments.measures.sources import MeasureSource
from backend.app.assessments.parties import parties_of
from backend.app.assessments.reports.asked_sql import JOIN_NAME, UNIT_NAME
from backend.app.assessments.states import TargetParty, TargetState
from backend.app.core.db import db
from backend.app.core.states import none_of
from backend.app.places.sql import join_department
from backend.app.scoring.assessing.plans import OWN, OWNER, REPORT
from backend.app.scoring.assessing.rules import RuleCode

TARGETS = f"""
    SELECT t.id AS target_id, t.unit_id, {UNIT_NAME} AS unit,
           COALESCE(ur.code, NULLIF(us.code, '')) AS place_code, u.region_id, u.department_id,
           u.subject_id, t.county_id, e.id AS element_id, e.code, e.name, e.source, e.kind,
           e.rule ->> 'rule' AS rule, e.rule ->> 'levels' AS levels, e.measured_in,
           e.owner_department_id, eo.name AS owner, t.points AS full
    FROM target t
    JOIN programme_element e ON e.id = t.element_id
    JOIN assessed_unit u ON u.id = t.unit_id
    {JOIN_NAME}
    LEFT {join_department("eo", "e.owner_department_id")}
    WHERE t.programme_id = :programme_id
      AND {none_of("t.state", (TargetState.DRAFT, TargetState.DROPPED))}
"""
OF_PROGRAMME = text(f"{TARGETS} ORDER BY e.position, e.code, unit, t.id")
OF_ELEMENT = text(f"{TARGETS} AND e.id = :element_id ORDER BY unit, t.id")
FACTS = """
    SELECT id, element_id, unit_id, period, value, yes, whole, points, reason, case_words, source,
           origin, imported_by_id, at
    FROM measure_fact WHERE programme_id = :programme_id
"""
OF_PERIOD = text(f"{FACTS} AND period = :period ORDER BY id")
HISTORY = text(f"{FACTS} AND element_id = :element_id ORDER BY period DESC, id DESC")
NEWEST = text(
    """
    SELECT DISTINCT ON (element_id, unit_id, period) id, element_id, unit_id, period, value, yes,
           whole, points, reason, case_words, source, origin, imported_by_id, at
    FROM measure_fact WHERE programme_id = :programme_id AND source = :source
    ORDER BY element_id, unit_id, period, id DESC
    """
)
# What a department says in person, and what only the unit knows as long as nobody else does.
BY_OWNER = (OWNER, "check:", "ballot:", REPORT)


class MeasuredTarget(NamedTuple):
    """An element of a unit with whose it is."""

    target_id: int
    unit_id: int
    unit: str
    place_code: str | None
    region_id: int | None
    department_id: int | None
    subject_id: int | None
    county_id: int
    element_id: int
    code: str
    name: str
    source: str
    kind: str
    rule: str
    levels: str | None
    measured_in: str
    owner_department_id: int | None
    owner: str | None
    full: Decimal

    @property
    def is_own(self) -> bool:
        """The product measures it."""
        return self.source.startswith(OWN)

    @property
    def is_shared(self) -> bool:
        return self.rule == RuleCode.SHARED

    @property
    def is_scored(self) -> bool:
        """Its owner may give points in person."""
        return self.source.startswith(BY_OWNER)


class FactRow(NamedTuple):
    """A row of measured values."""

    id: int
    element_id: int
    unit_id: int | None
    period: date
    value: Decimal | None
    yes: Decimal | None
    whole: Decimal | None
    points: Decimal | None
    reason: str
    case_words: str
    source: str
    origin: str
    imported_by_id: int | None
    at: datetime

    @property
    def figures(self) -> tuple[Decimal | None, ...]:
        return (self.value, self.yes, self.whole, self.points)

    @property
    def said(self) -> tuple[object, ...]:
        """What is compared with what is handed in; where it came from is not."""
        return (*self.figures, self.reason, self.case_words)

    @property
    def is_withdrawn(self) -> bool:
        return not any(figure is not None for figure in self.figures)

    @property
    def source_words(self) -> str:
        return MeasureSource.of(self.source).words


@dataclass
class ElementStanding:
    """Which units of an element have a value in a period, and from where."""

    element: MeasuredTarget
    targets: list[MeasuredTarget] = field(default_factory=list)
    facts: dict[int, FactRow] = field(default_factory=dict)

    @property
    def sources(self) -> list[str]:
        return sorted({fact.source_words for fact in self.facts.values()})

    @property
    def newest(self) -> datetime | None:
        return max((fact.at for fact in self.facts.values()), default=None)


def measured_targets(programme_id: int, element_id: int | None = None) -> list[MeasuredTarget]:
    """In the order of elements, of each by unit."""
    values = {"programme_id": programme_id}
    if element_id is None:
        rows = db.session.execute(OF_PROGRAMME, values)
    else:
        rows = db.session.execute(OF_ELEMENT, {**values, "element_id": element_id})
    return [MeasuredTarget(*row) for row in rows]


def facts_of_period(programme_id: int, period: date) -> list[FactRow]:
    """Every row of a period, the oldest first."""
    values = {"programme_id": programme_id, "period": period}
    return [FactRow(*row) for row in db.session.execute(OF_PERIOD, values)]


def facts_of_element(programme_id: int, element_id: int) -> list[FactRow]:
    """Every row of an element, the newest first: nothing that stood is lost."""
    values = {"programme_id": programme_id, "element_id": element_id}
    return [FactRow(*row) for row in db.session.execute(HISTORY, values)]


def newest_of_source(
    programme_id: int, source: MeasureSource
) -> dict[tuple[int, int | None, date], FactRow]:
    """The newest row of each element, unit and period."""
    values = {"programme_id": programme_id, "source": source.value}
    rows = [FactRow(*row) for row in db.session.execute(NEWEST, values)]
    return {(row.element_id, row.unit_id, row.period): row for row in rows}


def best_of(facts: Iterable[FactRow]) -> dict[int | None, FactRow]:
    """By unit the row that stands; of one element and period, the oldest first."""
    newest: dict[tuple[int | None, str], FactRow] = {}
    for fact in facts:
        newest[fact.unit_id, fact.source] = fact
    order = [source.value for source in MeasureSource]
    best: dict[int | None, FactRow] = {}
    for fact in sorted(newest.values(), key=lambda fact: order.index(fact.source), reverse=True):
        if not fact.is_withdrawn:
            best[fact.unit_id] = fact
    return best


def standings(targets: Sequence[MeasuredTarget], facts: Sequence[FactRow]) -> list[ElementStanding]:
    """Of a period, in the order of elements; what only units report is left out."""
    of_element: dict[int, list[FactRow]] = defaultdict(list)
    for fact in facts:
        of_element[fact.element_id].append(fact)
    rows: dict[int, ElementStanding] = {}
    for target in targets:
        if target.source.startswith(REPORT) and target.element_id not in of_element:
            continue
        row = rows.setdefault(target.element_id, ElementStanding(target))
        row.targets.append(target)
    for element_id, row in rows.items():
        best = best_of(of_element[element_id])
        units = {target.unit_id for target in row.targets}
        row.facts = {
            unit: fact for unit, fact in best.items() if unit is not None and unit in units
        }
    return list(rows.values())


def may_hand_in(actor: Actor, target: MeasuredTarget) -> bool:
    """The office, or staff of the element's owner; whoever works for the unit never."""
    return bool({TargetParty.OFFICE, TargetParty.OWNER} & set(parties_of(actor, target)))


def may_score(actor: Actor, target: MeasuredTarget) -> bool:
    """The owner in person; the office where a department would judge itself, or nobody owns."""
    parties = parties_of(actor, target)
    judges_itself = target.owner_department_id in (None, target.department_id)
    return (TargetParty.OFFICE if judges_itself else TargetParty.OWNER) in parties
