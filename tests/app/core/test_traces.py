"""Of an address and a telephone nothing is kept that could be tested against anybody tomorrow."""

import secrets

import pytest
import redis

from backend.app.core import calendar, traces
from backend.app.core.traces import Trace, trace

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


def test_the_days_key_lives_in_redis_alone_and_for_a_day(app, settings) -> None:
    app.extensions.pop("trace_key", None)
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": "10.1.2.3"}):
        first = traces.trace_of_request()
    client = redis.Redis.from_url(settings.redis_url)
    name = f"trace_key:{calendar.today()}"
    assert len(client.get(name)) == 32
    assert 0 < client.ttl(name) <= traces.KEY_SECONDS
    assert trace(client.get(name), "10.1.2.3", None).network == first.network


def test_every_process_uses_the_key_that_was_first(app, settings) -> None:
    app.extensions.pop("trace_key", None)
    key = secrets.token_bytes(32)
    redis.Redis.from_url(settings.redis_url).set(f"trace_key:{calendar.today()}", key)
    assert traces._key_of(calendar.today()) == key
