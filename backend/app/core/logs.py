"""Structured logs: JSON lines with a request id, never personal data."""

import logging
import sys
import threading
import traceback
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog
from flask import g, has_request_context

# Whatever could name a person or open a door is cut before it is written, wherever it comes from.
MASKED_KEYS = frozenset(
    {
        "openid",
        "token",
        "access_token",
        "secret",
        "password",
        "phone",
        "words",
        "code",
        "session_key",
        "authorization",
        "cookie",
        "js_code",
        "appsecret",
        "household",
        "ticket",
    }
)

# Enough to reach our own code under all frames of the database library.
MOST_FRAMES = 40


def mask(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Replaces the value of every key that may hold a secret or a person."""
    for key in event:
        if key.lower() in MASKED_KEYS:
            event[key] = "***"
    return event


def name_request(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Says in which request it happened, where there is one."""
    request_id = current_request_id()
    if request_id:
        event["request_id"] = request_id
    return event


def current_request_id() -> str | None:
    """The name of the request this thread answers; None outside of one."""
    return g.get("request_id") if has_request_context() else None


def frames_only(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replaces an exception by its kinds and places: its text may repeat what people wrote."""
    chain = kinds_and_places(event.pop("exc_info", None))
    if chain:
        event["exception"] = chain
    return event


def kinds_and_places(error: object) -> list[dict[str, Any]]:
    """An exception and what led to it, without a word of their texts."""
    chain = []
    while isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
        chain.append(
            {
                "kind": f"{type(error).__module__}.{type(error).__qualname__}",
                "frames": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
            }
        )
        error = error.__cause__ or error.__context__
    return chain


def masked_text(error: object) -> str:
    """The same as lines, for those that keep an exception as text."""
    lines = []
    for link in kinds_and_places(error):
        lines += [str(link["kind"]), *(f"  {frame}" for frame in link["frames"])]
    return "\n".join(lines)


class MaskedRecord(logging.LogRecord):
    """What any library logs: an exception is there by its kinds and places alone."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.exc_info:
            self.exc_text, self.exc_info = masked_text(self.exc_info[1]), None


def say_masked(
    _kind: type[BaseException], error: BaseException, _trace: TracebackType | None = None
) -> None:
    """What ends a process is told like everything else."""
    structlog.get_logger().error("ended_by", exc_info=error)


def say_masked_of_thread(given: threading.ExceptHookArgs) -> None:
    structlog.get_logger().error("thread_ended_by", exc_info=given.exc_value)


def configure(level: str) -> None:
    """One JSON line an event on standard output; libraries speak from WARNING up."""
    structlog.configure(
        processors=[
            name_request,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            mask,
            frames_only,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )
    logging.setLogRecordFactory(MaskedRecord)
    sys.excepthook, threading.excepthook = say_masked, say_masked_of_thread
    # urllib3 writes full addresses, and WeChat's carry secrets, at DEBUG.
    for noisy in ("urllib3", "requests", "rq.worker"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
