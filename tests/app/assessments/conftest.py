"""A programme that a test adds targets to, and issues."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from flask.testing import FlaskClient

from backend.app.assessments.appraisals import anonymous
from backend.app.core.anonymous_settings import AnonymousSettings
from backend.app.core.clock import clock_at
from backend.app.factory import create_anonymous_app
from backend.local.surroundings import ANONYMOUS_ROLE, as_role
from tests.factories.assessed import Assessed, add_target, at, issue, make_assessed
from tests.factories.county import make_county


@pytest.fixture
def assessed(app) -> Assessed:
    return make_assessed(make_county())


@pytest.fixture
def behind(assessed: Assessed) -> Assessed:
    """A target that is always behind its plan."""
    add_target(assessed, plan={month: Decimal(month * 100) for month in range(1, 13)})
    issue(assessed)
    return assessed


@pytest.fixture
def december() -> Iterator[None]:
    """The first day of the year's last month."""
    with clock_at(at(12, 1)):
        yield


@pytest.fixture
def anonymous_url(settings) -> str:
    """The database for the anonymous application's own role."""
    return as_role(settings.database_url, ANONYMOUS_ROLE)


@pytest.fixture
def door(app, anonymous_url) -> Iterator[FlaskClient]:
    """The anonymous application, which nobody has brought a wrong code yet."""
    application = create_anonymous_app(AnonymousSettings("test", anonymous_url, (bytes(32),)))
    anonymous._wrong.clear()
    yield application.test_client(use_cookies=False)
    application.extensions["anonymous_engine"].dispose()
