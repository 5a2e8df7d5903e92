"""Doors: what answers carry, and whose requests a limit counts."""

import re
from dataclasses import replace

from flask import Flask, send_file
from flask.testing import FlaskClient

from backend.app.access import Role
from backend.app.accounts import api as accounts_api
from backend.app.core.anonymous_settings import AnonymousSettings
from backend.app.core.files import storage
from backend.app.core.settings import Settings
from backend.app.core.web import guards, limits
from backend.app.exports.console import TYPES
from backend.app.factory import create_anonymous_app, create_app
from tests.app.ratings.conftest import open_phone
from tests.factories.console import make_staff, sit_down
from tests.factories.county import make_county, make_person
from tests.wechat.server import World

CONSENT = "2026-11"
YEAR = "max-age=31536000"


def test_nothing_under_the_console_is_kept_by_a_browser(app: Flask, client: FlaskClient) -> None:
    county = make_county()
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id))
    for path in ("/console/", "/console/login", "/console/nothing", "/console/exports"):
        assert desk.get(path).headers["Cache-Control"] == "private, no-store", path


def test_an_exported_file_is_not_kept_by_a_browser(settings: Settings) -> None:
    other = create_app(settings)

    @other.route("/console/a-file")
    @guards.open_to_all("a test")
    def a_file():
        return send_file(storage.path("exports/one.csv"), mimetype=TYPES["csv"])

    with other.app_context():
        storage.put("exports/one.csv", b"1")
    answer = other.test_client().get("/console/a-file")
    assert (answer.data, answer.headers["Cache-Control"]) == (b"1", "private, no-store")


def test_browsers_keep_to_https_where_the_county_has_it(settings: Settings, client) -> None:
    assert client.get("/healthz").headers["Strict-Transport-Security"] == YEAR
    plain = create_app(replace(settings, public_host="http://127.0.0.1:8000")).test_client()
    assert "Strict-Transport-Security" not in plain.get("/healthz").headers
    for host, told in (("https://niming.example.cn", YEAR), ("http://127.0.0.1:8001", None)):
        theirs = AnonymousSettings(host=host, database_url=settings.database_url)
        answer = create_anonymous_app(theirs).test_client().get("/healthz")
        assert answer.headers.get("Strict-Transport-Security") == told


def test_answers_tell_the_limit_and_what_is_left_of_it(client, monkeypatch) -> None:
    phone = open_phone(client, make_person())
    first, second = phone.call("GET", "/me").headers, phone.call("GET", "/me").headers
    assert first["RateLimit-Limit"] == "240"
    assert int(first["RateLimit-Remaining"]) - int(second["RateLimit-Remaining"]) in (1, -238)
    assert 0 < int(first["RateLimit-Reset"]) <= 60
    monkeypatch.setattr(guards, "REQUESTS", limits.RateLimit("requests", 1, 60))
    refused = phone.call("GET", "/me")
    assert (refused.status_code, refused.headers["RateLimit-Remaining"]) == (429, "0")
    assert refused.headers["Retry-After"] == refused.headers["RateLimit-Reset"]


def test_wrong_login_codes_of_one_address_close_no_other_address(
    client: FlaskClient, world: World, monkeypatch
) -> None:
    monkeypatch.setattr(accounts_api, "WRONG_CODES", limits.RateLimit("wrong_login_codes", 2, 600))

    def log_in(address: str, code: str) -> int:
        where = {"REMOTE_ADDR": address}
        answer = client.post(
            "/api/v1/sessions", json={"code": code, "consent": CONSENT}, environ_base=where
        )
        return int(answer.status_code)

    stranger = [log_in("198.51.100.7", f"no-such-code-{n}") for n in range(3)]
    assert stranger == [401, 401, 429]
    assert log_in("198.51.100.8", world.new_code("openid-of-a-villager")) == 201
    assert [log_in("198.51.100.9", world.new_code(f"openid-{n}")) for n in range(4)] == [201] * 4


def test_the_addresses_of_callers_stand_nowhere_in_redis(app: Flask, client, world: World) -> None:
    client.post(
        "/api/v1/sessions",
        json={"code": "wrong", "consent": CONSENT},
        environ_base={"REMOTE_ADDR": "198.51.100.7"},
    )
    names = [key.decode() for key in app.extensions["redis"].keys("limit:*")]
    assert any(name.startswith("limit:wrong_login_codes:") for name in names)
    assert not [name for name in names if re.search(r"198\.51", name)]


def test_pages_of_the_console_tell_the_limit_too(app: Flask, client) -> None:
    county = make_county()
    desk = sit_down(client, make_staff(Role.COUNTY_STAFF, county.id))
    assert desk.get("/console/").headers["RateLimit-Limit"] == "240"
