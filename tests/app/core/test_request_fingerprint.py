"""Of an address and a telephone nothing is kept that could be tested against anybody tomorrow."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from threading import Barrier

import pytest
import redis

from backend.app.core import clock
from backend.app.core.web import request_fingerprint
from backend.app.core.web.request_fingerprint import Trace, trace
from backend.jobs import ratings as jobs

KEY = b"today"


def test_neighbours_of_a_network_are_one_and_other_networks_are_not() -> None:
    assert trace(KEY, "10.1.2.3", None) == trace(KEY, "10.1.2.250", None)
    assert trace(KEY, "10.1.2.3", None) != trace(KEY, "10.1.3.3", None)
    assert trace(KEY, "2409:8a:1:2::3", None) == trace(KEY, "2409:8a:1:ffff::9", None)
    assert trace(KEY, "::ffff:10.1.2.3", None) == trace(KEY, "10.1.2.9", None)


def test_tomorrow_the_same_network_and_telephone_have_other_names() -> None:
    today = trace(KEY, "10.1.2.3", "MicroMessenger")
    tomorrow = trace(b"tomorrow", "10.1.2.3", "MicroMessenger")
    assert today.network != tomorrow.network
    assert today.device != tomorrow.device


@pytest.mark.parametrize("address", [None, "", "unix:", "999.1.1.1"])
def test_what_is_no_address_leaves_nothing(address: str | None) -> None:
    assert trace(KEY, address, "") == Trace(None, None)


def ask(app, day: str = "2026-11-30") -> Trace:
    """What a process that has just started keeps of a request on that day."""
    app.extensions.pop("trace_key", None)
    noon = datetime.fromisoformat(f"{day}T12:00+08:00")
    environ = {"REMOTE_ADDR": "10.1.2.3"}
    with clock.clock_at(noon), app.test_request_context("/", environ_base=environ):
        return request_fingerprint.trace_of_request()


@pytest.fixture
def keys(app, settings) -> Path:
    """The folder of the days' keys, empty."""
    for file in settings.trace_key_dir.iterdir():
        file.unlink()
    return settings.trace_key_dir


def test_the_days_key_lies_in_a_file_of_its_own_and_not_in_redis(app, settings, keys) -> None:
    kept = ask(app)
    (file,) = keys.iterdir()
    key = file.read_bytes()
    assert len(key) == 32
    assert file.stat().st_mode & 0o077 == 0
    assert trace(key, "10.1.2.3", None).network == kept.network
    client = redis.Redis.from_url(settings.redis_url)
    assert not any(key in (client.get(name) or b"") for name in client.keys("*"))


def test_every_process_uses_the_key_that_was_first(app, keys) -> None:
    assert ask(app) == ask(app)
    (keys / "2026-12-01.key").write_bytes(b"first")
    assert ask(app, "2026-12-01").network == trace(b"first", "10.1.2.3", None).network


def test_of_many_who_make_the_key_at_once_all_get_the_same(app, keys) -> None:
    start = Barrier(8)

    def race() -> bytes:
        with app.app_context():
            start.wait()
            return request_fingerprint._shared_key(date(2026, 11, 30))

    with ThreadPoolExecutor(8) as racers:
        made = {racer.result() for racer in [racers.submit(race) for _ in range(8)]}
    assert len(made) == 1
    assert [file.name for file in keys.iterdir()] == ["2026-11-30.key"]


def test_the_first_request_of_a_day_takes_the_key_of_the_day_before_away(app, keys) -> None:
    before = ask(app)
    after = ask(app, "2026-12-01")
    assert [file.name for file in keys.iterdir()] == ["2026-12-01.key"]
    assert before.network != after.network


def test_the_night_takes_the_key_away_where_nobody_asked_any_more(app, keys) -> None:
    ask(app)
    (keys / "2026-11-30.draft-of-a-killed-process").touch()
    (keys / "somebody elses file").touch()
    with clock.clock_at(datetime(2026, 11, 30, 23, 59, tzinfo=clock.COUNTY_ZONE)):
        jobs.flag_suspicious()
    assert (keys / "2026-11-30.key").exists()
    with clock.clock_at(datetime(2026, 12, 1, 1, 30, tzinfo=clock.COUNTY_ZONE)):
        jobs.flag_suspicious()
    assert [file.name for file in keys.iterdir()] == ["somebody elses file"]


def test_where_no_key_can_be_written_a_request_is_served_all_the_same(
    app, keys, monkeypatch
) -> None:
    (keys / "a file").touch()
    broken = replace(app.config["SETTINGS"], trace_key_dir=keys / "a file")
    monkeypatch.setitem(app.config, "SETTINGS", broken)
    assert ask(app).network is not None
