"""A county with an assessment: people of the office and of units, a draft, targets in force."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import select

from backend.app.access import Actor, Grant, Role
from backend.app.assessments.models import AssessedUnit, ProgrammeElement, ProgrammeGroup, Target
from backend.app.assessments.programmes import operations as programmes
from backend.app.assessments.programmes.library.loading_operations import create_from_template
from backend.app.assessments.programmes.library.templates import departments_named, read_template
from backend.app.assessments.programmes.operations import ProgrammeBasics
from backend.app.assessments.programmes.part_operations import (
    ElementDraft,
    UnitDraft,
    place_units,
    save_element,
)
from backend.app.assessments.states import ElementScope
from backend.app.assessments.targets import operations as targets
from backend.app.assessments.targets.draft_operations import save_targets, spread_common
from backend.app.assessments.targets.drafts import TargetDraft
from backend.app.core.db import db, transaction
from backend.app.places.models import Department
from tests.factories.county import OPENED_ON, County, grant_role, make_county, make_person

YEAR = 2026
# 2 March of the programme's year, a Monday, 10:00 by the county's clock.
IN_MARCH = datetime(YEAR, 3, 2, 2, 0, tzinfo=UTC)
BASICS = ProgrammeBasics("2026年目标责任考核", YEAR, "富办发〔2026〕1号", "县督考计划2026-03")
# Units of the small county beside its township, each in another group of the template.
BUREAUS = ("县财政局", "县水务局", "县公安局")
PLAN = tuple((month, Decimal(10 * month)) for month in range(1, 13))


@dataclass
class Assessment:
    """A programme in the making, with who works on it."""

    county: County
    programme_id: int
    clerk: Actor
    boss: Actor
    town: Actor
    bureau: Actor
    departments: dict[str, int]

    def unit(self, name: str = "") -> AssessedUnit:
        """The township's unit, or a department's."""
        query = select(AssessedUnit).where(AssessedUnit.programme_id == self.programme_id)
        if name:
            query = query.where(AssessedUnit.department_id == self.departments[name])
        else:
            query = query.where(AssessedUnit.region_id.is_not(None))
        return db.session.scalars(query).one()

    def target(self, code: str = "GX01", name: str = "") -> Target:
        query = (
            select(Target)
            .join(ProgrammeElement, ProgrammeElement.id == Target.element_id)
            .where(ProgrammeElement.code == code, Target.unit_id == self.unit(name).id)
        )
        return db.session.scalars(query.execution_options(populate_existing=True)).one()

    def element(self, code: str) -> ProgrammeElement:
        query = select(ProgrammeElement).where(
            ProgrammeElement.programme_id == self.programme_id, ProgrammeElement.code == code
        )
        return db.session.scalars(query).one()

    def draft_of(self, code: str, unit_id: int, points: str, **values: object) -> TargetDraft:
        usual: dict[str, object] = {
            "task": "完成项目投资120万元", "value": Decimal(120), "section": "项目办",
            "starts_on": date(YEAR, 1, 1), "due_on": date(YEAR, 12, 31), "plan": PLAN,
        }  # fmt: skip
        element = self.element(code)
        return TargetDraft(
            element_id=element.id, unit_id=unit_id, points=Decimal(points), **{**usual, **values}
        )


def office(county: County, approves: bool = False) -> Actor:
    """Somebody of the assessment office."""
    return Actor(make_person(), (Grant(Role.ASSESSOR, county.id, OPENED_ON, approves=approves),))


def staff(county: County, department_id: int) -> Actor:
    person_id = make_person()
    grant_role(person_id, Role.DEPARTMENT_STAFF, county.id, department_id)
    grant = Grant(Role.DEPARTMENT_STAFF, county.id, OPENED_ON, department_id=department_id)
    return Actor(person_id, (grant,))


def make_departments(county: County) -> dict[str, int]:
    """All that the template knows."""
    names = departments_named(read_template("fuping"))
    with transaction() as session:
        rows = [Department(county_id=county.id, name=n, opened_on=OPENED_ON) for n in names]
        session.add_all(rows)
        session.flush()
        return {row.name: row.id for row in rows}


def make_draft(villages: int = 1) -> Assessment:
    """The template, cut down to a township and three departments, with 100 points each."""
    county = make_county(villages=villages)
    departments = make_departments(county)
    clerk, boss = office(county), office(county, approves=True)
    town_id = make_person()
    grant_role(town_id, Role.TOWNSHIP_STAFF, county.township_ids[0])
    town = Actor(town_id, (Grant(Role.TOWNSHIP_STAFF, county.township_ids[0], OPENED_ON),))
    bureau = staff(county, departments["县财政局"])
    with transaction():
        programme_id = create_from_template(clerk, county.id, BASICS, "fuping").id
    made = Assessment(county, programme_id, clerk, boss, town, bureau, departments)
    with transaction():
        place_units(clerk, programme_id, _few_units(made))
        spread_common(clerk, programme_id)
        _own_elements(made)
        drafts = [made.draft_of("GX01", made.unit().id, "24")]
        drafts += [made.draft_of("GX02", made.unit(name).id, "50") for name in BUREAUS]
        save_targets(clerk, programme_id, drafts)
    return made


def _few_units(made: Assessment) -> list[UnitDraft]:
    kept = {made.departments[name] for name in BUREAUS}
    query = select(AssessedUnit).where(AssessedUnit.programme_id == made.programme_id)
    return [
        UnitDraft(unit.group_id, unit.region_id, unit.department_id)
        for unit in db.session.scalars(query)
        if unit.region_id or unit.department_id in kept
    ]


def _own_elements(made: Assessment) -> None:
    parent = made.element("GX").id
    for code, name, owner in (
        ("GX01", "项目投资", "县发展和改革局"),
        ("GX02", "年度重点工作", "县政府办公室"),
    ):
        save_element(
            made.clerk, made.programme_id,
            ElementDraft(
                code=code, name=name, parent_id=parent, scope=ElementScope.UNIT,
                points=Decimal(10), kind="cumulative", rule={"rule": "proportional"},
                source="report:", owner_department_id=made.departments[owner],
                criteria="按完成比例得分", measured_in="万元", tags=("经济",),
            ),
        )  # fmt: skip


def approve(made: Assessment) -> None:
    with transaction():
        programmes.mark_tried(made.clerk, made.programme_id)
    with transaction():
        programmes.approve_programme(made.boss, made.programme_id, "同意")


def make_issued() -> Assessment:
    """A programme that is approved and with its units."""
    made = make_draft()
    approve(made)
    with transaction():
        targets.issue_programme(made.clerk, made.programme_id)
    return made


def group_named(made: Assessment, name: str) -> ProgrammeGroup:
    query = select(ProgrammeGroup).where(
        ProgrammeGroup.programme_id == made.programme_id, ProgrammeGroup.name == name
    )
    return db.session.scalars(query).one()
