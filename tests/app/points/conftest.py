"""A county with rewards and the phones behind its counters; two clerks who look at each other."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from backend.app.access import Actor, Role
from backend.app.accounts.queries import actor_today
from backend.app.core import clock as county_clock
from backend.app.core.db import db
from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.console import make_staff
from tests.factories.county import County, make_county
from tests.factories.moving_clock import MovingClock
from tests.factories.rewards import Bazaar, make_bazaar, villager

NOW = datetime(2026, 11, 20, 10, tzinfo=county_clock.COUNTY_ZONE)
TODAY = date(2026, 11, 20)


@pytest.fixture
def clock(app, stop_clock) -> MovingClock:
    return MovingClock(stop_clock, NOW)


@pytest.fixture
def county(clock: MovingClock) -> County:
    return make_county(villages=2)


@pytest.fixture
def clerk(county: County) -> Actor:
    return actor_today(make_staff(Role.COUNTY_STAFF, county.id, "clerk"))


@pytest.fixture
def second(county: County) -> Actor:
    return actor_today(make_staff(Role.COUNTY_STAFF, county.id, "second"))


@pytest.fixture
def stranger(county: County) -> Actor:
    """Of another county."""
    other = make_county(villages=1, code="610527", name="白水县")
    return actor_today(make_staff(Role.COUNTY_STAFF, other.id, "stranger"))


@pytest.fixture
def bazaar(app: object) -> Bazaar:
    return make_bazaar()


@pytest.fixture
def phone(client: FlaskClient, bazaar: Bazaar) -> Phone:
    """A villager of the first village with a hundred points."""
    return villager(client, bazaar)


@pytest.fixture
def counter(client: FlaskClient, bazaar: Bazaar) -> Phone:
    """The keeper of the first village's shop."""
    return open_phone(client, bazaar.keeper.person_id)


@pytest.fixture
def statements(app: object) -> Callable[[], AbstractContextManager[list[str]]]:
    """Notes every statement that reaches the database meanwhile."""

    @contextmanager
    def noting() -> Iterator[list[str]]:
        seen: list[str] = []

        def note(*given: Any) -> None:
            seen.append(given[2])

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield seen
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return noting
