"""A programme that a test adds targets to, and issues."""

import pytest

from tests.factories.assessed import Assessed, make_assessed
from tests.factories.county import make_county


@pytest.fixture
def assessed(app) -> Assessed:
    return make_assessed(make_county())
