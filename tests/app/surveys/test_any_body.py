"""Any body: whatever stands in a body, form or address, at any depth, no door breaks.

Every route of both applications is walked. A JSON route's fields come from the API's document, a
form's and an address's from what the view itself asks for.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from backend.app.access import Role
from backend.app.accounts import api as accounts_api
from backend.app.core import clock
from backend.app.core.sessions import SessionKind, open_session
from backend.app.core.web import bodies, guards, limits
from backend.app.core.web.guards import CONSOLE_COOKIE, csrf_token_for
from tests.factories.console import make_staff
from tests.factories.county import bind, grant_role
from tests.wechat.server import World

WRITES = ("POST", "PUT", "PATCH")
SHAPE = {"code", "message", "errors", "request_id"}
WHOLE = [
    b"[" * 30_000, b'{"a":' * 30_000, b"9" * 5_000, b'{"words": ' + b"9" * 5_000 + b"}",
    b'"\\ud83d"', b'{"\\ud83d": 1}', b'"\\u0000"', b"\x00", b"\xff\xfe", b"", b"null", b"1e999",
    b"NaN", b'{"a": 1, "a": 2}', b"{",
]  # fmt: skip
# As they stand in a body; what Python's own writer would not write among them.
NASTY = [
    "9" * 5_000, "-" + "9" * 30, "1e308", "1e999", "1.5", "true", "null", '""', "[]", "{}",
    "[" * 2_000 + "]" * 2_000, '"办得好\\ud83d"', '"a\\u0000b"', '"\\udc00\\ud83d"', '"²"',
    '"' + "9" * 5_000 + '"', '"9223372036854775808"', '"2026-13-45"', '"0001-01-01"',
    '"9999-12-31T23:59:59Z"', '[["a"]]', '{"\\u0000": 1}', "[null]", "[-1]", "99999999999999999999",
]  # fmt: skip
IN_FORMS = [
    "", "\x00", "9" * 5_000, "-1", "²", "٣", "9223372036854775808", "1e999", "NaN", "\ud83d",
    "2026-13", "2026-02-30", "0000-00", "9999-12-31", "[" * 3_000, "'\"<script>", "办" * 3_000,
]  # fmt: skip
ALONE = ("9" * 5_000, "²", "9223372036854775808")
MARK = "\ue000"


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "REQUESTS", limits.RateLimit("requests", 10**9, 60))


def example(schema: dict[str, Any], document: dict[str, Any], depth: int = 0) -> Any:
    """A value that fits a schema of the document, as far as it says."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return example(document["components"]["schemas"][name], document, depth + 1)
    for many in ("allOf", "anyOf", "oneOf"):
        if many in schema:
            return example(schema[many][0], document, depth)
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        inner = schema.get("properties", {})
        return {name: example(one, document, depth + 1) for name, one in inner.items()}
    if kind == "array":
        return [example(schema.get("items", {}), document, depth + 1)]
    if kind in ("integer", "number"):
        return 1
    if kind == "boolean":
        return True
    shown = {"date": "2026-11-20", "date-time": "2026-11-20T08:00:00Z"}
    return shown.get(schema.get("format", ""), "2026-11")


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a value, the outermost too."""
    yield path
    pairs = value.items() if isinstance(value, dict) else ()
    pairs = enumerate(value) if isinstance(value, list) else pairs
    for name, inner in pairs:
        yield from places(inner, (*path, name))


def put_at(value: Any, path: tuple[Any, ...]) -> str:
    """The value as JSON with the mark at one place."""
    if not path:
        return MARK
    copy = json.loads(json.dumps(value))
    at = copy
    for name in path[:-1]:
        at = at[name]
    at[path[-1]] = MARK
    return json.dumps(copy, ensure_ascii=False).replace(f'"{MARK}"', MARK)


def variants(skeleton: Any) -> Iterator[bytes]:
    yield from WHOLE
    for path in places(skeleton):
        marked = put_at(skeleton, path)
        for nasty in NASTY:
            yield marked.replace(MARK, nasty).encode()


def address(rule: Rule, value: str = "1") -> str:
    shown = str(rule)
    for name in rule.arguments:
        start = shown.index("<")
        while shown[start : shown.index(">", start)].rpartition(":")[2].lstrip("<") != name:
            start = shown.index("<", start + 1)
        shown = shown[:start] + value + shown[shown.index(">", start) + 1 :]
    return shown


def everybody(county: Any, role: Role = Role.COUNTY_STAFF) -> int:
    """Somebody who may do as much as one person may; the three offices stand apart."""
    person = make_staff(role, county.id, "everybody")
    if role is not Role.COUNTY_STAFF:
        return person
    grant_role(person, Role.CADRE, county.village_ids[0])
    bind(person, county)
    return person


def bodies_of(app: Flask) -> Iterator[tuple[str, str, Any]]:
    document = app.test_client().get("/api/openapi.json").json
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            if method.upper() in WRITES:
                content = told.get("requestBody", {}).get("content", {})
                schema = content.get("application/json", {}).get("schema", {"type": "object"})
                yield method.upper(), re.sub(r"\{\w+\}", "1", path), example(schema, document)


def test_no_json_door_breaks_at_any_body(
    app: Flask, client: FlaskClient, county, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        accounts_api, "WRONG_CODES", limits.RateLimit("wrong_login_codes", 10**9, 60)
    )
    person = everybody(county)
    broken, tried = [], 0
    for method, path, skeleton in bodies_of(app):
        for body in variants(skeleton):
            token = open_session(SessionKind.APP, person, clock.now().timestamp())
            answer = client.open(
                path, method=method, data=body, content_type="application/json",
                headers={
                    "Authorization": f"Bearer {token}",
                    "Idempotency-Key": "00000000-0000-4000-8000-000000000001",
                },
            )  # fmt: skip
            tried += 1
            if answer.status_code >= 500:
                broken.append((method, path, body[:80], answer.status_code))
            elif answer.status_code >= 400:
                assert answer.json.keys() == SHAPE
                assert "\\u0000" not in answer.text, (path, body[:80])
    assert tried > 2_000
    assert world.calls.total() > 0
    assert broken == []


def test_no_anonymous_door_breaks_at_any_body(door) -> None:
    word = {"kind": "verdict", "answer": "solved", "level": 1, "words": "好"}
    skeleton = {
        "kid": "a", "r": "a", "sig": "a", "body": "a", "code": "1" * 16,
        "id": "a", "word": word,
    }  # fmt: skip
    receipts = ({"code": "1" * 16}, {"code": "1" * 16, "id": "a", "word": "a"})
    for rule in door.application.url_map.iter_rules():
        if not rule.methods & set(WRITES):
            continue
        for one in (skeleton, *receipts):
            for body in variants(one):
                if len(body) > 8_000:
                    continue
                answer = door.post(str(rule), data=body, content_type="application/json")
                assert answer.status_code < 500, (str(rule), body[:80])
        for value in IN_FORMS:
            sent = value.encode("utf-8", "surrogatepass")
            form = dict.fromkeys(("code", "kind", "words", "answer", "id"), sent)
            answer = door.post(str(rule), data=form)
            assert answer.status_code < 500, (str(rule), value[:20])


def test_a_part_without_a_name_breaks_no_form(app: Flask) -> None:
    """As the fuzzer sent it: a file in a part that has no name."""
    body = (
        b'--x\r\nContent-Disposition: form-data; filename="a.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\nnothing\r\n--x--\r\n"
    )
    with app.test_request_context(
        method="POST", data=body, content_type="multipart/form-data; boundary=x"
    ):
        assert request.files.get("file") is None


def test_half_an_emoji_is_dropped_and_what_stands_before_it_kept() -> None:
    assert bodies.read_json(b'{"words": "\\u529e\\ud83d"}') == {"words": "办"}
    assert bodies.read_json(b'["\\ud83d\\ude00", "\\\\ud83d", "\\udc00\\ud83d"]') == [
        "😀", "\\ud83d", "",
    ]  # fmt: skip


class Asked(bodies.Fields):
    """Remembers which names a view asks for."""

    names: set[str] = set()  # noqa: RUF012

    def get(self, key: Any, *args: Any, **options: Any) -> Any:
        Asked.names.add(key)
        return super().get(key, *args, **options)

    def __getitem__(self, key: Any) -> Any:
        Asked.names.add(key)
        return super().__getitem__(key)

    def getlist(self, key: Any, *args: Any, **options: Any) -> Any:
        Asked.names.add(key)
        return super().getlist(key, *args, **options)

    def __contains__(self, key: object) -> bool:
        Asked.names.add(str(key))
        return super().__contains__(key)


@pytest.mark.parametrize(
    ("role", "least"),
    [(Role.COUNTY_STAFF, 150), (Role.SYSTEM_ADMIN, 10), (Role.SECURITY_ADMIN, 1),
     (Role.AUDITOR, 1)],
)  # fmt: skip
def test_no_page_breaks_at_any_form_or_address(  # noqa: C901
    app: Flask, client: FlaskClient, county, monkeypatch: pytest.MonkeyPatch, role: Role, least: int
) -> None:
    monkeypatch.setattr(bodies.CarefulRequest, "parameter_storage_class", Asked)
    person = everybody(county, role)
    broken, fields = [], 0

    def ask(method: str, path: str, **options: Any) -> int:
        token = open_session(
            SessionKind.CONSOLE, person, clock.now().timestamp(),
            {"second_factor": True, "pending": None},
        )  # fmt: skip
        client.set_cookie(CONSOLE_COOKIE, token, path="/console")
        headers = {"X-CSRF-Token": csrf_token_for(token)}
        if path.startswith("/api"):
            app_token = open_session(SessionKind.APP, person, clock.now().timestamp())
            headers["Authorization"] = f"Bearer {app_token}"
        answer = client.open(path, method=method, headers=headers, **options)
        if answer.status_code >= 500:
            broken.append((method, path[:40], str(options)[:200], answer.status_code))
        return int(answer.status_code)

    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or "logout" in str(rule):
            continue
        if ask("POST" if "POST" in rule.methods else "GET", address(rule)) == 403:
            continue
        for value in ("9" * 5_000, "9" * 19, "9223372036854775808", "0", "a%00b", "%ed%a0%bd"):
            if rule.arguments:
                ask("GET", address(rule, value))
        method = "POST" if "POST" in rule.methods else "GET"
        if method not in rule.methods:
            continue
        where = "data" if method == "POST" and str(rule).startswith("/console") else "query_string"
        Asked.names = set()
        ask(method, address(rule), **{where: {"x": "1"}})
        ask(method, address(rule), **{where: dict.fromkeys(Asked.names, "1")})
        names = sorted(Asked.names - {"csrf_token"})
        fields += len(names)
        for value in IN_FORMS:
            sent = value.encode("utf-8", "surrogatepass")
            for name in names:
                ask(method, address(rule), **{where: {**dict.fromkeys(names, "1"), name: sent}})
            ask(method, address(rule), **{where: dict.fromkeys(names, sent)})
    assert fields >= least
    assert broken == []
