"""T8: the proxy before the anonymous application forgets who asks."""

from typing import Any

import crossplane
import pytest

from backend.app.core.settings import REPOSITORY
from backend.app.core.web.anonymous_http import NAMING

CONF = REPOSITORY / "docs" / "nginx.conf"
# All that goes on to the application; neither says anything about the phone.
PASSED_ON = {"Connection", "Host", "Content-Type", "Content-Length"}


@pytest.fixture(scope="module")
def servers() -> dict[str, Any]:
    """Each server's directives by its name."""
    parsed = crossplane.parse(str(CONF), check_ctx=False, catch_errors=False)
    blocks = [
        line["block"] for line in parsed["config"][0]["parsed"] if line["directive"] == "server"
    ]
    return {_one(block, "server_name")[0]: block for block in blocks}


def _all(block: Any, directive: str) -> list[list[str]]:
    return [line["args"] for line in block if line["directive"] == directive]


def _one(block: Any, directive: str) -> list[str]:
    (args,) = _all(block, directive)
    return args


@pytest.fixture
def anonymous(servers) -> Any:
    return servers["niming.example.gov.cn"]


@pytest.fixture
def location(anonymous) -> Any:
    (found,) = [line["block"] for line in anonymous if line["directive"] == "location"]
    return found


def test_t8_it_keeps_no_log(anonymous) -> None:
    assert _one(anonymous, "access_log") == ["off"]
    assert _one(anonymous, "error_log") == ["/dev/null", "crit"]


def test_t8_it_passes_on_nothing_the_phone_says_about_itself(location) -> None:
    assert _one(location, "proxy_pass_request_headers") == ["off"]
    passed = {name for name, _ in _all(location, "proxy_set_header")}
    assert passed == PASSED_ON
    assert passed.isdisjoint(NAMING)
    assert not [args for args in _all(location, "proxy_set_header") if "$remote_addr" in args[1]]


def test_t8_its_connections_and_certificate_are_its_own(servers, anonymous) -> None:
    county = servers["cunsheng.example.gov.cn"]
    assert _one(county, "ssl_certificate") != _one(anonymous, "ssl_certificate")
    assert _one(county, "server_name") != _one(anonymous, "server_name")
    assert _one(anonymous, "ssl_session_cache") == ["off"]
    assert _one(anonymous, "ssl_session_tickets") == ["off"]


def test_t8_no_body_reaches_a_disk(anonymous) -> None:
    assert _one(anonymous, "client_max_body_size") == _one(anonymous, "client_body_buffer_size")
    assert _one(anonymous, "proxy_max_temp_file_size") == ["0"]


def test_t14_one_address_is_slowed_down_in_memory_alone(anonymous) -> None:
    parsed = crossplane.parse(str(CONF), check_ctx=False, catch_errors=False)
    (zone,) = _all(parsed["config"][0]["parsed"], "limit_req_zone")
    assert zone[0] == "$binary_remote_addr"
    assert _one(anonymous, "limit_req")[0] == zone[1].rsplit(":", 1)[0]
    assert _one(anonymous, "limit_req_status") == ["429"]
