"""HTTP: request ids, headers, and the one shape of every error."""

import random
import re
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import orjson
import psycopg
import redis
import structlog
from flask import Flask, Request, Response, g, jsonify, make_response, render_template, request
from flask.json.provider import JSONProvider
from flask.sessions import SessionInterface, SessionMixin
from flask_smorest import Api
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.exceptions import HTTPException

from backend.app.core import metrics
from backend.app.core.errors import (
    Conflict,
    DomainError,
    Gone,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotLoggedIn,
    TooMany,
    Unavailable,
)
from backend.app.core.web import bodies, guards
from backend.app.core.web.guards import actor, guard, on_console, open_to_all
from backend.app.core.web.schemas import ErrorShape

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

__all__ = ["JsonApi", "actor", "guard", "open_to_all", "register"]

log = structlog.get_logger()

STATUS: tuple[tuple[type[DomainError], int], ...] = (
    (InvalidInput, 422),
    (NotLoggedIn, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Gone, 410),
    (TooMany, 429),
    (Unavailable, 503),
)
SENTENCES = {
    400: ("bad_request", "发来的内容读不懂，请更新小程序后再试"),
    404: ("not_found", "没有这个地址"),
    405: ("method_not_allowed", "这一页要从上一页的按钮打开，请返回再试"),
    408: ("timeout", "网络太慢，没有传完，请再试一次"),
    413: ("too_large", "文字太多了，请分几次写"),
    415: ("wrong_content_type", "内容格式不对，应为 application/json"),
    422: ("invalid_input", InvalidInput.message),
    429: ("too_many", TooMany.message),
}
OUR_FAULT = ("internal_error", "我们这边出了差错，已经记下。请稍后再试，急事请打 12345")
CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self'; connect-src 'self'; frame-ancestors 'self'; base-uri 'none'; "
    "form-action 'self'; object-src 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
}
HSTS = ("Strict-Transport-Security", "max-age=31536000")
MEGABYTE = 1024 * 1024
REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")
JSON_METHODS = frozenset({"POST", "PUT", "PATCH"})


class OrjsonProvider(JSONProvider):
    """orjson: faster, and dates are written as RFC 3339."""

    def dumps(self, obj: Any, **_: Any) -> str:
        return orjson.dumps(obj, default=str, option=orjson.OPT_NON_STR_KEYS).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        body = orjson.dumps(
            self._prepare_response_obj(args, kwargs),
            default=str,
            option=orjson.OPT_NON_STR_KEYS,
        )
        return Response(body, mimetype="application/json")


class JsonApi(Api):
    """flask-smorest's documents and checks with our error shape."""

    ERROR_SCHEMA = ErrorShape

    def handle_http_exception(self, error: HTTPException) -> Any:
        return answer_http_error(error)


def status_of(error: DomainError) -> int:
    return next((status for kind, status in STATUS if isinstance(error, kind)), 400)


def render_page(template: str, error: DomainError | None, /, **values: Any) -> tuple[str, int]:
    """A page, or the same page with what was refused and its status."""
    return render_template(template, error=error, **values), status_of(error) if error else 200


def _wants_page() -> bool:
    return not request.path.startswith("/api") and not request.headers.get("HX-Request")


def _sent_from() -> str:
    """The page of ours whose form was sent, so that nobody has to look for it again."""
    page = urlsplit(request.referrer or "")
    if request.method != "POST" or page.netloc != request.host:
        return ""
    return f"{page.path}?{page.query}" if page.query else page.path


def answer(status: int, code: str, message: str, errors: dict[str, list[str]]) -> Response:
    """The one shape, as JSON or as a page with the same words."""
    body = {"code": code, "message": message, "errors": errors, "request_id": g.get("request_id")}
    if _wants_page() and request.accept_mimetypes.accept_html:
        page = render_template(
            "error.html", status=status, console=on_console(), back=_sent_from(), **body
        )
        return make_response(page, status)
    response = jsonify(body)
    response.status_code = status
    return response


def answer_domain_error(error: DomainError) -> Any:
    if isinstance(error, NotLoggedIn) and on_console() and _wants_page():
        return guards.send_to_login(error)
    response = answer(status_of(error), error.code, error.message, error.errors)
    retry_after = getattr(error, "retry_after", None)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def _flat(messages: Any) -> dict[str, list[str]]:
    """{"json": {"level": ["…"]}} becomes {"level": ["…"]}; nesting becomes dots."""
    flat: dict[str, list[str]] = {}

    def walk(prefix: str, value: Any) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(f"{prefix}.{key}" if prefix else str(key), inner)
        else:
            flat.setdefault(prefix, []).extend(
                map(str, value if isinstance(value, list) else [value])
            )

    for location in (messages or {}).values():
        walk("", location)
    return flat


