"""Whose roles and log-ins an office can reach: its own people's, and nobody else's."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from backend.app.access import Role
from backend.app.core import clock
from tests.app.ratings.conftest import open_phone
from tests.factories.console import Desk, make_staff, sit_down
from tests.factories.county import County, grant_role, make_county, number_of

ACTS = ["password", "unlock", "disabled"]


@pytest.fixture
def county(app) -> County:
    return make_county()


@pytest.fixture
def elsewhere(county: County) -> County:
    """Another county on the same server."""
    return make_county(code="360281", name="乐平市")


@pytest.fixture
def desk(client, county: County) -> Desk:
    return sit_down(client, make_staff(Role.SYSTEM_ADMIN, county.id, "boss"))


def login_row(scalar: Callable[..., object], username: str) -> object:
    return scalar("SELECT row_to_json(l) FROM console_login l WHERE username = :u", u=username)


@pytest.mark.parametrize("act", ACTS)
def test_the_log_in_of_another_countys_former_staff_stays_out_of_reach(
    desk, elsewhere, scalar, act: str
) -> None:
    former = make_staff(None, 0, "former")
    yesterday = clock.today() - timedelta(days=1)
    grant_role(former, Role.COUNTY_STAFF, elsewhere.id, ends_on=yesterday)
    before = login_row(scalar, "former")
    assert desk.post(f"/console/people/{number_of(former)}/{act}", disabled="1").status_code == 404
    assert login_row(scalar, "former") == before


@pytest.mark.parametrize("act", ACTS)
def test_a_newcomer_belongs_to_the_office_that_opened_the_account(
    app, desk, county, elsewhere, scalar, act: str
) -> None:
    desk.post("/console/people", username="newcomer", display_name="新来的")
    newcomer = login_row(scalar, "newcomer")["person_id"]
    stranger = sit_down(app.test_client(), make_staff(Role.SYSTEM_ADMIN, elsewhere.id, "stranger"))
    before = login_row(scalar, "newcomer")
    assert stranger.get(f"/console/people/{number_of(newcomer)}").status_code == 404
    assert "新来的" not in stranger.get("/console/people").text
    assert (
        stranger.post(f"/console/people/{number_of(newcomer)}/{act}", disabled="1").status_code
        == 404
    )
    assert login_row(scalar, "newcomer") == before
    assert desk.get(f"/console/people/{number_of(newcomer)}").status_code == 200


def test_a_villager_cannot_be_made_a_cadre_by_guessing_the_number(
    client, county, desk, scalar
) -> None:
    phone = open_phone(client)
    answer = desk.post(
        f"/console/people/{number_of(phone.person_id)}/grants",
        role="cadre",
        region_id=str(county.village_ids[0]),
    )
    assert answer.status_code == 404
    assert scalar("SELECT count(*) FROM role_grant WHERE role = 'cadre'") == 0


def test_staff_of_another_county_cannot_be_drawn_into_ones_own(
    desk, county, elsewhere, scalar
) -> None:
    stranger = make_staff(Role.COUNTY_STAFF, elsewhere.id, "stranger")
    answer = desk.post(
        f"/console/people/{number_of(stranger)}/grants", role="leader", region_id=str(county.id)
    )
    assert answer.status_code == 404
    assert scalar("SELECT count(*) FROM role_grant WHERE role = 'leader'") == 0
