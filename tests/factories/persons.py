"""A programme of persons from its template, issued and scored, with who answers for them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from backend.app.access import Actor, Grant, Role
from backend.app.assessments.measures.operations import ScoreLine, score_units
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes import operations as programmes
from backend.app.assessments.programmes.library.loading_operations import create_from_template
from backend.app.assessments.programmes.queries import list_elements, list_units
from backend.app.assessments.subjects.operations import SubjectDraft, save_subject
from backend.app.assessments.targets import operations as targets
from backend.app.assessments.targets.draft_operations import save_targets, spread_common
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.places.models import Department
from backend.app.tickets.clocks.working_calendar import seed_calendar
from tests.factories.assessed import YEAR, at
from tests.factories.assessments import BASICS
from tests.factories.console import make_staff
from tests.factories.county import OPENED_ON, County, grant_role
from tests.factories.tickets import as_actor

OWNER = "县科学技术和工业信息化局"
NAMES = ("丁一", "何二")
# A quarter's values by code: with 200 ordered 20 + 16 + 12 + 4 + 8 of 70, and 24 of 30 by anchors.
VALUES = {
    "SL01": "200", "ZL01": "97.2", "SJ01": "96", "CB01": "2.5", "FW01": "90",
    **{f"JZ0{number}": "4.2" for number in range(1, 6)},
}  # fmt: skip


@dataclass
class Persons:
    """Ids, and actors as the operations want them."""

    county: County
    programme_id: int
    clerk: Actor
    boss: Actor
    manager: Actor
    units: dict[str, int] = field(default_factory=dict)
    elements: dict[str, int] = field(default_factory=dict)
    people: dict[str, Actor] = field(default_factory=dict)


def draft_persons(county: County, names: Sequence[str] = NAMES) -> Persons:
    """The template as a draft of the office, with everybody's log-in; targets as they spread."""
    with transaction() as session:
        seed_calendar(county.id)
        owner = Department(county_id=county.id, name=OWNER, opened_on=OPENED_ON)
        session.add(owner)
        session.flush()
        owner_id = owner.id
    office = make_staff(Role.ASSESSOR, county.id, "office")
    boss = make_staff(Role.ASSESSOR, county.id, "boss", approves=True)
    manager = make_staff(None, county.id, "manager")
    grant_role(manager, Role.DEPARTMENT_STAFF, county.id, department_id=owner_id)
    made = Persons(
        county, 0, as_actor(office, Role.ASSESSOR, county.id),
        Actor(boss, (Grant(Role.ASSESSOR, county.id, OPENED_ON, approves=True),)),
        as_actor(manager, Role.DEPARTMENT_STAFF, county.id, owner_id),
    )  # fmt: skip
    for number, name in enumerate(names):
        made.people[name] = _employ(made, name, number)
    with transaction():
        made.programme_id = create_from_template(made.clerk, county.id, BASICS, "sme").id
        spread_common(made.clerk, made.programme_id)
        made.units = {unit.name: unit.id for unit in list_units(made.programme_id)}
        made.elements = {row.code: row.id for row in list_elements(made.programme_id)}
    return made


def _employ(made: Persons, name: str, number: int) -> Actor:
    with transaction():
        draft = SubjectDraft(
            "person", name, f"P{number}", made.county.id, "", None, "", date(2025, 1, 1)
        )
        subject_id = save_subject(made.clerk, made.county.id, draft).id
    person_id = make_staff(None, made.county.id, f"person-{number}")
    grant_role(person_id, Role.SUBJECT_STAFF, made.county.id, subject_id=subject_id)
    grant = Grant(Role.SUBJECT_STAFF, made.county.id, OPENED_ON, subject_id=subject_id)
    return Actor(person_id, (grant,))


def set_goals(made: Persons, goal: int = 200) -> None:
    """How many orders everybody has to bring in."""
    with transaction():
        drafts = stored_drafts(made.programme_id)
        code = made.elements["SL01"]
        changed = [
            replace(drafts[code, unit], value=Decimal(goal), task=f"完成二车间订单{goal}件")
            for unit in made.units.values()
        ]
        save_targets(made.clerk, made.programme_id, changed)


def issue_persons(made: Persons) -> None:
    """Tried, approved by another and given out on the third of January."""
    with clock_at(at(1, 3)):
        with transaction():
            programmes.mark_tried(made.clerk, made.programme_id)
        with transaction():
            programmes.approve_programme(made.boss, made.programme_id)
        with transaction():
            targets.issue_programme(made.clerk, made.programme_id)


def make_persons(county: County, names: Sequence[str] = NAMES) -> Persons:
    made = draft_persons(county, names)
    set_goals(made)
    issue_persons(made)
    return made


def score(made: Persons, name: str, month: int = 3, **values: str) -> None:
    """By who answers for them, at the quarter's end."""
    with clock_at(at(month, 28)), transaction():
        programme = db.session.get_one(Programme, made.programme_id)
        for code, value in {**VALUES, **values}.items():
            line = ScoreLine(made.units[name], Decimal(value), None, "", "")
            score_units(made.manager, programme, made.elements[code], date(YEAR, month, 1), [line])
