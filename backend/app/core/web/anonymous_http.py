"""HTTP for the anonymous application: one error shape, no log of requests, nothing that names."""

from typing import Any

import structlog
from flask import Flask, Response, current_app, jsonify, request
from werkzeug.exceptions import HTTPException

from backend.app.core.errors import DomainError
from backend.app.core.web import bodies
from backend.app.core.web.guards import open_to_all, refuse_unguarded
from backend.app.core.web.http import HEADERS, HSTS, OUR_FAULT, SENTENCES, NoSession, status_of

log = structlog.get_logger()
# Whatever could tie an answer to somebody is refused aloud, so that a careless proxy is noticed.
NAMING = ("Cookie", "Authorization", "X-Forwarded-For", "X-Real-Ip", "Forwarded", "Referer")
MOST_BYTES = 8 * 1024


def _refuse_names() -> Any:
    named = [name for name in NAMING if name in request.headers]
    named += [name for name, _ in request.headers if name.lower().startswith("x-wx")]
    if named:
        return _answer(400, "names_somebody", "匿名入口不收能认出人的信息", {"headers": named})
    return None


def _answer(status: int, code: str, message: str, errors: dict[str, list[str]]) -> Any:
    response = jsonify(code=code, message=message, errors=errors, request_id=None)
    response.status_code = status
    return response


def _finish(response: Response) -> Response:
    response.headers.extend(HEADERS)
    # No page can borrow an identity here, so every page may ask; nothing that names is let through.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    response.headers["Access-Control-Max-Age"] = "86400"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    if current_app.config["SETTINGS"].host.startswith("https://"):
        response.headers.add(*HSTS)
    return response


def answer_domain_error(error: DomainError) -> Any:
    return _answer(status_of(error), error.code, error.message, error.errors)


def answer_http_error(error: HTTPException) -> Any:
    status = error.code or 500
    code, message = SENTENCES.get(status, SENTENCES[400])
    return _answer(status, code, message, {})


def answer_crash(error: Exception) -> Any:
    """The kind alone: a frame of this application could hold an answer."""
    log.error("anonymous_crash", kind=type(error).__name__)
    return _answer(500, *OUR_FAULT, {})


@open_to_all("a load balancer asks whether the process lives")
def healthz() -> Any:
    return jsonify(status="ok")


def register(app: Flask) -> None:
    app.get("/healthz")(healthz)
    app.session_interface = NoSession()
    app.request_class = bodies.CarefulRequest
    app.url_map.converters["int"] = bodies.IdConverter
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.before_request(refuse_unguarded)
    app.before_request(_refuse_names)
    app.after_request(_finish)
    app.register_error_handler(DomainError, answer_domain_error)
    app.register_error_handler(HTTPException, answer_http_error)
    app.register_error_handler(Exception, answer_crash)
