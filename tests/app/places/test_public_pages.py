"""What anybody can open: a scanned code, WeChat's file, a photo."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from backend.app.access import Actor
from backend.app.core.db import transaction
from backend.app.core.files import storage
from backend.app.places import operations, targets
from backend.app.places.queries import Place
from tests.app.places.conftest import place
from tests.app.places.test_photos import picture
from tests.factories.photos import open_photos


@pytest.fixture
def point(county: Place, manager: Actor) -> targets.Point:
    """办事窗口 of 永安村."""
    with transaction():
        made = operations.add_service_point(
            manager, village_id=place("610528101200").id, kind_code="clinic", name="永安卫生室"
        )
    return targets.get_point(made.id)


def test_a_phone_outside_wechat_is_told_to_use_wechat(
    point: targets.Point, client: FlaskClient
) -> None:
    answer = client.get(f"/q/{point.code}")
    assert answer.status_code == 200
    for words in ("永安卫生室", "庄里镇", "永安村委会", "请打开<strong>微信</strong>", "12345"):
        assert words in answer.text


@pytest.mark.parametrize("tail", ["/", "&scene=1011", "?scancode_time=1", "/?from=singlemessage"])
def test_whatever_a_scanner_hangs_on_the_address_it_leads_to_the_place(
    point: targets.Point, client: FlaskClient, tail: str
) -> None:
    answer = client.get(f"/q/{point.code}{tail}")
    assert (answer.status_code, "永安卫生室" in answer.text) == (200, True)


def test_a_revoked_code_says_to_look_for_the_new_poster(
    point: targets.Point, manager: Actor, client: FlaskClient
) -> None:
    with transaction():
        operations.rotate_code(manager, point.id, "换新")
    answer = client.get(f"/q/{point.code}")
    assert answer.status_code == 410
    assert "这个码已停用，请看新贴的码或打 12345" in answer.text
    assert "永安卫生室" not in answer.text


@pytest.mark.parametrize("code", ["2222222222", "%00", "😀", "x" * 300, "' OR 1=1"])
def test_an_unknown_code_gets_a_plain_page(app: Flask, client: FlaskClient, code: str) -> None:
    answer = client.get(f"/q/{code}")
    assert answer.status_code == 404
    assert "不认识这个码" in answer.text


@pytest.mark.parametrize("path", ["/q/Abc123.txt", "/Abc123.txt"])
def test_wechats_verification_file_is_served_at_both_places(
    app: Flask, client: FlaskClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(
        app.config["SETTINGS"], wechat_verify_file_name="Abc123.txt", wechat_verify_file_text="7f9c"
    )
    monkeypatch.setitem(app.config, "SETTINGS", settings)
    answer = client.get(path)
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "7f9c", "text/plain")
    assert client.get(path.replace("Abc", "Xyz")).status_code == 404


def test_no_verification_file_is_served_before_one_is_set(app: Flask, client: FlaskClient) -> None:
    assert client.get("/.txt").status_code == 404
    assert client.get("/q/Abc123.txt").status_code == 404


def test_a_photo_is_shown_to_everybody_and_may_be_kept(
    point: targets.Point, manager: Actor, client: FlaskClient
) -> None:
    with transaction():
        operations.set_photo(manager, point.id, picture())
    url = targets.get_point(point.id).photo_url
    assert client.get(url).status_code == 404
    open_photos()
    assert url is not None
    answer = client.get(url)
    assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", ["none.jpg", "..%2Fexports%2Fx.jpg", "%2e%2e", "a b.jpg"])
def test_only_photos_can_be_fetched_as_photos(app: Flask, client: FlaskClient, name: str) -> None:
    storage.put("exports/x.jpg", b"secret")
    assert client.get(f"/photos/{name}").status_code == 404
