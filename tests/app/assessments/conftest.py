"""A programme that a test adds targets to, and issues."""

from decimal import Decimal

import pytest

from tests.factories.assessed import Assessed, add_target, issue, make_assessed
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
