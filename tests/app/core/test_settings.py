"""The environment is read once, checked whole, and refused in words."""

import pytest

from backend.app.core.settings import Settings, SettingsError

GOOD = {
    "APP_ENV": "production",
    "SECRET_KEY": "x" * 40,
    "DATABASE_URL": "postgresql://db/county",
    "REDIS_URL": "redis://cache",
    "PUBLIC_HOST": "https://cunsheng.example.cn",
    "WECHAT_APP_ID": "wx1",
    "WECHAT_APP_SECRET": "s",
    "METRICS_TOKEN": "m",
    "STORAGE_DIR": "/var/lib/village-voice/files",
    "TRACE_KEY_DIR": "/run/village-voice/trace-keys",
    "BALLOT_KEY_DIR": "/var/lib/village-voice/ballot-keys:/mnt/standby/ballot-keys",
}


def test_a_complete_production_environment_starts() -> None:
    settings = Settings.from_env(GOOD)
    assert settings.production
    assert settings.secure_cookies
    assert [str(one) for one in settings.ballot_key_dirs] == GOOD["BALLOT_KEY_DIR"].split(":")
    assert settings.second_factor_required
    assert settings.database_url == "postgresql+psycopg://db/county"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "only-for-development"}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"WECHAT_APP_ID": ""}, "WECHAT_APP_ID"),
        ({"WECHAT_APP_SECRET": ""}, "WECHAT_APP_SECRET"),
        ({"WECHAT_API_BASE": "http://127.0.0.1:8009"}, "WECHAT_API_BASE"),
        ({"WECHAT_API_BASE": "https://api.weixin.qq.com.evil.example"}, "WECHAT_API_BASE"),
        ({"WECHAT_API_BASE": "https://user@api.weixin.qq.com"}, "WECHAT_API_BASE"),
        ({"WECHAT_API_BASE": "http://api.weixin.qq.com"}, "WECHAT_API_BASE"),
        ({"PUBLIC_HOST": "http://cunsheng.example.cn"}, "PUBLIC_HOST"),
        ({"DEMO_MONTHS": "6"}, "DEMO_"),
        ({"DEMO_SECONDS_AHEAD": "60"}, "DEMO_SECONDS_AHEAD"),
        ({"DEMO_SECONDS_AHEAD": "60", "APP_ENV": "development"}, "DEMO_SECONDS_AHEAD"),
        ({"ANONYMOUS_HOST": "http://niming.example.cn"}, "ANONYMOUS_HOST"),
        ({"ANONYMOUS_HOST": "https://cunsheng.example.cn"}, "ANONYMOUS_HOST"),
        ({"METRICS_TOKEN": ""}, "METRICS_TOKEN"),
        ({"TRACE_KEY_DIR": ""}, "TRACE_KEY_DIR"),
        ({"TRACE_KEY_DIR": "/var/lib/village-voice/files/keys"}, "TRACE_KEY_DIR"),
        ({"BALLOT_KEY_DIR": ""}, "BALLOT_KEY_DIR"),
        ({"BALLOT_KEY_DIR": "/keys:/var/lib/village-voice/files/keys"}, "BALLOT_KEY_DIR"),
        ({"DATABASE_URL": ""}, "DATABASE_URL"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
        ({"APP_ENV": "prod"}, "APP_ENV"),
        ({"TRUSTED_PROXIES": "many"}, "TRUSTED_PROXIES"),
        ({"WECHAT_CHECKS_WORDS": "perhaps"}, "WECHAT_CHECKS_WORDS"),
    ],
)
def test_production_refuses_what_would_be_unsafe_and_names_it(
    change: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError, match=named):
        Settings.from_env({**GOOD, **change})


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_env({"APP_ENV": "production"})
    assert len(str(caught.value).splitlines()) >= 6


def test_without_a_word_about_it_the_environment_is_production() -> None:
    with pytest.raises(SettingsError, match="SECRET_KEY"):
        Settings.from_env({})


def test_printing_settings_shows_no_secret() -> None:
    printed = repr(Settings.from_env({**GOOD, "SECRET_KEY": "k" * 40}))
    for secret in ("k" * 40, "postgresql", "redis://", "'s'"):
        assert secret not in printed
