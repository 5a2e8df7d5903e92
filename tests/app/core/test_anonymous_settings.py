"""The anonymous application has its own settings, and refuses whatever is the county's."""

import pytest

from backend.app.core.anonymous_settings import COUNTYS, AnonymousSettings
from backend.app.core.settings import Settings, SettingsError
from tests.app.core.test_settings import GOOD

PEPPER, OLD = "5b" * 32, "c3" * 32
OWN = {
    "APP_ENV": "production",
    "ANONYMOUS_DATABASE_URL": "postgresql://anonymous@db/county",
    "ANONYMOUS_PEPPER": PEPPER,
    "ANONYMOUS_HOST": "https://niming.example.cn/",
}


def test_its_own_settings_are_enough() -> None:
    settings = AnonymousSettings.from_env(OWN)
    assert settings.database_url == "postgresql+psycopg://anonymous@db/county"
    assert settings.peppers == (bytes.fromhex(PEPPER),)
    assert settings.host == "https://niming.example.cn"


def test_retired_peppers_stand_behind_todays() -> None:
    settings = AnonymousSettings.from_env({**OWN, "ANONYMOUS_RETIRED_PEPPERS": f"{OLD}, "})
    assert settings.peppers == (bytes.fromhex(PEPPER), bytes.fromhex(OLD))


@pytest.mark.parametrize("name", COUNTYS)
def test_it_does_not_start_with_anything_of_the_countys(name: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: 这是县里进程的设置"):
        AnonymousSettings.from_env({**OWN, name: "x" * 40})


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"ANONYMOUS_DATABASE_URL": ""}, "ANONYMOUS_DATABASE_URL"),
        ({"ANONYMOUS_PEPPER": ""}, "ANONYMOUS_PEPPER"),
        ({"ANONYMOUS_PEPPER": "5b" * 31}, "ANONYMOUS_PEPPER"),
        ({"ANONYMOUS_PEPPER": "x" * 64}, "ANONYMOUS_PEPPER"),
        ({"ANONYMOUS_RETIRED_PEPPERS": "old"}, "ANONYMOUS_RETIRED_PEPPERS"),
        ({"ANONYMOUS_HOST": "http://niming.example.cn"}, "ANONYMOUS_HOST"),
        ({"APP_ENV": "prod"}, "APP_ENV"),
        ({"DEMO_SECONDS_AHEAD": "60"}, "DEMO_SECONDS_AHEAD"),
    ],
)
def test_what_is_missing_or_unsafe_is_named(change: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        AnonymousSettings.from_env({**OWN, **change})


def test_printing_its_settings_shows_no_secret() -> None:
    printed = repr(AnonymousSettings.from_env(OWN))
    assert "postgresql" not in printed
    assert repr(bytes.fromhex(PEPPER)) not in printed


@pytest.mark.parametrize("name", ["ANONYMOUS_DATABASE_URL", "ANONYMOUS_PEPPER"])
def test_the_countys_processes_do_not_start_with_what_is_the_anonymous_ones(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_env({**GOOD, name: "x"})
