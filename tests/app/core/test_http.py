"""Errors in one shape, request ids, headers, health, metrics, the document."""

import json
import re

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from backend.app.access import Role
from backend.app.core import clock
from backend.app.core.db import transaction
from backend.app.core.errors import DomainError
from backend.app.core.queue import JobName, QueueName, enqueue, queue
from backend.app.core.web.guards import CONSOLE_COOKIE, csrf_token_for
from backend.app.core.web.http import STATUS
from tests.app.ratings.conftest import open_phone
from tests.factories.console import as_shown, make_staff, sit_down
from tests.factories.county import make_county

SHAPE = {"code", "message", "errors", "request_id"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/api/v1/me", 405),
        ("GET", "/api/v1/me", 401),
        ("POST", "/api/v1/sessions", 422),
    ],
)
def test_every_refusal_of_the_api_has_the_one_shape(
    client: FlaskClient, method: str, path: str, status: int
) -> None:
    answer = client.open(path, method=method, json={} if method == "POST" else None)
    assert answer.status_code == status
    assert answer.json.keys() == SHAPE
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json["message"])
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]


def test_a_method_that_is_not_allowed_names_those_that_are(client: FlaskClient) -> None:
    assert "GET" in client.delete("/api/v1/me").headers["Allow"]


def test_a_given_request_id_is_kept_and_a_strange_one_replaced(client: FlaskClient) -> None:
    kept = client.get("/healthz", headers={"X-Request-Id": "abcdef-123456"})
    assert kept.headers["X-Request-Id"] == "abcdef-123456"
    strange = client.get("/healthz", headers={"X-Request-Id": "a b<script>"})
    assert strange.headers["X-Request-Id"] != "a b<script>"


def test_a_body_that_is_too_large_is_refused(client: FlaskClient) -> None:
    answer = client.post("/api/v1/sessions", data=b"x" * 70_000, content_type="application/json")
    assert (answer.status_code, answer.json["code"]) == (413, "too_large")


def test_a_crash_tells_nobody_anything_and_the_log_its_kind(
    app: Flask, client: FlaskClient, monkeypatch, capsys: pytest.CaptureFixture[str]
) -> None:
    view = app.view_functions["health.healthz"]

    def crash() -> None:
        raise RuntimeError("inner detail")

    crash.__dict__.update(view.__dict__)
    monkeypatch.setitem(app.view_functions, "health.healthz", crash)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = client.get("/healthz")
    assert answer.status_code == 500
    assert "inner detail" not in answer.text
    assert "12345" in answer.text
    line = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (line["event"], line["kind"]) == ("crash", "RuntimeError")


def test_the_log_of_a_crash_shows_the_places_and_not_the_values(
    app: Flask, client: FlaskClient, world, monkeypatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    with transaction() as session:
        session.execute(text("ALTER TABLE person ADD CONSTRAINT ck_x CHECK (openid IS NULL)"))
    try:
        code = world.new_code("o-somebody")
        given = {"code": code, "consent": "2026-11"}
        assert client.post("/api/v1/sessions", json=given).status_code == 500
    finally:
        with transaction() as session:
            session.execute(text("ALTER TABLE person DROP CONSTRAINT ck_x"))
    told = capsys.readouterr().out
    assert "o-somebody" not in told
    crash = next(line for line in map(json.loads, told.splitlines()) if line["event"] == "crash")
    assert crash["exception"][0]["kind"] == "sqlalchemy.exc.IntegrityError"
    assert any("accounts" in frame for frame in crash["exception"][0]["frames"])


def test_a_browser_gets_a_page_with_the_same_words(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.mimetype == "text/html"
    assert "没有这个地址" in answer.text


def test_the_process_is_healthy_and_ready(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json["parts"] == {"database": True, "redis": True}


def test_not_ready_names_the_missing_part(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Gone:
        def ping(self) -> None:
            raise ConnectionError

    monkeypatch.setitem(app.extensions, "redis", Gone())
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["parts"] == {"database": True, "redis": False}


@pytest.mark.parametrize("path", ["/api/v1/me", "/console/"])
def test_without_redis_the_answer_is_to_try_again(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    nowhere = redis.Redis(host="127.0.0.1", port=1, socket_connect_timeout=0.2)
    monkeypatch.setitem(app.extensions, "redis", nowhere)
    client.set_cookie(CONSOLE_COOKIE, "x", path="/console")
    answer = client.get(path, headers={"Authorization": "Bearer x"})
    assert answer.status_code == 503
    assert "过一会儿再试" in answer.text or answer.json["code"] == "unavailable"


def test_metrics_count_requests_and_waiting_jobs(app: Flask, client: FlaskClient) -> None:
    client.get("/healthz")
    with transaction():
        enqueue(JobName.RECOMPUTE_NIGHTLY)
    text = client.get("/metrics").text
    assert 'vv_answers_total{endpoint="health.healthz",status="200"}' in text
    assert 'vv_queue_jobs{queue="slow"} 1.0' in text
    assert 'vv_queue_jobs{queue="quick"} 0.0' in text


def test_a_job_is_sent_after_the_commit_and_not_without_it(app: Flask) -> None:
    with pytest.raises(ZeroDivisionError), transaction():
        _ = enqueue(JobName.RECOMPUTE_NIGHTLY), 1 // 0
    assert len(queue(QueueName.SLOW)) == 0


def test_the_document_describes_every_api_route(app: Flask, client: FlaskClient) -> None:
    document = client.get("/api/openapi.json").json
    routes = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(rule))
        for rule in app.url_map.iter_rules()
        if str(rule).startswith("/api/v1/")
    }
    assert routes == set(document["paths"])


def test_every_kind_of_error_has_a_status_and_chinese_words() -> None:
    kinds = set(DomainError.__subclasses__())
    assert kinds == {kind for kind, _ in STATUS}


def test_a_person_who_asks_too_often_is_told_to_wait(
    client: FlaskClient, app: Flask, stop_clock
) -> None:
    moment = clock.now()
    stop_clock(moment)
    make_county()
    phone = open_phone(client)
    statuses = {phone.call("GET", "/me").status_code for _ in range(242)}
    assert statuses == {200, 429}
    assert 1 <= int(phone.call("GET", "/me").headers["Retry-After"]) <= 60
    assert open_phone(client).call("GET", "/me").status_code == 200


def test_a_form_refused_at_the_door_leads_back_to_its_page(app, client: FlaskClient) -> None:
    county = make_county()
    clerk = sit_down(client, make_staff(Role.ASSESSOR, county.id, "clerk"))
    page, form = (
        "/console/assessments/ballots/groups/1",
        {"csrf_token": csrf_token_for(clerk.token)},
    )

    def refused(sent_from: str) -> str:
        return as_shown(client.post(f"{page}/codes", data=form, headers={
            "Referer": sent_from, "Accept": "text/html",
        }))  # fmt: skip

    shown = refused(f"http://localhost{page}?run=1")
    assert "没有保存" in shown
    assert "请填印几张" in shown
    assert f'href="{page}?run=1"' in shown
    assert "回到刚才的页面" not in refused("http://evil.example/x")
