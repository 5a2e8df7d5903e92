"""Shops or farms in a programme from its template, issued, scored and rated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from backend.app.access import Actor, Grant, Role
from backend.app.assessments.measures.operations import ScoreLine, score_units
from backend.app.assessments.models import Programme
from backend.app.assessments.programmes import operations as programmes
from backend.app.assessments.programmes.library.loading_operations import create_from_template
from backend.app.assessments.programmes.operations import ProgrammeBasics
from backend.app.assessments.programmes.queries import list_elements, list_units
from backend.app.assessments.subjects.operations import SubjectDraft, save_subject
from backend.app.assessments.targets import operations as targets
from backend.app.assessments.targets.draft_operations import spread_common
from backend.app.assessments.targets.draft_queries import stored_drafts
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.places.models import Department
from backend.app.scoring.assessing.rules import RuleCode
from backend.app.tickets.clocks.working_calendar import seed_calendar
from backend.jobs.assessments import pull_measures
from tests.factories.assessed import YEAR, at
from tests.factories.console import make_staff
from tests.factories.county import OPENED_ON, County, grant_role
from tests.factories.tickets import as_actor

OWNERS = ("县农业农村局", "县市场监督管理局", "县生态环境分局")


@dataclass
class Rated:
    """Ids, and actors as the operations want them."""

    county: County
    clerk: Actor
    boss: Actor
    owners: dict[str, Actor]
    programme_id: int = 0
    units: dict[str, int] = field(default_factory=dict)
    subjects: dict[str, int] = field(default_factory=dict)


def make_rated(
    county: County, template: str, subjects: Sequence[Mapping[str, Any]], year: int = YEAR
) -> Rated:
    """A running programme of these subjects; each names what differs from a shop."""
    made = make_office(county)
    add_year(made, template, subjects, year)
    return made


def make_office(county: County) -> Rated:
    """The assessment office and who owns the elements."""
    owners = {}
    with transaction() as session:
        seed_calendar(county.id)
        rows = [Department(county_id=county.id, name=n, opened_on=OPENED_ON) for n in OWNERS]
        session.add_all(rows)
        session.flush()
        ids = {row.name: row.id for row in rows}
    for number, (name, key) in enumerate(ids.items()):
        person_id = make_staff(None, county.id, f"owner{number}")
        grant_role(person_id, Role.DEPARTMENT_STAFF, county.id, department_id=key)
        owners[name] = as_actor(person_id, Role.DEPARTMENT_STAFF, county.id, key)
    clerk = make_staff(Role.ASSESSOR, county.id, "office")
    boss = make_staff(Role.ASSESSOR, county.id, "boss", approves=True)
    return Rated(
        county, as_actor(clerk, Role.ASSESSOR, county.id),
        Actor(boss, (Grant(Role.ASSESSOR, county.id, OPENED_ON, approves=True),)), owners,
    )  # fmt: skip


def add_year(
    made: Rated, template: str, subjects: Sequence[Mapping[str, Any]] = (), year: int = YEAR
) -> None:
    """The template with these subjects and those there are, given out in January."""
    with clock_at(at(1, 3, year=year)):
        for more in subjects:
            _add_subject(made, more)
        with transaction():
            basics = ProgrammeBasics(f"{year}年评价", year, "农发〔2026〕5号", f"督考{year}-9")
            made.programme_id = create_from_template(
                made.clerk, made.county.id, basics, template
            ).id
            spread_common(made.clerk, made.programme_id)
            listed = list_units(made.programme_id)
            made.units = {unit.name: unit.id for unit in listed}
            made.subjects = {unit.name: unit.subject_id or 0 for unit in listed}
        with transaction():
            programmes.mark_tried(made.clerk, made.programme_id)
        with transaction():
            programmes.approve_programme(made.boss, made.programme_id)
        with transaction():
            targets.issue_programme(made.clerk, made.programme_id)


def _add_subject(made: Rated, more: Mapping[str, Any]) -> None:
    usual = {
        "kind": "shop", "code": "", "region_id": made.county.township_ids[0], "industry": "",
        "area": None, "officer": "李干事", "opened_on": date(2024, 1, 1),
    }  # fmt: skip
    with transaction():
        save_subject(made.clerk, made.county.id, SubjectDraft(**{**usual, **more}))


def score_all(made: Rated, name: str, share: str, month: int, but: Sequence[str] = ()) -> None:
    """What owners score of a subject: every item so much of its points."""
    db.session.rollback()
    programme = db.session.get_one(Programme, made.programme_id)
    year = programme.year
    own = {element_id for element_id, _ in stored_drafts(programme.id, made.units[name])}
    for row in list_elements(made.programme_id):
        if row.id not in own or row.code in but or not row.source.startswith("owner:"):
            continue
        owner = next(
            actor for actor in made.owners.values()
            if actor.grants[0].department_id == row.owner_department_id
        )  # fmt: skip
        points = (row.points * Decimal(share)).quantize(Decimal("0.01"))
        value = Decimal(0) if (row.rule or {})["rule"] == RuleCode.PER_CASE else None
        line = ScoreLine(made.units[name], value, points, "示例扣分", "")
        when = clock_at(at(month, 28, year=year))
        with when, transaction():
            score_units(owner, programme, row.id, date(year, month, 1), [line])


def night(when: datetime) -> None:
    """The nightly job."""
    with clock_at(when):
        pull_measures()
