"""The stand-in itself: a small HTTP server whose misbehaviour tests can order."""

import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.sms.gateway import Gateway
from tests.wechat.messages import Messages
from tests.wechat.words import Words

APP_ID, APP_SECRET = "wx-test", "wx-test-secret"
WEB_APP_ID, WEB_APP_SECRET = "wx-web", "wx-web-secret"
WEB_CODE_SECONDS = 300
DEMO = "demo:"
HANG_SECONDS = 30


@dataclass
class World:
    """What the stand-in knows and how it is to misbehave."""

    app_id: str = APP_ID
    app_secret: str = APP_SECRET
    codes: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    risky: set[str] = field(default_factory=set)
    token: str = ""
    token_counts: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    always: str = ""
    logins_left: int | None = None
    messages: Messages = field(default_factory=Messages)
    words: Words = field(default_factory=Words)
    web_codes: dict[str, tuple[str, float]] = field(default_factory=dict)
    sms: Gateway = field(default_factory=Gateway)
    lock: threading.Lock = field(default_factory=threading.Lock)
    released: threading.Event = field(default_factory=threading.Event)

    def new_code(self, openid: str) -> str:
        code = secrets.token_hex(8)
        self.codes[code] = openid
        return code

    def new_web_code(self, openid: str, minutes: int = 0) -> str:
        """What WeChat's browser brings back, so many minutes after it was made."""
        code = secrets.token_hex(16)
        self.web_codes[code] = openid, time.monotonic() - 60 * minutes
        return code

    def rotate(self) -> None:
        """Somebody else forces a new token: the old one is worth nothing."""
        self.token = secrets.token_hex(16)

    def next_fault(self) -> str:
        with self.lock:
            return self.faults.pop(0) if self.faults else self.always


def problem(code: int, text: str) -> dict[str, Any]:
    return {"errcode": code, "errmsg": text}


def code_to_session(world: World, query: dict[str, str], _: dict[str, Any]) -> dict[str, Any]:
    for name, missing in (("appid", 41002), ("secret", 41004), ("js_code", 41008)):
        if not query.get(name):
            return problem(missing, f"{name} missing")
    if query["appid"] != world.app_id:
        return problem(40013, "invalid appid")
    if query["secret"] != world.app_secret:
        return problem(40125, "invalid appsecret")
    code = query["js_code"]
    with world.lock:
        if world.logins_left is not None:
            if world.logins_left == 0:
                return problem(45011, "api minute-quota reach limit")
            world.logins_left -= 1
        if code in world.used:
            return problem(40163, "code been used")
        openid = code.split(":")[1] if code.startswith(DEMO) else world.codes.get(code)
        if not openid:
            return problem(40029, "invalid code")
        world.used.add(code)
    if openid in world.risky:
        return problem(40226, "code blocked")
    return {"openid": openid, "session_key": secrets.token_hex(12)}


def web_code_to_openid(world: World, query: dict[str, str], _: dict[str, Any]) -> dict[str, Any]:
    """网页授权: the 公众号 has an id and secret of its own."""
    if set(query) != {"appid", "secret", "code", "grant_type"}:
        return problem(40097, "invalid args")
    if query["grant_type"] != "authorization_code":
        return problem(40002, "invalid grant_type")
    if query["appid"] != WEB_APP_ID:
        return problem(40013, "invalid appid")
    if query["secret"] != WEB_APP_SECRET:
        return problem(40125, "invalid appsecret")
    with world.lock:
        if query["code"] in world.used:
            return problem(40163, "code been used")
        if query["code"] not in world.web_codes:
            return problem(40029, "invalid code")
        openid, at = world.web_codes[query["code"]]
        if time.monotonic() - at > WEB_CODE_SECONDS:
            return problem(42003, "code expired")
        world.used.add(query["code"])
    return {
        "access_token": secrets.token_hex(16), "expires_in": 7200, "openid": openid,
        "refresh_token": secrets.token_hex(16), "scope": "snsapi_base",
    }  # fmt: skip


