"""The same county, phones and clerks as for points."""

from tests.app.points.conftest import (  # noqa: F401
    bazaar,
    clerk,
    clock,
    counter,
    county,
    phone,
    second,
    statements,
    stranger,
)
