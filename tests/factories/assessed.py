"""A programme under way: two units, a department that owns, an office, and a few targets."""

import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from backend.app.access import Actor, Grant, Role
from backend.app.assessments.models import (
    AssessedUnit,
    Programme,
    ProgrammeElement,
    ProgrammeGroup,
    Target,
    TargetMilestone,
    TargetPlan,
)
from backend.app.assessments.programmes.models import ElementScope
from backend.app.core.clock import COUNTY_ZONE
from backend.app.core.db import transaction
from backend.app.places.models import Department
from backend.app.scoring.assessing.lights import FUPING, as_data
from backend.app.tickets.clocks.working_calendar import seed_calendar
from tests.factories.console import make_staff
from tests.factories.county import OPENED_ON, County, grant_role
from tests.factories.tickets import as_actor

YEAR = 2026
numbers = itertools.count(1)


def at(month: int, day: int, hour: int = 12, minute: int = 0, year: int = YEAR) -> datetime:
    """An instant by the county's clock."""
    return datetime(year, month, day, hour, minute, tzinfo=COUNTY_ZONE)


@dataclass
class Assessed:
    """Ids, and actors as the operations want them."""

    county: County
    programme_id: int
    group_id: int
    town_unit: int
    bureau_unit: int
    owner_id: int
    bureau_id: int
    town: Actor
    town_colleague: Actor
    owner: Actor
    bureau: Actor
    office: Actor
    other_office: Actor
    targets: dict[str, int] = field(default_factory=dict)


def assessor(person_id: int, county_id: int) -> Actor:
    return Actor(person_id, (Grant(Role.ASSESSOR, county_id, OPENED_ON),))


def make_assessed(county: County, suffix: str = "") -> Assessed:
    """A running programme of 2026, issued in January, without any target yet."""
    with transaction() as session:
        seed_calendar(county.id)
        owner = Department(county_id=county.id, name="县农业农村局", opened_on=OPENED_ON)
        bureau = Department(county_id=county.id, name="县教育局", opened_on=OPENED_ON)
        session.add_all([owner, bureau])
        session.flush()
        owner_id, bureau_id = owner.id, bureau.id
    people = {
        name: make_staff(Role.ASSESSOR if "office" in name else None, county.id, f"{name}{suffix}")
        for name in ("office", "office2", "owner", "bureau", "town", "town2")
    }
    for name in ("town", "town2"):
        grant_role(people[name], Role.TOWNSHIP_STAFF, county.township_ids[0])
    grant_role(people["owner"], Role.DEPARTMENT_STAFF, county.id, department_id=owner_id)
    grant_role(people["bureau"], Role.DEPARTMENT_STAFF, county.id, department_id=bureau_id)
    with transaction() as session:
        programme = Programme(
            county_id=county.id, code=f"t{next(numbers)}", title="目标责任考核", year=YEAR,
            version=1, content={"lights": as_data(FUPING)}, drafted_by_id=people["office"],
            drafted_at=datetime(2026, 1, 2, tzinfo=UTC),
        )  # fmt: skip
        session.add(programme)
        session.flush()
        group = ProgrammeGroup(
            county_id=county.id, programme_id=programme.id, position=1, name="镇（街道）",
            task_weight=85, social_weight=15,
        )  # fmt: skip
        session.add(group)
        session.flush()
        whose = {"county_id": county.id, "programme_id": programme.id, "group_id": group.id}
        town = AssessedUnit(region_id=county.township_ids[0], **whose)
        office = AssessedUnit(department_id=bureau_id, **whose)
        parent = ProgrammeElement(
            county_id=county.id, programme_id=programme.id, position=1, code="A", name="经济",
            scope=ElementScope.COMMON,
        )  # fmt: skip
        session.add_all([town, office, parent])
        session.flush()
        return Assessed(
            county, programme.id, group.id, town.id, office.id, owner_id, bureau_id,
            as_actor(people["town"], Role.TOWNSHIP_STAFF, county.township_ids[0]),
            as_actor(people["town2"], Role.TOWNSHIP_STAFF, county.township_ids[0]),
            as_actor(people["owner"], Role.DEPARTMENT_STAFF, county.id, owner_id),
            as_actor(people["bureau"], Role.DEPARTMENT_STAFF, county.id, bureau_id),
            assessor(people["office"], county.id), assessor(people["office2"], county.id),
            {"parent": parent.id},
        )  # fmt: skip


def add_target(made: Assessed, code: str = "A1", unit_id: int | None = None, **more: Any) -> int:
    """A counted target of the township, 1200 in the year, planned by months where `plan` is given.

    Only before `issue`. `more` may name kind, source, owner, needs_evidence, value, baseline,
    plan (by month), milestones (month and weight), rhythm, starts_on, due_on.
    """
    owner = more.pop("owner", made.owner_id)
    plan, milestones = more.pop("plan", {}), more.pop("milestones", ())
    about = {
        "kind": more.pop("kind", "cumulative"), "source": more.pop("source", "report:"),
        "needs_evidence": more.pop("needs_evidence", False),
    }  # fmt: skip
    with transaction() as session:
        element = ProgrammeElement(
            county_id=made.county.id, programme_id=made.programme_id,
            parent_id=made.targets["parent"], position=1, code=code, name=f"指标{code}",
            scope=ElementScope.UNIT, points=10, rule={"rule": "proportional"},
            measured_in="亩", owner_department_id=owner, **about,
        )  # fmt: skip
        session.add(element)
        session.flush()
        target = Target(
            county_id=made.county.id, programme_id=made.programme_id, element_id=element.id,
            unit_id=unit_id or made.town_unit, task=f"任务{code}", points=10,
            **{
                "value": Decimal(1200), "starts_on": date(YEAR, 1, 1),
                "due_on": date(YEAR, 12, 31), "rhythm": "month", **more,
            },
        )  # fmt: skip
        session.add(target)
        session.flush()
        session.add_all(
            TargetPlan(
                target_id=target.id, edition=1, month=date(YEAR, month, 1),
                county_id=made.county.id, value=value,
            )
            for month, value in plan.items()
        )  # fmt: skip
        session.add_all(
            TargetMilestone(
                county_id=made.county.id, target_id=target.id, position=position,
                words=f"节点{position}", due_on=date(YEAR, month, 28), weight=weight,
            )
            for position, (month, weight) in enumerate(milestones, 1)
        )  # fmt: skip
        made.targets[code] = target.id
        return target.id


def issue(made: Assessed, month: int = 1) -> None:
    """Approved and issued on the third of a month; every target is confirmed."""
    when = at(month, 3)
    with transaction() as session:
        programme = session.get_one(Programme, made.programme_id)
        programme.state = "running"
        programme.approved_by_id, programme.approved_at = made.other_office.person_id, when
        programme.issued_by_id, programme.issued_at = made.office.person_id, when
        for target in session.query(Target).filter_by(programme_id=made.programme_id):
            target.state, target.issued_at = "confirmed", when
            target.issued_by_id = made.office.person_id
