"""What is served at /m/, and where a poster's address leads without WeChat."""

from dataclasses import replace
from pathlib import Path

import pytest

from backend.app.accounts.identities import public
from tests.factories.county import make_county


@pytest.fixture
def built(tmp_path: Path, monkeypatch) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>村声</title>", "utf-8")
    (tmp_path / "assets" / "app.0123456789ab.js").write_text("'use strict'")
    (tmp_path / "sw.js").write_text("'use strict'")
    monkeypatch.setattr(public, "BUILT", tmp_path)
    return tmp_path


def test_the_shell_is_asked_for_anew_and_lets_in_nothing_from_elsewhere(client, built) -> None:
    answer = client.get("/m/")
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-cache"
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert answer.headers.getlist("Content-Security-Policy") == [policy]
    assert "camera=(self)" in answer.headers["Permissions-Policy"]
    assert not answer.headers.getlist("Set-Cookie")


def test_assets_are_kept_for_a_year(client, built) -> None:
    answer = client.get("/m/assets/app.0123456789ab.js")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_the_service_worker_is_looked_for_at_each_visit(client, built) -> None:
    assert client.get("/m/sw.js").headers["Cache-Control"] == "no-cache"
    assert client.get("/m/nothing.js").status_code == 404


def test_a_county_without_a_way_to_log_in_has_no_web_application(
    app, client, built, monkeypatch
) -> None:
    bare = replace(app.config["SETTINGS"], sms_access_key_id="")
    monkeypatch.setitem(app.config, "SETTINGS", bare)
    assert client.get("/m/").status_code == 404
    county = make_county()
    assert "/m/" not in client.get(f"/q/{county.code}").text


def test_a_poster_scanned_outside_wechat_offers_both(client) -> None:
    county = make_county()
    page = client.get(f"/q/{county.code}").text
    assert "微信" in page
    assert f'href="/m/?code={county.code}"' in page


def test_a_dead_code_leads_nowhere(client) -> None:
    make_county()
    assert "/m/" not in client.get("/q/none-of-ours").text
