"""What the product counts of units by itself, pulled by night."""

from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.assessments.measures import operations
from backend.app.assessments.models import AssessedUnit
from backend.app.core.clock import clock_at
from backend.app.core.db import db, transaction
from backend.app.places.models import Region
from backend.app.tickets import handling
from backend.app.tickets.desk import operations as desk
from backend.app.tickets.handling import WrittenReply
from backend.app.tickets.intake import operations as intake
from backend.app.tickets.intake.operations import TicketRequest
from backend.app.tickets.kinds import TicketKind
from backend.app.tickets.models import Ticket
from backend.app.tickets.rules.routing import Office
from backend.jobs import assessments as jobs
from tests.app.assessments.result_year import Year, add_element, add_target, run
from tests.factories.assessed import YEAR, at
from tests.factories.console import make_staff
from tests.factories.county import bind, make_person
from tests.factories.ratings import rate_village
from tests.factories.tickets import as_actor

OCTOBER, NOVEMBER = date(YEAR, 10, 1), date(YEAR, 11, 1)
NIGHT = at(11, 30, 4, 30)
RULE = {"rule": "floor_target", "floor": "50", "target": "90"}


@pytest.fixture
def year(assessed) -> Year:
    return make_measured(assessed)


def make_measured(assessed, first: int = 1, last: int = 12) -> Year:
    """The township and the bureau, each with an element that the product measures."""
    made = Year(assessed)
    with transaction() as session:
        town = session.get_one(AssessedUnit, assessed.town_unit)
        town.first_month, town.last_month = first, last
    made.units = {"庄里镇": assessed.town_unit, "教育局": assessed.bureau_unit}
    add_element(made, "村民满意度", RULE, source="own:satisfaction_mean")
    add_element(made, "按期办结率", RULE, source="own:on_time_rate", measured_in="%")
    add_target(made, "村民满意度", "庄里镇", "15")
    add_target(made, "按期办结率", "教育局", "15")
    run(made)
    return made


def pull(when: datetime = NIGHT) -> int:
    with clock_at(when):
        return jobs.pull_measures()


def facts(year: Year, name: str) -> list[tuple[date, Decimal, str]]:
    rows = db.session.execute(
        text("SELECT period, value, origin FROM measure_fact WHERE element_id = :id ORDER BY id"),
        {"id": year.elements[name]},
    )
    return [tuple(row) for row in rows]


def test_a_township_is_measured_by_the_sum_of_its_villages_over_the_year(year: Year) -> None:
    rate_village(year.made.county, 0, [1, 1, 1, 5], OCTOBER)
    rate_village(year.made.county, 1, [5, 5], NOVEMBER)
    pull()
    # October: 300 of 4; November with it: 300 of 6, not the mean of 75 and 0.
    assert facts(year, "村民满意度") == [
        (OCTOBER, Decimal(75), "满意度，4 人次评价"), (NOVEMBER, Decimal(50), "满意度，6 人次评价"),
    ]  # fmt: skip


def rate_both_months(year: Year) -> None:
    rate_village(year.made.county, 0, [1, 1, 1, 5], OCTOBER)
    rate_village(year.made.county, 1, [5, 5], NOVEMBER)


def test_a_unit_founded_within_the_year_counts_from_its_first_month(assessed) -> None:
    year = make_measured(assessed, first=11)
    rate_both_months(year)
    pull()
    assert facts(year, "村民满意度") == [(NOVEMBER, Decimal(0), "满意度，2 人次评价")]


def test_a_unit_that_ended_within_the_year_counts_to_its_last_month(assessed) -> None:
    year = make_measured(assessed, last=10)
    rate_both_months(year)
    pull()
    assert facts(year, "村民满意度") == [
        (OCTOBER, Decimal(75), "满意度，4 人次评价"), (NOVEMBER, Decimal(75), "满意度，4 人次评价"),
    ]  # fmt: skip


def test_a_place_that_was_founded_later_counts_from_then_whatever_the_programme_says(year) -> None:
    rate_both_months(year)
    with transaction() as session:
        session.get_one(Region, year.made.county.township_ids[0]).opened_on = NOVEMBER
    pull()
    assert facts(year, "村民满意度") == [(NOVEMBER, Decimal(0), "满意度，2 人次评价")]


def test_only_what_changed_is_written_and_the_old_value_stays(year: Year) -> None:
    rate_village(year.made.county, 0, [1, 5], NOVEMBER)
    assert (pull(), pull()) == (1, 0)
    rate_village(year.made.county, 1, [1, 1], NOVEMBER)
    assert (pull(), pull()) == (1, 0)
    assert [value for _, value, _ in facts(year, "村民满意度")] == [50, 75]


def answer_ticket(year: Year, replied: datetime) -> None:
    """A villager's request of the second of November that the bureau answers."""
    county = year.made.county
    clerk = as_actor(
        make_staff(Role.COUNTY_STAFF, county.id, f"desk{uuid4().hex[:6]}"),
        Role.COUNTY_STAFF, county.id,
    )  # fmt: skip
    person = make_person()
    bind(person, county)
    with clock_at(at(11, 2, 9)), transaction():
        words = TicketRequest(TicketKind.HELP, "学校门口没有路灯", county.village_ids[0])
        ticket_id = intake.submit(person, uuid4(), words).id
    with clock_at(at(11, 2, 10)), transaction():
        ticket = db.session.get_one(Ticket, ticket_id)
        desk.assign(clerk, ticket.id, ticket.version, Office(department_id=year.made.bureau_id))
    for when, act in (
        (at(11, 2, 11), lambda one: handling.sign(year.made.bureau, one.id, one.version)),
        (replied, lambda one: handling.reply(
            year.made.bureau, one.id, one.version, "done", WrittenReply("装好了"))),
    ):  # fmt: skip
        with clock_at(when), transaction():
            act(db.session.get_one(Ticket, ticket_id))


def test_a_department_is_measured_by_its_own_tickets(year: Year) -> None:
    answer_ticket(year, at(11, 3))
    answer_ticket(year, at(11, 27))
    pull()
    assert facts(year, "按期办结率") == [(NOVEMBER, Decimal(50), "按期办结率，2 件")]


def test_a_unit_that_fails_holds_up_no_other(year: Year, monkeypatch) -> None:
    rate_village(year.made.county, 0, [1, 5], NOVEMBER)
    answer_ticket(year, at(11, 3))
    store = operations.store_own_figures

    def store_all_but_one(figures):
        if figures[0].unit_id == year.units["庄里镇"]:
            raise ValueError
        return store(figures)

    monkeypatch.setattr(operations, "store_own_figures", store_all_but_one)
    assert pull() == 1
    failed = db.session.execute(text("SELECT part, item FROM failed_item")).all()
    assert [tuple(row) for row in failed] == [("units", str(year.units["庄里镇"]))]
    monkeypatch.setattr(operations, "store_own_figures", store)
    assert pull(at(11, 30, 5)) == 1
    assert db.session.scalar(text("SELECT count(*) FROM failed_item")) == 0


def test_what_was_measured_counts_at_once_in_the_totals(year: Year) -> None:
    rate_village(year.made.county, 0, [1, 1, 1, 5], NOVEMBER)
    pull()
    total = db.session.scalar(
        text("SELECT total FROM unit_result WHERE unit_id = :id"), {"id": year.units["庄里镇"]}
    )
    # (75 - 50) of 40 points of the way.
    assert total == Decimal("62.50")
