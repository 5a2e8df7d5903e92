"""The same county with keys, and the same phones, as for surveys."""

from tests.app.surveys.conftest import (  # noqa: F401
    anonymous_settings,
    box,
    county,
    desk,
    door,
    key_file,
    offices,
    phone,
    spare_keys,
    survey,
)
