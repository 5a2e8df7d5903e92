"""A template of ours in a small county, approved and with its units."""

from dataclasses import dataclass

from sqlalchemy import select

from backend.app.access import Actor
from backend.app.assessments.models import AssessedUnit, Programme, ProgrammeElement, Target
from backend.app.assessments.programmes import operations as programmes
from backend.app.assessments.programmes.library.loading_operations import load_template
from backend.app.assessments.programmes.library.templates import (
    departments_named,
    dimensions_of,
    read_template,
)
from backend.app.assessments.programmes.operations import ProgrammeBasics
from backend.app.assessments.programmes.queries import plan_of
from backend.app.assessments.targets import operations as targets
from backend.app.assessments.targets.draft_operations import spread_common
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.places.models import Department
from backend.app.scoring.assessing.refusals import refusals
from tests.factories.assessed import YEAR, at
from tests.factories.assessments import office
from tests.factories.county import OPENED_ON, County, make_county

BASICS = ProgrammeBasics("2026年考核", YEAR, "县办发〔2026〕1号", "县督考计划2026-07")


@dataclass
class Loaded:
    """The programme with who works on it; ids by name."""

    county: County
    programme_id: int
    clerk: Actor
    boss: Actor
    departments: dict[str, int]

    @property
    def programme(self) -> Programme:
        return db.session.get_one(Programme, self.programme_id)

    def units(self) -> list[AssessedUnit]:
        query = select(AssessedUnit).where(AssessedUnit.programme_id == self.programme_id)
        return list(db.session.scalars(query.order_by(AssessedUnit.id)))

    def element(self, name: str) -> ProgrammeElement:
        query = select(ProgrammeElement).where(
            ProgrammeElement.programme_id == self.programme_id, ProgrammeElement.name == name
        )
        return db.session.scalars(query).one()

    def target(self, name: str, unit_id: int) -> Target:
        element = self.element(name).id
        query = select(Target).where(Target.element_id == element, Target.unit_id == unit_id)
        return db.session.scalars(query).one()

    def reasons(self) -> list[str]:
        return [reason.words for reason in refusals(plan_of(self.programme))]


def load(code: str, county: County | None = None) -> Loaded:
    """A draft with what is common given to every unit."""
    template, county = read_template(code), county or make_county(villages=2)
    owners = [line["owner"] for row in dimensions_of(template) for line in row["elements"]]
    names = dict.fromkeys([*departments_named(template), *owners])
    with transaction() as session:
        rows = [Department(county_id=county.id, name=n, opened_on=OPENED_ON) for n in names]
        session.add_all(rows)
        session.flush()
        departments = {row.name: row.id for row in rows}
    clerk, boss = office(county), office(county, approves=True)
    with clock_at(at(1, 5)), transaction():
        programme_id = load_template(clerk, county.id, BASICS, template).programmes[0].id
        spread_common(clerk, programme_id)
    return Loaded(county, programme_id, clerk, boss, departments)


def issue(loaded: Loaded) -> None:
    """Tried, approved by another, and given to its units in January."""
    with clock_at(at(1, 6)):
        with transaction():
            programmes.mark_tried(loaded.clerk, loaded.programme_id)
        with transaction():
            programmes.approve_programme(loaded.boss, loaded.programme_id, "同意")
        with transaction():
            targets.issue_programme(loaded.clerk, loaded.programme_id)
