"""Whoever worked or lived in a village that went into another one belongs to that one."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from backend.app.access import Actor, Permission, Role, may
from backend.app.accounts.queries import actor_today, staff_of
from backend.app.accounts.villagers import home_of, villagers_of
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.places.queries import get_place
from backend.app.places.reorganisation import merge_villages, move_region
from backend.app.ratings.coverage import coverage_of
from backend.app.ratings.errors import OwnVillageCadre
from backend.app.ratings.queries import refusal_for
from tests.app.ratings.conftest import open_phone
from tests.factories.county import County, actor_with, bind, grant_role, make_county, make_person


@pytest.fixture
def county(app) -> County:
    return make_county(villages=3)


@pytest.fixture
def manager(county: County) -> Actor:
    return actor_with(Role.COUNTY_MANAGER, county.id)


def merge(manager: Actor, gone: int, into: int) -> None:
    with transaction():
        merge_villages(manager, gone, into)


def make_cadre(village_id: int) -> int:
    cadre = make_person(name="王建国")
    grant_role(cadre, Role.CADRE, village_id)
    return cadre


@pytest.mark.parametrize("merges", [[(0, 1)], [(0, 1), (1, 2)]])
def test_an_old_cadre_may_not_rate_the_former_points(
    client, county: County, manager: Actor, merges: list[tuple[int, int]]
) -> None:
    phone = open_phone(client, make_cadre(county.village_ids[0]))
    for gone, into in merges:
        merge(manager, county.village_ids[gone], county.village_ids[into])
    assert phone.scan(county.code)["refusal"]["code"] == "own_village_cadre"
    answer = phone.rate(county.code)
    assert (answer.status_code, answer.json["code"]) == (403, "own_village_cadre")


def test_a_cadre_of_the_day_before_may_not_rate_the_former_points_for_that_day(
    county: County, manager: Actor, scalar
) -> None:
    """Whose term ended with the merge, and whose phone had no signal before it."""
    cadre = make_person()
    yesterday = clock.today() - timedelta(days=1)
    grant_role(cadre, Role.CADRE, county.village_ids[0], ends_on=yesterday)
    merge(manager, *county.village_ids[:2])
    code = scalar("SELECT id FROM qr_code WHERE code = :code", code=county.code)
    assert isinstance(refusal_for(cadre, code, yesterday), OwnVillageCadre)
    assert refusal_for(cadre, code, clock.today()) is None


def test_a_cadre_goes_on_in_the_village_that_the_own_one_became(
    county: County, manager: Actor
) -> None:
    gone, into = county.village_ids[:2]
    cadre = make_cadre(gone)
    merge(manager, gone, into)
    actor = actor_today(cadre)
    assert {grant.region_id for grant in actor.grants} == {into}
    assert staff_of([Role.CADRE], into) == staff_of([Role.CADRE], gone) == [cadre]


def test_the_past_of_a_village_is_open_to_who_works_for_what_it_became(
    county: County, manager: Actor
) -> None:
    gone, into = county.village_ids[:2]
    cadre = make_cadre(into)
    other = make_cadre(county.village_ids[2])
    merge(manager, gone, into)
    path = get_place(gone).path
    assert may(actor_today(cadre), Permission.RAISE_OBJECTION, path)
    assert not may(actor_today(other), Permission.RAISE_OBJECTION, path)


def test_villagers_of_both_villages_stand_on_the_rolls_of_the_one(
    county: County, manager: Actor
) -> None:
    gone, into = county.village_ids[:2]
    people = [make_person(), make_person()]
    bind(people[0], county, gone)
    bind(people[1], county, into)
    merge(manager, gone, into)
    assert sorted(one.person_id for one in villagers_of(into)) == people
    assert coverage_of(into, clock.month_of(clock.today()))[0].bound == 2
    assert home_of(people[0]).village_id == into


def test_a_village_merged_into_another_township_is_that_townships(
    county: County, manager: Actor
) -> None:
    gone, into = county.village_ids[:2]
    other = make_county(code="610527", name="白水县")
    with transaction() as session:
        session.execute(
            text("UPDATE region SET parent_id = :county, county_id = :county WHERE id = :id"),
            {"county": county.id, "id": other.township_ids[0]},
        )
    with transaction():
        move_region(manager, into, other.township_ids[0])
    staff = actor_today(make_person())
    grant_role(staff.person_id, Role.TOWNSHIP_STAFF, other.township_ids[0])
    merge(manager, gone, into)
    path = get_place(gone).path
    assert may(actor_today(staff.person_id), Permission.SEE_VILLAGES, path)
