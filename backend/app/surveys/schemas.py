"""The shapes of ballots on the wire."""

import base64
import binascii
from typing import Any

from marshmallow import fields, validate

from backend.app.core.schemas import Id, Month, Shape

BLINDED = 256


class Token(fields.Field[bytes]):
    """256 bytes as base64url without padding: exactly as long as every other."""

    default_error_messages = {"invalid": "票面不对,请更新小程序后再试"}  # noqa: RUF012

    def __init__(self, **kwargs: Any) -> None:
        pattern = {"type": "string", "pattern": "^[0-9A-Za-z_-]{342}$"}
        super().__init__(metadata=pattern, **kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bytes:
        if not isinstance(value, str) or len(value) != 342:
            raise self.make_error("invalid")
        try:
            decoded = base64.b64decode(value.encode("ascii") + b"==", b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError, ValueError):
            raise self.make_error("invalid") from None
        if len(decoded) != BLINDED:
            raise self.make_error("invalid")
        return decoded

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return None if value is None else base64.urlsafe_b64encode(value).decode().rstrip("=")


class BallotRequestShape(Shape):
    period = Month(required=True)
    survey = Token(required=True)
    tickets = fields.List(
        Token(), required=True, validate=validate.Length(equal=2, error="应为 2 张")
    )


class BallotsShape(Shape):
    unit = Id(required=True)
    survey = Token(required=True)
    tickets = fields.List(Token())