def stable_token(world: World, _: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    if body.get("appid") != world.app_id:
        return problem(40013, "invalid appid")
    if body.get("secret") != world.app_secret:
        return problem(40125, "invalid appsecret")
    with world.lock:
        world.token = world.token or secrets.token_hex(16)
        return {"access_token": world.token, "expires_in": 7200}


def token_fault(world: World, query: dict[str, str]) -> dict[str, Any] | None:
    token = query.get("access_token")
    if not token:
        return problem(41001, "access_token missing")
    if token != world.token:
        return problem(40001, "invalid credential, access_token is invalid or not latest")
    return None


def check_words(world: World, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    fault = token_fault(world, query)
    if fault is not None:
        return fault
    with world.lock:
        return world.words.check(body)


def send_message(world: World, query: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    fault = token_fault(world, query)
    if fault is None:
        with world.lock:
            refusal = world.messages.refusal(body)
        fault = problem(*refusal) if refusal else None
    return fault or {"errcode": 0, "errmsg": "ok", "msgid": 1}


def phone_accepts(world: World, _: dict[str, str], body: dict[str, Any]) -> dict[str, Any]:
    """What WeChat's own client tells its server after the tap; the demo's phone says it here."""
    with world.lock:
        for template_id in body.get("template_ids", []):
            world.messages.accept(str(body.get("openid")), str(template_id))
    return {"errcode": 0, "errmsg": "ok"}


def last_sms(world: World, query: dict[str, str], _: dict[str, Any]) -> dict[str, Any]:
    """What the telephone of a demo person would show."""
    with world.lock:
        return {"code": world.sms.last_code(query.get("number", ""))}


ROUTES = {
    "/demo/sms": last_sms,
    "/demo/accepts": phone_accepts,
    "/sns/jscode2session": code_to_session,
    "/sns/oauth2/access_token": web_code_to_openid,
    "/cgi-bin/stable_token": stable_token,
    "/wxa/msg_sec_check": check_words,
    "/cgi-bin/message/subscribe/send": send_message,
}
FAULTS = {
    "busy": problem(-1, "system error"),
    "bad_token": problem(40001, "invalid credential"),
    "expired_token": problem(42001, "access_token expired"),
    "quota": problem(45009, "reach max api daily quota limit"),
    "odd_code": {"errcode": "x"},
    "odd_result": {"errcode": 0, "errmsg": "ok", "result": {"suggest": "maybe"}},
    "no_result": {"errcode": 0, "errmsg": "ok"},
    "odd_lifetime": {"access_token": "t", "expires_in": None},
    "odd_openid": {"openid": 5},
}


class Handler(BaseHTTPRequestHandler):
    """Answers as WeChat does: 200 with an errcode, unless told to break."""

    world: World
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve({})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.startswith("/sms/"):
            with self.world.lock:
                self._write(*self.world.sms.answer(self.path, self.headers, raw))
            return
        try:
            body = json.loads(raw or b"{}")
        except ValueError:
            self._write(200, problem(47001, "data format error"))
            return
        self._serve(body)

    def _serve(self, body: dict[str, Any]) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        with self.world.lock:
            self.world.calls[parts.path] += 1
        fault = self.world.next_fault()
        if fault == "hang":
            self.world.released.wait(HANG_SECONDS)
        elif fault == "slow":
            time.sleep(0.15)
        elif fault == "500":
            self._write(500, {"error": "server"})
            return
        elif fault == "not_json":
            self._write(200, None)
            return
        if fault in FAULTS:
            self._write(200, FAULTS[fault])
            return
        if fault.startswith("code:"):
            self._write(200, problem(int(fault.removeprefix("code:")), "ordered by the test"))
            return
        route = ROUTES.get(parts.path)
        answer = route(self.world, query, body) if route else problem(40066, "bad url")
        if fault == "done_but_silent":
            self.close_connection = True
        else:
            self._write(200, answer)

    def _write(self, status: int, body: dict[str, Any] | None) -> None:
        content = b"<html>gateway</html>" if body is None else json.dumps(body).encode()
        try:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """WeChat's access log is not ours to write: it would hold codes and secrets."""


@contextmanager
def running(world: World, port: int = 0) -> Iterator[str]:
    """Serves on loopback until the block ends; gives the base address."""
    handler = type("BoundHandler", (Handler,), {"world": world})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        world.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
