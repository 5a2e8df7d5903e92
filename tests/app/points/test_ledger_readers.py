"""The rows of one person: for staff of the own village, by a number that counts nobody."""

from itertools import pairwise

import pytest
from sqlalchemy import text

from backend.app.access import Role
from backend.app.accounts.numbers import numbers_of, people_numbered
from backend.app.core.db import transaction
from backend.app.points.ledger import credit
from tests.factories.console import make_staff, sit_down
from tests.factories.county import bind, make_county, make_person, number_of
from tests.factories.rewards import make_bazaar

LEDGER = "/console/points/ledger"


@pytest.fixture
def person(county) -> int:
    """A villager of the first village with one entry."""
    person = make_person()
    bind(person, county)
    with transaction():
        credit(person, county.id, "rating", "rating", 1)
    return person


def addresses(person: int) -> list[str]:
    return [f"{LEDGER}?person={number_of(person)}", f"{LEDGER}?entry=1"]


@pytest.mark.parametrize(
    ("role", "level"), [(Role.COUNTY_STAFF, "county"), (Role.TOWNSHIP_STAFF, "township")]
)
def test_staff_of_the_own_village_see_its_rows(client, county, person, role, level) -> None:
    region = county.id if level == "county" else county.township_ids[0]
    desk = sit_down(client, make_staff(role, region, "reader"))
    for address in addresses(person):
        assert "评价服务" in desk.get(address).text


def test_a_leader_sees_nobodys_rows_and_no_tab(client, county, person) -> None:
    desk = sit_down(client, make_staff(Role.LEADER, county.id, "shuji"))
    for address in addresses(person):
        assert desk.get(address).status_code == 403
    assert "/console/points/ledger" not in desk.get("/console/points").text


def other_township(county) -> int:
    with transaction() as session:
        return session.scalar(
            text(
                "INSERT INTO region (level, name, code, parent_id, county_id, opened_on)"
                " VALUES ('township', '到贤镇', '610528900000', :id, :id, '2020-01-01')"
                " RETURNING id"
            ),
            {"id": county.id},
        )


def test_staff_of_another_township_see_nobodys_rows(client, county, person) -> None:
    desk = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, other_township(county), "reader"))
    for address in addresses(person):
        page = desk.get(address).text
        assert "没有查到" in page
        assert "余额" not in page


def test_whoever_has_moved_away_is_no_business_of_the_old_county(client, county, person) -> None:
    other = make_county(villages=1, code="610527", name="白水县")
    with transaction() as session:
        session.execute(text("UPDATE binding SET ended_at = now()"))
    bind(person, other)
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "reader"))
    for address in addresses(person):
        assert "没有查到" in desk.get(address).text


def test_whoever_has_no_village_is_the_countys(client, county, person) -> None:
    with transaction() as session:
        session.execute(text("UPDATE binding SET ended_at = now()"))
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "reader"))
    assert "评价服务" in desk.get(addresses(person)[0]).text
    town = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, county.township_ids[0], "zheng"))
    assert "没有查到" in town.get(addresses(person)[0]).text


def test_no_sequential_number_opens_anything(client, county, person) -> None:
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id, "reader"))
    for guess in range(1, 30):
        assert "没有查到" in desk.get(f"{LEDGER}?person={guess}").text
        assert desk.get(f"/console/people/{guess}").status_code == 404


def test_numbers_have_twelve_digits_and_are_drawn(app, county) -> None:
    """Many rows of one statement, too."""
    with transaction() as session:
        session.execute(
            text(
                "INSERT INTO person (openid, created_at)"
                " SELECT 'n-' || n, now() FROM generate_series(1, 3000) n"
            )
        )
        ids = list(session.scalars(text("SELECT id FROM person WHERE openid LIKE 'n-%'")))
        numbered = numbers_of(ids)
    numbers = list(numbered.values())
    assert len(set(numbers)) == 3000
    assert all(100_000_000_000 <= one < 1_000_000_000_000 for one in numbers)
    assert numbers not in (sorted(numbers), sorted(numbers, reverse=True))
    gaps = [abs(a - b) for a, b in pairwise(numbers)]
    assert sorted(gaps)[len(gaps) // 2] > 1_000_000_000
    assert people_numbered(numbers[:2]) == {numbered[one]: one for one in list(numbered)[:2]}


def test_a_leader_reads_redemptions_without_telling_people_apart(client, files) -> None:
    bazaar = make_bazaar(stocked=50)
    person = make_person()
    bind(person, bazaar.county)
    number = number_of(person)
    leader = sit_down(client, make_staff(Role.LEADER, bazaar.county.id, "shuji"))
    page = leader.get(f"/console/points/redemptions?person={number}").text
    assert 'name="person"' not in page
    assert str(number) not in page
    clerk = sit_down(client, make_staff(Role.COUNTY_STAFF, bazaar.county.id, "clerk"))
    assert f'value="{number}"' in clerk.get(f"/console/points/redemptions?person={number}").text
