"""A small county with the programme of 宁波's pilot counties, as a draft or issued."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from backend.app.assessments.models import (
    AssessedUnit,
    MeasureFact,
    Programme,
    ProgrammeElement,
)
from backend.app.assessments.programmes import operations as programmes
from backend.app.assessments.programmes.library.loading_operations import load_template
from backend.app.assessments.programmes.library.templates import read_template
from backend.app.assessments.programmes.operations import ProgrammeBasics
from backend.app.assessments.targets.draft_operations import spread_common
from backend.app.assessments.targets.operations import issue_programme
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.places.models import Department, Region
from tests.app.assessments.closing_year import (
    boss_of,
)
from tests.factories.assessed import YEAR, Assessed, at, make_assessed
from tests.factories.county import OPENED_ON, make_county
from tests.factories.tickets import forget

TEMPLATE = "ningbo_county"
BASICS = ProgrammeBasics("肥药两制改革试点", YEAR, "浙农法发〔2026〕1号", "县督考计划2026-09")
PAGE = "/console/assessments"


def add_places(made: Assessed) -> None:
    """Two more townships, and the departments that the template names."""
    with transaction() as session:
        for place, name in enumerate(("薛镇", "曹村镇"), 1):
            region = Region(
                level="township", name=name, code=f"6105281{place:02}000", opened_on=OPENED_ON,
                parent_id=made.county.id, county_id=made.county.id,
            )  # fmt: skip
            session.add(region)
            session.flush()
            region.township_id = region.id
        template = read_template(TEMPLATE)
        names = {line["owner"] for row in template["dimensions"] for line in row["elements"]}
        names |= {name for row in template["issues"] for name in row["duties"]}
        known = set(session.scalars(select(Department.name)))
        session.add_all(
            Department(county_id=made.county.id, name=name, opened_on=OPENED_ON)
            for name in sorted(names - known)
        )


def draft_pilot() -> Assessed:
    """The template as a draft, every township with all items."""
    made = make_assessed(make_county())
    add_places(made)
    with clock_at(at(1, 5)), transaction():
        loading = load_template(made.office, made.county.id, BASICS, read_template(TEMPLATE))
        assert (loading.units_missing, loading.owners_missing) == ([], [])
        programme_id = loading.programmes[0].id
        spread_common(made.office, programme_id)
    unit = db.session.scalars(
        select(AssessedUnit).where(
            AssessedUnit.programme_id == programme_id,
            AssessedUnit.region_id == made.county.township_ids[0],
        )
    ).one()
    town_unit = unit.id
    db.session.rollback()
    return replace(made, programme_id=programme_id, town_unit=town_unit)


def approve(made: Assessed) -> None:
    with transaction():
        programmes.mark_tried(made.office, made.programme_id)
    with transaction():
        programmes.approve_programme(boss_of(made), made.programme_id)


def run_pilot(draft: Assessed) -> Assessed:
    """Approved by the superior's document instead of villagers' say, and issued."""
    content = programme_of(draft).content
    with clock_at(at(1, 6)):
        with transaction():
            programmes.save_clocks(
                draft.office, draft.programme_id, content["clocks"], content["preset"],
                {"villagers_say": "浙农法发〔2026〕1号"},
            )  # fmt: skip
        approve(draft)
        with transaction():
            issue_programme(draft.office, draft.programme_id)
    forget()
    return draft


def programme_of(made: Assessed) -> Programme:
    forget()
    return db.session.get_one(Programme, made.programme_id)


def feed(made: Assessed, code: str, unit_id: int, month: int, value: str) -> None:
    with transaction() as session:
        element = session.scalars(
            select(ProgrammeElement).where(
                ProgrammeElement.programme_id == made.programme_id, ProgrammeElement.code == code
            )
        ).one()
        session.add(
            MeasureFact(
                county_id=made.county.id, programme_id=made.programme_id, element_id=element.id,
                unit_id=unit_id, period=date(YEAR, month, 1), value=Decimal(value), source="feed",
                origin="农业系统", imported_by_id=made.office.person_id, at=at(month, 20),
            )
        )  # fmt: skip


def unit_ids(made: Assessed) -> list[int]:
    """The township of the clerk first."""
    query = select(AssessedUnit.id).where(AssessedUnit.programme_id == made.programme_id)
    rows = list(db.session.scalars(query.order_by(AssessedUnit.id != made.town_unit)))
    forget()
    return rows
