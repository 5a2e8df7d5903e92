"""One whole county for all tests that kill its processes: it recovers from each of them."""

import http.client
import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.running import Running, running_county

KEYS_WITHIN = 600


@pytest.fixture(scope="session")
def county(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """When its first minutes are over: a job that a kill takes with it is repeated much later."""
    with running_county(tmp_path_factory.mktemp("killed")) as running:
        month_of(running)
        yield running


@dataclass(frozen=True)
class Month:
    """What every phone downloads before it votes."""

    name: str
    anonymous: str
    keys: dict[str, Any]
    coming: dict[str, Any]


def month_of(county: Running) -> Month:
    """Waits until this month is being asked and the next one has its keys."""
    deadline = time.monotonic() + KEYS_WITHIN
    while time.monotonic() < deadline:
        ext = read(f"{county.base}/preview/ext.json")
        name, *later = [*ext.get("key_digests", {}), ""]
        if later[:-1] and read(f"{county.base}/surveys/1/{name}.json").get("state") == "open":
            files = [read(f"{county.base}/keys/1/{month}.json") for month in (name, later[0])]
            return Month(name, ext["anonymous_host"], *files)
        time.sleep(0.3)
    raise AssertionError("no keys and no round")


def read(address: str) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return json.load(answer)
    except (OSError, http.client.HTTPException):
        return {}
