"""A small year brought to its end: units whose totals are what was measured of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text

from backend.app.access import Actor, Grant, Role
from backend.app.assessments.grades.operations import (
    GradeDecision,
    decide_grades,
    propose_grades,
)
from backend.app.assessments.grades.queries import GradeRow, grade_rows
from backend.app.assessments.locks.operations import lock_programme
from backend.app.assessments.models import ProgrammeLock, UnitGrade
from backend.app.assessments.publications.operations import publish_programme
from backend.app.assessments.year_end.operations import close_programme
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.scoring.assessing.grades import Grade
from tests.app.assessments.result_year import (
    Year,
    add_element,
    add_group,
    add_target,
    add_unit,
    measure,
    run,
)
from tests.factories.assessed import YEAR, Assessed, at, make_assessed
from tests.factories.county import OPENED_ON, County, make_county
from tests.factories.tickets import forget

# A Wednesday, by when every grade is decided, and the Friday on which it is published.
MEETING, PUBLISHED = at(1, 20, year=YEAR + 1), at(1, 22, year=YEAR + 1)
TEN = ("96", "95", "94", "93", "92", "88", "85", "70", "61", "40")


def boss_of(made: Assessed, person_id: int | None = None) -> Actor:
    """Who decides: another of the office than who manages."""
    grant = Grant(Role.ASSESSOR, made.county.id, OPENED_ON, approves=True)
    return Actor(person_id or made.other_office.person_id, (grant,))


def publisher_of(year: Year) -> Actor:
    """Who manages and may decide, too: another than who locks."""
    return boss_of(year.made, year.made.office.person_id)


def add_units(year: Year, group: str, totals: Sequence[str], task: int = 100) -> None:
    """A group whose units, 甲1 甲2 …, have these totals, by the one element 完成率."""
    add_group(year, group, task, 100 - task)
    if "完成率" not in year.elements:
        add_element(year, "完成率", {"rule": "proportional", "target": "100"}, measured_in="%")
    for number, total in enumerate(totals, 1):
        name = f"{group}{number}"
        add_unit(year, name, group)
        add_target(year, "完成率", name, "100")
        measure(year, "完成率", name, total)


def make_year(county: County | None = None) -> Year:
    return Year(make_assessed(county or make_county()))


def close(year: Year, when: datetime = MEETING) -> None:
    run(year)
    with clock_at(when), transaction():
        close_programme(year.made.office, year.made.programme_id)


def propose(year: Year) -> None:
    with clock_at(MEETING), transaction():
        propose_grades(year.made.office, year.made.programme_id)


def shown(year: Year) -> dict[str, GradeRow]:
    """Grades by the names of units."""
    forget()
    return {row.unit: row for row in grade_rows(year.made.programme_id)}


def decided(year: Year, name: str, grade: Grade | None = None, reason: str = "") -> GradeDecision:
    row = shown(year)[name]
    return GradeDecision(row.unit_id, row.version or 0, grade or Grade(row.proposed), reason)


def decide(year: Year, *decisions: GradeDecision, actor: Actor | None = None) -> None:
    with clock_at(MEETING), transaction():
        decide_grades(
            actor or boss_of(year.made), year.made.programme_id, "定等会纪要1号", decisions
        )


def decide_all(year: Year) -> None:
    """As proposed; with a reason where the meeting has to give one."""
    rows = [row for row in shown(year).values() if row.grade_id]
    decide(
        year,
        *(
            GradeDecision(row.unit_id, row.version or 0, Grade(row.proposed), "会议一致同意")
            for row in rows
        ),
    )


def lock(year: Year, note: str = "") -> ProgrammeLock:
    with clock_at(MEETING), transaction():
        return lock_programme(boss_of(year.made), year.made.programme_id, note)


def publish(year: Year) -> None:
    with clock_at(PUBLISHED), transaction():
        publish_programme(publisher_of(year), year.made.programme_id)


def published_year(totals: Sequence[str] = TEN) -> Year:
    """Closed, graded, locked and published."""
    year = make_year()
    add_units(year, "甲", totals)
    close(year)
    propose(year)
    decide_all(year)
    lock(year)
    publish(year)
    return year


def state_of(year: Year) -> str:
    with db.engine.connect() as connection:
        return connection.execute(
            text("SELECT state FROM programme WHERE id = :id"), {"id": year.made.programme_id}
        ).scalar_one()


def grade_states(year: Year) -> set[str]:
    forget()
    return {row.state for row in db.session.query(UnitGrade)}
