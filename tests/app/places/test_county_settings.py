"""What a county decides by single values: usual values, bounds, and the page that lists them."""

import re

import pytest

from backend.app.access import Role
from backend.app.core.db import db, transaction
from backend.app.core.errors import InvalidInput
from backend.app.places.county_settings import SETTINGS, USUAL
from backend.app.places.operations import keep_settings
from backend.app.places.queries import settings_of
from tests.factories.console import make_staff, sit_down
from tests.factories.county import make_county


@pytest.fixture
def county(app) -> int:
    return make_county(villages=1).id


def test_a_county_that_decided_nothing_has_the_usual_values(county: int) -> None:
    assert settings_of(county) == USUAL


def test_one_value_leaves_the_others_as_usual(county: int) -> None:
    with transaction():
        keep_settings(county, {"silent_days": 9})
    settings = settings_of(county)
    assert settings.silent_days == 9
    assert {n for n in SETTINGS if getattr(settings, n) != getattr(USUAL, n)} == {"silent_days"}


def test_a_value_changed_twice_is_the_last_one(county: int) -> None:
    for days in (9, 10):
        with transaction():
            keep_settings(county, {"silent_days": days})
    assert settings_of(county).silent_days == 10


def test_every_value_out_of_its_bounds_is_named(county: int) -> None:
    wrong = {"silent_days": 7, "expiry_rule": "weekly", "proxy_cap": True, "survey_points": None}
    with pytest.raises(InvalidInput) as refused, transaction():
        keep_settings(county, wrong)
    assert set(refused.value.errors) == set(wrong)
    db.session.rollback()
    assert settings_of(county) == USUAL


def test_the_page_lists_every_setting_with_the_page_that_changes_it(county: int, client) -> None:
    with transaction():
        keep_settings(county, {"expiry_rule": "yearly", "survey_points": 7})
    desk = sit_down(client, make_staff(Role.COUNTY_MANAGER, county))
    page = desk.get("/console/places/settings").get_data(as_text=True)
    assert all(setting.words in page for setting in SETTINGS.values())
    assert "<td>上一年的每年过期一次</td>" in page
    assert "<td>7</td>" in page
    for address in set(re.findall(r'href="([^"]+)">去改', page)):
        assert desk.get(address).status_code == 200


def test_the_page_is_closed_to_a_township(county: int, client) -> None:
    desk = sit_down(client, make_staff(Role.TOWNSHIP_STAFF, county))
    assert desk.get("/console/places/settings").status_code == 403
