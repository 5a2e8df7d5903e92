"""Logging in by OpenID Connect, against a real provider that may be told to lie."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient

from backend.app.core.settings import Settings
from tests.oidc.running import CLIENT_ID, CLIENT_SECRET, running_provider, walk

BACK = "https://cunsheng.example.cn/m/login/oidc/back"
CONSENT = "2026-12"


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running_provider(BACK) as address:
        yield address


@pytest.fixture
def county(app: Flask, issuer: str, monkeypatch) -> Settings:
    """A county whose people come by the provider."""
    requests.get(f"{issuer}/fault")
    return configure(app, monkeypatch, issuer)


def configure(app: Flask, monkeypatch, issuer: str) -> Settings:
    settings = replace(
        app.config["SETTINGS"], oidc_issuer=issuer, oidc_client_id=CLIENT_ID,
        oidc_client_secret=CLIENT_SECRET, oidc_name="省统一认证",
    )  # fmt: skip
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    return settings


def leave(client: FlaskClient) -> str:
    answer = client.get("/m/login/oidc")
    assert answer.status_code == 302
    return answer.location


def come_back(client: FlaskClient, address: str) -> dict[str, str]:
    """What the web application reads behind the #."""
    answer = client.get(f"/m/login/oidc/back?{urlsplit(address).query}")
    assert answer.status_code == 302
    parts = urlsplit(answer.location)
    assert (parts.path, parts.query) == ("/m/", "")
    return {name: values[0] for name, values in parse_qs(parts.fragment).items()}


def test_who_comes_back_has_a_session_and_is_found_again(client, county, scalar) -> None:
    for expected in ("1", "0"):
        told = come_back(client, walk(leave(client), "li", BACK))
        assert told["new"] == expected
        body = {"code": told["login"], "consent": CONSENT}
        assert client.post("/api/v1/sessions", json=body).status_code == 201
    assert scalar("SELECT count(*) FROM person_identity WHERE way = 'oidc'") == 1
    assert scalar("SELECT count(*) FROM person") == 1


def test_two_people_of_the_provider_are_two_here(client, county, scalar) -> None:
    for person in ("li", "wang"):
        told = come_back(client, walk(leave(client), person, BACK))
        client.post("/api/v1/sessions", json={"code": told["login"], "consent": CONSENT})
    assert scalar("SELECT count(*) FROM person") == 2


def test_it_asks_for_a_code_with_pkce_and_for_nothing_but_who_it_is(client, county) -> None:
    asked = parse_qs(urlsplit(leave(client)).query)
    assert (asked["scope"], asked["response_type"]) == (["openid"], ["code"])
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [BACK]
    assert len(asked["nonce"][0]) == len(asked["state"][0]) == 43


def test_the_button_says_what_the_county_calls_it(client, county) -> None:
    ways = client.get("/api/v1/login/ways").json["ways"]
    assert {"way": "oidc", "name": "省统一认证"} in ways


def test_a_state_works_once(client, county) -> None:
    address = walk(leave(client), "li", BACK)
    assert "login" in come_back(client, address)
    assert come_back(client, address) == {"login-problem": "login_code_invalid"}


def test_another_browser_cannot_come_back_with_it(app, client, county) -> None:
    address = walk(leave(client), "li", BACK)
    told = come_back(app.test_client(), address)
    assert told == {"login-problem": "login_code_invalid"}


def test_a_code_of_another_log_in_is_refused(client, county) -> None:
    """Its verifier is not the one that this log-in left with."""
    other = parse_qs(urlsplit(walk(leave(client), "li", BACK)).query)
    mine = parse_qs(urlsplit(leave(client)).query)
    told = come_back(client, f"{BACK}?code={other['code'][0]}&state={mine['state'][0]}")
    assert told == {"login-problem": "oidc_refused"}


@pytest.mark.parametrize(
    "fault", ["nonce", "no_nonce", "audience", "issuer", "expired", "signature", "none"]
)
def test_a_false_token_lets_nobody_in(client, county, issuer, fault, scalar) -> None:
    address = walk(leave(client), "li", BACK)
    requests.get(f"{issuer}/fault", params={"name": fault})
    assert come_back(client, address) == {"login-problem": "oidc_refused"}


def test_whoever_refuses_there_is_told_here(client, county) -> None:
    told = come_back(client, walk(leave(client), "", BACK))
    assert told == {"login-problem": "oidc_refused"}


def test_a_provider_that_is_down_is_told(app, client, monkeypatch) -> None:
    configure(app, monkeypatch, "http://127.0.0.1:9")
    assert leave(client).endswith("#login-problem=oidc_unavailable")


def test_a_provider_that_goes_down_on_the_way_is_told(app, client, county, monkeypatch) -> None:
    address = walk(leave(client), "li", BACK)
    configure(app, monkeypatch, "http://127.0.0.1:9")
    assert come_back(client, address) == {"login-problem": "oidc_unavailable"}


def test_a_server_that_names_itself_otherwise_is_not_used(app, client, issuer, monkeypatch) -> None:
    configure(app, monkeypatch, issuer + "/")
    assert leave(client).endswith("#login-problem=oidc_unavailable")


def test_a_wrong_secret_lets_nobody_in(app, client, county, monkeypatch) -> None:
    address = walk(leave(client), "li", BACK)
    wrong = replace(county, oidc_client_secret="another")
    monkeypatch.setitem(app.config, "SETTINGS", wrong)
    assert come_back(client, address) == {"login-problem": "oidc_refused"}


def test_who_logged_out_comes_back_only_through_the_provider(client, county) -> None:
    told = come_back(client, walk(leave(client), "li", BACK))
    body = {"code": told["login"], "consent": CONSENT}
    token = client.post("/api/v1/sessions", json=body).json["token"]
    header = {"Authorization": f"Bearer {token}"}
    assert client.delete("/api/v1/sessions/current", headers=header).status_code == 204
    assert client.get("/api/v1/me", headers=header).status_code == 401
    assert client.post("/api/v1/sessions", json=body).status_code == 401


def test_without_a_provider_nobody_leaves(client) -> None:
    assert client.get("/m/login/oidc").status_code == 404
    assert client.get("/m/login/oidc/back").status_code == 404


def test_half_a_configuration_is_refused() -> None:
    faults = Settings(oidc_issuer="https://id.example.cn").faults({})
    assert any(line.startswith("OIDC_CLIENT_SECRET") for line in faults)


def test_production_refuses_an_issuer_without_https_and_shows_no_secret() -> None:
    settings = Settings(
        environment="production", oidc_issuer="http://id.example.cn", oidc_client_id="us",
        oidc_client_secret="a-secret",
    )  # fmt: skip
    assert any(line.startswith("OIDC_ISSUER") for line in settings.faults({}))
    assert "a-secret" not in repr(settings)
