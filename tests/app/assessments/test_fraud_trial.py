"""The fraud trial: a hundred planted false completions among a thousand claims, and what they cost.

Through the real operations: the draw, a visit of two to each unit, what both find, the cards that
another person confirms, and the year scored. Figures in docs/assessments.md.
"""

from collections import Counter
from datetime import date
from decimal import Decimal
from math import comb

import pytest
from sqlalchemy import text

from backend.app.access import Actor, Role
from backend.app.assessments.adjustments.operations import decide_adjustment
from backend.app.assessments.checks import operations as checks
from backend.app.assessments.checks.operations import Seen
from backend.app.assessments.checks.visit_operations import VisitDraft, assign_visit
from backend.app.assessments.models import Programme, Target, TargetStanding
from backend.app.assessments.results.year_facts import year_facts
from backend.app.assessments.results.year_scores import ScoredUnit, score_year
from backend.app.assessments.states.checks import CheckFinding
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.scoring.assessing.ladder import LadderPolicy
from backend.app.scoring.assessing.sampling import SHARE
from tests.app.assessments.acting import decider
from tests.app.assessments.result_year import Year, add_element, add_group, add_unit, run
from tests.factories.assessed import YEAR, Assessed, at
from tests.factories.console import make_staff
from tests.factories.tickets import as_actor

UNITS, CLAIMS, FALSE = 10, 100, 10
NOVEMBER, DECEMBER = date(YEAR, 11, 1), date(YEAR, 12, 1)
TRUE = Seen(CheckFinding.TRUE, "看过台账和现场")
UNTRUE = Seen(CheckFinding.UNTRUE, "没有做")


@pytest.fixture
def year(assessed: Assessed) -> Year:
    """Ten departments with a hundred claims each, of one point; every tenth claim is false."""
    made = Year(assessed)
    add_group(made, "部门", 100, 0)
    for number in range(UNITS):
        add_unit(made, f"县第{number}局", "部门")
    rule = {"rule": "proportional"}
    for number in range(CLAIMS):
        add_element(
            made, f"任务{number:03}", rule, kind="cumulative", source="report:", measured_in="件"
        )
    whose = {"county_id": assessed.county.id, "programme_id": assessed.programme_id}
    with transaction() as session:
        # The digest is over the plan: the same plan has the same seed.
        session.get_one(Programme, assessed.programme_id).code = "trial"
        session.add_all(
            Target(
                element_id=element, unit_id=unit, task=name, points=Decimal(1),
                value=Decimal(100), starts_on=date(YEAR, 1, 1), due_on=date(YEAR, 12, 31),
                rhythm="month", **whose,
            )
            for unit in made.units.values()
            for name, element in made.elements.items()
        )  # fmt: skip
    run(made)
    with transaction() as session:
        claims = session.query(Target).filter_by(programme_id=assessed.programme_id).all()
        for claim in claims:
            claim.state = "finished"
        session.add_all(
            TargetStanding(
                target_id=claim.id, period=NOVEMBER, value=Decimal(100), actual=1, planned=1,
                colour="orange", misses=0, is_missed=False, basis={"finished": True},
                computed_at=at(12, 10), **whose,
            )
            for claim in claims
        )  # fmt: skip
        session.execute(
            text(
                "INSERT INTO programme_window (county_id, programme_id, period, opens_at,"
                " closes_at, owner_due_at, office_due_at, closed_at, evaluated_at)"
                " VALUES (:county_id, :programme_id, :period,"
                " CAST(:at AS timestamptz) - interval '9 day',"
                " CAST(:at AS timestamptz) - interval '8 day',"
                " CAST(:at AS timestamptz) - interval '7 day', :at, :at, :at)"
            ),
            {**whose, "period": NOVEMBER, "at": at(12, 10)},
        )
        session.execute(
            text(
                "INSERT INTO measure_fact (county_id, programme_id, element_id, unit_id, period,"
                " value, source, origin, imported_by_id, at)"
                " SELECT county_id, programme_id, element_id, unit_id, :period, 100, 'owner',"
                " '单位报完成', :by, :at FROM target WHERE programme_id = :programme_id"
            ),
            {**whose, "period": NOVEMBER, "by": assessed.office.person_id, "at": at(12, 9)},
        )
    return made


def planted(year: Year) -> set[int]:
    """Every tenth claim of each unit."""
    rows = db.session.execute(
        text("SELECT t.id FROM target t JOIN programme_element e ON e.id = t.element_id"
             " WHERE t.programme_id = :id AND right(e.code, 1) = '5'"),
        {"id": year.made.programme_id},
    )  # fmt: skip
    return {row.id for row in rows}


def test_the_sample_finds_what_it_promises_and_each_lie_costs_more_than_lateness(year) -> None:
    false = planted(year)
    assert len(false) == UNITS * FALSE
    before = scores(year)
    boss = decider(year.made)
    found = look(year)
    assert len(found) == UNITS * CLAIMS * SHARE
    lies = Counter(unit for target, unit in found.items() if target in false)
    caught = lies.total()
    # Fewer than four of a hundred happen once in 125 draws, had the seed been by chance.
    assert sum(comb(100, n) * 0.1**n * 0.9 ** (100 - n) for n in range(4)) < 0.008
    assert caught >= 4
    confirm(boss)
    after, late = scores(year), Decimal("1.00") + LadderPolicy().red
    for unit, row in after.items():
        cost = before[unit].total.total - row.total.total
        # Not done at all and honest about it: the point, and at the worst a red card.
        assert cost == lies[unit] * (Decimal("1.00") + LadderPolicy().untrue)
        assert cost > lies[unit] * late or not lies[unit]


def look(year: Year) -> dict[int, int]:
    """All that was drawn is looked at by two who find what is there; targets with their units."""
    made = year.made
    false = planted(year)
    with clock_at(at(12, 21)), transaction():
        checks.draw_checks(made.office, made.programme_id, NOVEMBER)
    people = [make_staff(Role.ASSESSOR, made.county.id, f"checker{number}") for number in range(2)]
    for unit in year.units.values():
        with clock_at(at(12, 21)), transaction():
            if db.session.scalar(
                text("SELECT count(*) FROM site_check WHERE unit_id = :unit"), {"unit": unit}
            ):
                assign_visit(
                    made.office, made.programme_id, VisitDraft(unit, *people, date(YEAR, 12, 22))
                )
    with transaction():
        drawn = db.session.execute(text("SELECT id, target_id, unit_id FROM site_check")).all()
    for person_id in people:
        checker: Actor = as_actor(person_id, Role.ASSESSOR, made.county.id)
        for row in drawn:
            with clock_at(at(12, 22)), transaction():
                checks.record_finding(checker, row.id, UNTRUE if row.target_id in false else TRUE)
    return {row.target_id: row.unit_id for row in drawn}


def confirm(boss: Actor) -> None:
    """Every red card that the checks proposed, by somebody who found none of them."""
    with transaction():
        cards = db.session.scalars(
            text("SELECT id FROM programme_adjustment WHERE rule_code = 'untrue'")
        ).all()
    for card in cards:
        with clock_at(at(12, 23)), transaction():
            decide_adjustment(boss, card, True)


def scores(year: Year) -> dict[int, ScoredUnit]:
    rows = score_year(year_facts(year.made.programme_id, DECEMBER))
    db.session.rollback()
    return {row.unit_id: row for row in rows if row.unit_id in year.units.values()}
