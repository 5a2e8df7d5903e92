"""What hangs on a village that was merged or closed goes on where it belongs now."""

from datetime import datetime

import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core import clock as county_clock
from backend.app.core.clock import COUNTY_ZONE
from backend.app.core.db import db, transaction
from backend.app.places.reorganisation import merge_villages
from backend.app.tickets.models import Ticket
from backend.jobs import tickets as jobs
from tests.app.ratings.conftest import open_phone
from tests.factories.county import actor_with, bind, make_person
from tests.factories.tickets import forget, submit, villager

RATED = datetime(2026, 11, 18, 15, 20, tzinfo=COUNTY_ZONE)
MORNING = datetime(2026, 11, 19, 7, 31, tzinfo=COUNTY_ZONE)
MONDAY = datetime(2026, 11, 23, 7, 31, tzinfo=COUNTY_ZONE)


@pytest.fixture
def clock(monkeypatch):
    def turn(at: datetime) -> None:
        monkeypatch.setattr(county_clock, "now", lambda: at)

    turn(RATED)
    return turn


@pytest.fixture
def rate(clock, client, offices):
    """So many villagers who give the only point of the nth village a bad rating."""

    def rate_badly(nth: int, count: int = 1) -> None:
        code = offices.county.codes[offices.county.service_point_ids[nth]]
        for _ in range(count):
            person = make_person()
            bind(person, offices.county)
            assert open_phone(client, person).rate(code, 5).status_code == 201
        forget()

    return rate_badly


def merge(offices, gone: int = 0, into: int = 1) -> None:
    villages = offices.county.village_ids
    with transaction():
        merge_villages(
            actor_with(Role.COUNTY_MANAGER, offices.county.id), villages[gone], villages[into]
        )


def close(offices, nth: int) -> None:
    """As an import of divisions does: nothing says what became of it."""
    with transaction() as session:
        session.execute(
            text("UPDATE region SET closed_on = :day WHERE id = :id"),
            {"day": RATED.date(), "id": offices.county.village_ids[nth]},
        )


def tickets() -> list[Ticket]:
    return list(db.session.query(Ticket).order_by(Ticket.id))


def test_a_bad_rating_of_a_closed_village_holds_up_no_other(rate, clock, offices) -> None:
    rate(0)
    rate(1)
    close(offices, 0)
    clock(MORNING)
    assert jobs.call_back_ratings() == 2
    assert {one.village_id for one in tickets()} == set(offices.county.village_ids)
    assert {one.unit_region_id for one in tickets()} == {offices.county.township_ids[0]}


def test_a_bad_rating_from_before_the_merge_is_called_back_for_the_village_it_became(
    rate, clock, offices
) -> None:
    rate(0)
    merge(offices)
    clock(MORNING)
    assert jobs.call_back_ratings() == 1
    [ticket] = tickets()
    assert ticket.village_id == offices.county.village_ids[1]
    assert set(offices.county.village_ids) <= set(ticket.kept_from_regions)


def test_a_closed_village_is_given_no_task_and_the_others_are(rate, clock, offices) -> None:
    rate(0, 3)
    rate(1, 3)
    close(offices, 0)
    clock(MONDAY)
    assert jobs.open_mendings() == 1
    [ticket] = tickets()
    assert ticket.village_id == offices.county.village_ids[1]


def test_bad_ratings_from_before_and_after_the_merge_make_one_task(rate, clock, offices) -> None:
    rate(0, 2)
    rate(1)
    merge(offices)
    clock(MONDAY)
    assert jobs.open_mendings() == 1
    assert jobs.open_mendings() == 0
    [ticket] = tickets()
    assert (ticket.unit_region_id, "3 条差评" in ticket.words) == (
        offices.county.village_ids[1], True,
    )  # fmt: skip


def test_a_ticket_that_a_phone_sends_after_the_merge_arrives_where_the_village_is_now(
    client, clock, offices
) -> None:
    phone = villager(client, offices.county)
    merge(offices)
    assert submit(phone, offices).status_code == 201
    [ticket] = tickets()
    assert (ticket.village_id, ticket.unit_region_id) == (offices.county.village_ids[1],) * 2
