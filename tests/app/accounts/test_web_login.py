"""Logging in with WeChat's own browser: one state for one browser, one code, one openid."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.app.core.settings import Settings
from tests.wechat.server import World, running

CONSENT = "2026-12"


@pytest.fixture
def official(app: Flask, world: World, monkeypatch) -> Iterator[World]:
    """A county with a 公众号, and WeChat's server."""
    with running(world) as base:
        settings = replace(
            app.config["SETTINGS"], wechat_api_base=base, wechat_web_app_id="wx-web",
            wechat_web_app_secret="wx-web-secret",
        )  # fmt: skip
        monkeypatch.setitem(app.config, "SETTINGS", settings)
        yield world


def leave(client: FlaskClient) -> dict[str, str]:
    """What goes along to WeChat."""
    answer = client.get("/m/login/wechat")
    assert answer.status_code == 302
    parts = urlsplit(answer.location)
    assert (parts.netloc, parts.fragment) == ("open.weixin.qq.com", "wechat_redirect")
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def come_back(client: FlaskClient, **query: str) -> dict[str, str]:
    """What the web application reads behind the #."""
    answer = client.get("/m/login/wechat/back", query_string=query)
    assert answer.status_code == 302
    parts = urlsplit(answer.location)
    assert (parts.path, parts.query) == ("/m/", "")
    return {name: values[0] for name, values in parse_qs(parts.fragment).items()}


def test_wechat_is_asked_for_the_openid_alone(client, official) -> None:
    asked = leave(client)
    assert asked["scope"] == "snsapi_base"
    assert asked["redirect_uri"] == "https://cunsheng.example.cn/m/login/wechat/back"
    assert (asked["appid"], asked["response_type"]) == ("wx-web", "code")


def test_the_cookie_is_of_this_log_in_alone(client, official) -> None:
    cookie = client.get("/m/login/wechat").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" in cookie
    assert "Path=/m/login" in cookie


def test_who_comes_back_has_a_session_and_is_found_again(client, official, scalar) -> None:
    people = set()
    for expected in ("1", "0"):
        told = come_back(client, state=leave(client)["state"], code=official.new_web_code("w-li"))
        assert told["new"] == expected
        body = {"code": told["login"], "consent": CONSENT}
        assert client.post("/api/v1/sessions", json=body).status_code == 201
        people.add(scalar("SELECT person_id FROM person_identity WHERE way = 'wechat_web'"))
    assert len(people) == 1
    assert scalar("SELECT count(*) FROM person") == 1


def test_a_state_works_once(client, official) -> None:
    state = leave(client)["state"]
    come_back(client, state=state, code=official.new_web_code("w-li"))
    again = come_back(client, state=state, code=official.new_web_code("w-li"))
    assert again == {"login-problem": "login_code_invalid"}


def test_another_browser_cannot_come_back_with_it(app, client, official) -> None:
    """Or somebody could log a neighbour in as oneself, and read what the neighbour writes."""
    state = leave(client)["state"]
    told = come_back(app.test_client(), state=state, code=official.new_web_code("w-li"))
    assert told == {"login-problem": "login_code_invalid"}


def test_a_state_of_ones_own_making_is_worth_nothing(client, official) -> None:
    leave(client)
    told = come_back(client, state="x" * 43, code=official.new_web_code("w-li"))
    assert told == {"login-problem": "login_code_invalid"}


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("code:40029", "login_code_invalid"),
        ("code:40163", "login_code_invalid"),
        ("code:42003", "login_code_invalid"),
        ("code:-1", "wechat_busy"),
        ("code:45011", "wechat_busy"),
        ("code:40125", "wechat_unavailable"),
        ("not_json", "wechat_unavailable"),
        ("500", "wechat_unavailable"),
        ("odd_openid", "wechat_unavailable"),
    ],
)
def test_what_wechat_refuses_is_told(client, official, fault, code) -> None:
    state = leave(client)["state"]
    official.faults.append(fault)
    told = come_back(client, state=state, code=official.new_web_code("w-li"))
    assert told == {"login-problem": code}


def test_a_code_works_once_and_for_five_minutes(client, official) -> None:
    code = official.new_web_code("w-li")
    come_back(client, state=leave(client)["state"], code=code)
    used = come_back(client, state=leave(client)["state"], code=code)
    old = official.new_web_code("w-li", minutes=6)
    late = come_back(client, state=leave(client)["state"], code=old)
    assert used == late == {"login-problem": "login_code_invalid"}


def test_an_openid_of_the_mini_program_is_another_number(client, official, scalar) -> None:
    """The same letters by two ways are two people until somebody joins them."""
    body = {"code": official.new_code("o-li"), "consent": CONSENT}
    client.post("/api/v1/sessions", json=body)
    told = come_back(client, state=leave(client)["state"], code=official.new_web_code("o-li"))
    client.post("/api/v1/sessions", json={"code": told["login"], "consent": CONSENT})
    assert scalar("SELECT count(*) FROM person") == 2


def test_without_a_configured_account_nobody_leaves(client) -> None:
    assert client.get("/m/login/wechat").status_code == 404
    assert client.get("/m/login/wechat/back").status_code == 404


def test_half_a_configuration_is_refused() -> None:
    faults = Settings(wechat_web_app_id="wx-web").faults({})
    assert any(line.startswith("WECHAT_WEB_APP_SECRET") for line in faults)
