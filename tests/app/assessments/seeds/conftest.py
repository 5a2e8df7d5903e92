"""A county in which parts and events are handled."""

import pytest

from backend.app.core.db import transaction
from backend.app.tickets.city import operations as city
from tests.factories.city import LAMP
from tests.factories.county import make_county
from tests.factories.tickets import Offices, make_offices


@pytest.fixture
def offices(app: object) -> Offices:
    """The published list is loaded, and the water bureau owns the street lamps."""
    made = make_offices(make_county())
    with transaction():
        city.load_classes(made.desk, made.county.id)
        city.set_dispatch(made.desk, made.county.id, LAMP, "owner", made.department_id)
    return made
