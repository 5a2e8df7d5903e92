"""The Idempotency-Key header: the client's own name for one act, the same when it sends again."""

from typing import Any
from uuid import UUID

from flask import request

from backend.app.core.errors import InvalidInput

HEADER = "Idempotency-Key"
IDEMPOTENCY_KEY: dict[str, Any] = {
    "in": "header",
    "name": HEADER,
    "required": True,
    "schema": {"type": "string", "format": "uuid"},
    "description": "the same for every attempt of one act",
}


def idempotency_key() -> UUID:
    """Raises InvalidInput when the header is missing or no UUID."""
    try:
        return UUID(request.headers.get(HEADER, ""))
    except ValueError:
        raise InvalidInput(errors={HEADER: ["必须填写，应为 UUID"]}) from None