def answer_http_error(error: HTTPException) -> Any:
    status = error.code or 500
    if status >= 500:
        code, message = OUR_FAULT
        return answer(status, code, message, {})
    if status < 400:
        return error.get_response()
    code, message = SENTENCES.get(status, ("bad_request", SENTENCES[400][1]))
    megabytes = (request.max_content_length or 0) // MEGABYTE
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE and megabytes:
        message = f"文件太大了，最多 {megabytes} MB，请换一个小一点的"
    messages = getattr(error, "data", {}).get("messages") if status == 422 else None
    response = answer(status, code, message, _flat(messages))
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def answer_bad_data(error: DataError) -> Any:
    """Something no column can hold, such as NUL or a number beyond 64 bits."""
    log.info("bad_data", path=request.path, kind=type(error.orig).__name__)
    return answer(422, InvalidInput.code, "内容里有存不下的字符或数字，请改一改再试", {})


def answer_unreachable(error: Exception) -> Any:
    """Database or Redis is away: said plainly, and worth trying again."""
    log.error("unreachable", path=request.path, kind=type(error).__name__)
    response = answer(503, Unavailable.code, Unavailable.message, {})
    response.headers["Retry-After"] = "5"
    return response


def answer_crash(error: Exception) -> Any:
    """Nobody sees a stack trace; the log has it, without the values that were sent."""
    log.error("crash", path=request.path, kind=type(error).__name__, exc_info=error)
    return answer(500, *OUR_FAULT, {})


def _begin() -> Any:
    """Names the request and refuses what is no JSON; runs before every view, so it asks little."""
    asked, kept = request._get_current_object(), g._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    environ = asked.environ
    given = environ.get("HTTP_X_REQUEST_ID", "")
    # A name for the log, not a secret: asking the kernel for randomness would cost more.
    kept.request_id = given if REQUEST_ID.fullmatch(given) else f"{random.getrandbits(64):016x}"
    kept.began = time.perf_counter()
    if (
        environ["REQUEST_METHOD"] in JSON_METHODS
        and environ["PATH_INFO"].startswith("/api/")
        and environ.get("CONTENT_TYPE") != "application/json"
        and asked.content_length
        and asked.mimetype not in ("application/json", "multipart/form-data")
    ):
        return answer(415, *SENTENCES[415], {})
    return None


def _tell_unchanged(response: Response) -> None:
    """A phone that holds this very answer is told so in a few bytes instead."""
    if response.mimetype == "application/json" and not response.is_streamed:
        response.add_etag()
        response.make_conditional(request)


def _finish(response: Response) -> Response:
    asked, kept = request._get_current_object(), g._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    status, headers = response.status_code, response.headers
    headers["X-Request-Id"] = kept.get("request_id", "")
    if asked.path.startswith("/console"):
        # Files too: nothing of the console may lie in a browser after its owner has logged out.
        headers["Cache-Control"] = "private, no-store"
    elif asked.path.startswith("/api/") and "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    headers.extend(kept.get("rate_limit", {}))
    if status == 200 and asked.method == "GET" and asked.path.startswith("/api/"):
        _tell_unchanged(response)
    seconds = time.perf_counter() - kept.get("began", time.perf_counter())
    metrics.observe_request(asked.endpoint or "none", status, seconds)
    if status >= 400 or asked.method not in guards.SAFE_METHODS:
        log.info(
            "request",
            endpoint=asked.endpoint,
            method=asked.method,
            status=status,
            ms=round(seconds * 1000, 1),
        )
    return response


class PlainFlask(Flask):
    """Flask whose views are plain functions; asking each one, at every request, takes time."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


class SafeHeaders:
    """Adds the headers that every answer carries, once for all and outside of Flask.

    A page may bring a policy of its own, as the phone's frame does, which needs a microphone.
    """

    def __init__(self, application: "WSGIApplication", https: bool) -> None:
        self.application = application
        self.safe = [*HEADERS.items(), *([HSTS] if https else [])]

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        def begin(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            own = {name for name, _ in headers if name in HEADERS}
            safe = [item for item in self.safe if item[0] not in own] if own else self.safe
            return start_response(status, headers + safe, *error)

        return self.application(environ, begin)


class NoSession(SessionInterface):
    """Our sessions live in Redis; Flask's signed cookie is neither read nor written."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:  # noqa: ARG002
        return self.make_null_session(app)

    def is_null_session(self, obj: object) -> bool:  # noqa: ARG002
        return True


def register(app: Flask) -> None:
    """Hangs all of this on the application."""
    app.session_interface = NoSession()
    app.request_class = bodies.CarefulRequest
    app.url_map.converters["int"] = bodies.IdConverter
    app.json = OrjsonProvider(app)
    app.wsgi_app = SafeHeaders(app.wsgi_app, app.config["SETTINGS"].https)  # type: ignore[method-assign]
    app.before_request(_begin)
    app.after_request(_finish)
    app.register_error_handler(DomainError, answer_domain_error)
    app.register_error_handler(DataError, answer_bad_data)
    for away in (redis.RedisError, OperationalError, psycopg.OperationalError):
        app.register_error_handler(away, answer_unreachable)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(Exception, answer_crash)
