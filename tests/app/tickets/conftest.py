"""A county with offices, a villager's phone and a cadre's."""

import pytest
from flask.testing import FlaskClient

from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.county import County, make_county
from tests.factories.tickets import Offices, make_offices, villager


@pytest.fixture
def county(app: object) -> County:
    return make_county()


@pytest.fixture
def offices(county: County) -> Offices:
    return make_offices(county)


@pytest.fixture
def phone(client: FlaskClient, county: County) -> Phone:
    return villager(client, county)


@pytest.fixture
def cadre(client: FlaskClient, offices: Offices) -> Phone:
    return open_phone(client, offices.cadre_id)
