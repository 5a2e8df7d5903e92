"""A programme whose units have measured values: what results are computed from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from backend.app.assessments.appraisals.social import SocialGroup
from backend.app.assessments.models import (
    AssessedUnit,
    MeasureFact,
    Programme,
    ProgrammeAdjustment,
    ProgrammeElement,
    ProgrammeGroup,
    Target,
)
from backend.app.assessments.results.year_facts import YearFacts, year_facts
from backend.app.assessments.results.year_scores import ScoredUnit, score_year
from backend.app.assessments.states import ElementScope
from backend.app.core.db import db, transaction
from backend.app.places.models import Department
from tests.factories.assessed import YEAR, Assessed, at
from tests.factories.county import OPENED_ON

DECEMBER = date(YEAR, 12, 1)
WEIGHTS, LEAST = (3, 2, 2, 3), (5, 3, 5, 5)
RATERS = ("民主测评", "县级领导", "互评", "代表委员")


@dataclass
class Year:
    """Ids by name."""

    made: Assessed
    groups: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    elements: dict[str, int] = field(default_factory=dict)
    targets: dict[tuple[str, str], int] = field(default_factory=dict)


def add_group(year: Year, name: str, task: int, social: int) -> int:
    with transaction() as session:
        group = ProgrammeGroup(
            county_id=year.made.county.id, programme_id=year.made.programme_id,
            position=len(year.groups) + 2, name=name, task_weight=task, social_weight=social,
        )  # fmt: skip
        session.add(group)
        session.flush()
        year.groups[name] = group.id
    return year.groups[name]


def add_unit(year: Year, name: str, group: str, difficulty: str = "1") -> int:
    with transaction() as session:
        place = Department(county_id=year.made.county.id, name=name, opened_on=OPENED_ON)
        session.add(place)
        session.flush()
        unit = AssessedUnit(
            county_id=year.made.county.id, programme_id=year.made.programme_id,
            group_id=year.groups[group], department_id=place.id, difficulty=Decimal(difficulty),
        )  # fmt: skip
        session.add(unit)
        session.flush()
        year.units[name] = unit.id
    return year.units[name]


def add_element(year: Year, name: str, rule: Mapping[str, Any], **more: Any) -> int:
    with transaction() as session:
        element = ProgrammeElement(
            county_id=year.made.county.id, programme_id=year.made.programme_id,
            parent_id=year.made.targets["parent"], position=len(year.elements) + 1,
            code=f"E{len(year.elements) + 1:02}", name=name, scope=ElementScope.UNIT,
            rule=dict(rule), **{
                "kind": "level", "source": "feed:x", "points": 0,
                "owner_department_id": year.made.owner_id, **more,
            },
        )  # fmt: skip
        session.add(element)
        session.flush()
        year.elements[name] = element.id
    return year.elements[name]


def add_target(year: Year, name: str, unit: str, points: str, **more: Any) -> int:
    with transaction() as session:
        target = Target(
            county_id=year.made.county.id, programme_id=year.made.programme_id,
            element_id=year.elements[name], unit_id=year.units[unit], task=name,
            points=Decimal(points), starts_on=date(YEAR, 1, 1), due_on=date(YEAR, 12, 31),
            rhythm="month", **more,
        )  # fmt: skip
        session.add(target)
        session.flush()
        year.targets[name, unit] = target.id
    return year.targets[name, unit]


def measure(year: Year, name: str, unit: str | None, value: str, **more: Any) -> None:
    """Handed in for December, unless said otherwise."""
    with transaction() as session:
        session.add(
            MeasureFact(
                county_id=year.made.county.id, programme_id=year.made.programme_id,
                element_id=year.elements[name], unit_id=year.units[unit] if unit else None,
                value=Decimal(value), **{
                    "period": DECEMBER, "source": "feed", "origin": "统计系统",
                    "imported_by_id": year.made.office.person_id, "at": at(12, 20), **more,
                },
            )
        )  # fmt: skip


def move(year: Year, unit: str, kind: str, points: str, words: str, **more: Any) -> None:
    """Proposed by the office and confirmed by another of it."""
    with transaction() as session:
        session.add(
            ProgrammeAdjustment(
                county_id=year.made.county.id, programme_id=year.made.programme_id,
                unit_id=year.units[unit], kind=kind, points=Decimal(points), case_words=words,
                **{
                    "period": DECEMBER, "rule_code": "第八条", "state": "confirmed",
                    "author_id": year.made.office.person_id, "proposed_at": at(12, 1),
                    "decided_by_id": year.made.other_office.person_id, "decided_at": at(12, 2),
                    **more,
                },
            )
        )  # fmt: skip


def run(year: Year) -> None:
    """Approved and issued; everything is confirmed."""
    with transaction() as session:
        programme = session.get_one(Programme, year.made.programme_id)
        when: datetime = at(1, 3)
        programme.state = "running"
        programme.approved_by_id = year.made.other_office.person_id
        programme.approved_at = programme.issued_at = when
        programme.issued_by_id = year.made.office.person_id
        for target in session.query(Target).filter_by(programme_id=programme.id):
            target.state, target.issued_at = "confirmed", when
            target.issued_by_id = year.made.office.person_id


def rated(means: Sequence[tuple[str, int]]) -> tuple[SocialGroup, ...]:
    """(mean, ballots) of the four groups of 富平."""
    return tuple(
        SocialGroup(name, Decimal(weight), Decimal(mean), n, least, None)
        for name, weight, least, (mean, n) in zip(RATERS, WEIGHTS, LEAST, means, strict=True)
    )


def facts_of(year: Year, social: Mapping[str, tuple[SocialGroup, ...]]) -> YearFacts:
    """The year's facts as they stand in the tables, with what raters said of units by name."""
    facts = year_facts(year.made.programme_id, DECEMBER)
    db.session.rollback()
    says = {year.units[name]: groups for name, groups in social.items()}
    units = [replace(unit, social=says.get(unit.unit_id, unit.social)) for unit in facts.units]
    return replace(facts, units=tuple(units))


def scores_of(
    year: Year, social: Mapping[str, tuple[SocialGroup, ...]] | None = None
) -> dict[str, ScoredUnit]:
    rows = {row.unit_id: row for row in score_year(facts_of(year, social or {}))}
    return {name: rows[unit_id] for name, unit_id in year.units.items()}
