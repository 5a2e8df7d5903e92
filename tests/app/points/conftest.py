"""A county with rewards, a villager with points, and the phones behind the counters."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event

from backend.app.core.db import db
from tests.app.ratings.conftest import Phone, open_phone
from tests.factories.rewards import Bazaar, make_bazaar, villager


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
