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
from backend.app.places.reorganisation import (
    add_group,
    merge_villages,
    move_region,
    split_village,
)
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


def choose(client, phone_person: int, **chosen: object):
    """As a phone does whose list of villages is of the day before."""
    phone = open_phone(client, phone_person)
    return phone.call("PUT", "/me/binding", json={"of_age": True, **chosen})


def divide(manager: Actor, village_id: int, group_ids: list[int]) -> int:
    with transaction():
        return split_village(manager, village_id, "新村", "610528100299", group_ids, []).id


def test_a_village_chosen_from_an_old_list_is_bound_as_what_it_became(
    client, county: County, manager: Actor, scalar
) -> None:
    first, second, last = county.village_ids
    merge(manager, first, second)
    merge(manager, second, last)
    person = make_person()
    binding = choose(client, person, village_id=first).json["binding"]
    assert (binding["village"]["id"], binding["bound_village_id"]) == (last, last)
    assert choose(client, person, village_id=second).status_code == 200
    assert scalar("SELECT count(*) FROM binding") == 1


def test_who_was_bound_before_the_merge_and_chooses_the_same_stays_bound_since_then(
    client, county: County, manager: Actor, scalar
) -> None:
    first, second, _ = county.village_ids
    person = make_person()
    bind(person, county, first)
    merge(manager, first, second)
    assert choose(client, person, village_id=first).status_code == 200
    assert scalar("SELECT array_agg(village_id) FROM binding") == [first]


def test_where_the_successor_was_divided_the_group_decides_or_the_person_is_asked(
    client, county: County, manager: Actor
) -> None:
    first, second, _ = county.village_ids
    with transaction():
        one, two = (add_group(manager, first, name).id for name in ("一组", "二组"))
    merge(manager, first, second)
    new = divide(manager, second, [two])
    answer = choose(client, make_person(), village_id=first)
    assert (answer.status_code, answer.json["code"]) == (409, "village_divided")
    assert "现在是第2村、新村。请重新选您的村" in answer.json["errors"]["village_id"][0]
    for group, village in ((one, second), (two, new)):
        answer = choose(client, make_person(), village_id=first, group_id=group)
        assert answer.json["binding"]["village"]["id"] == village


def test_a_group_that_went_to_a_new_village_leads_there_from_the_old_one(
    client, county: County, manager: Actor
) -> None:
    first, second, _ = county.village_ids
    with transaction():
        group = add_group(manager, first, "一组").id
        other = add_group(manager, second, "一组").id
    new = divide(manager, first, [group])
    answer = choose(client, make_person(), village_id=first, group_id=group)
    assert answer.json["binding"]["village"]["id"] == new
    assert choose(client, make_person(), village_id=first).json["binding"]["village"]["id"] == first
    assert choose(client, make_person(), village_id=first, group_id=other).status_code == 422


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
