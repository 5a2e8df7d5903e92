"""The shapes of ballots on the wire."""

import base64
import binascii
from typing import Any

from marshmallow import fields, validate

from backend.app.core.web.schemas import IdField, MonthField, Shape

BLINDED = 256


class Token(fields.Field[bytes]):
    """256 bytes as base64url without padding: exactly as long as every other."""

    default_error_messages = {"invalid": "票面不对，请更新小程序后再试"}  # noqa: RUF012
    pattern, size = "^[0-9A-Za-z_-]{342}$", BLINDED

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "string", "pattern": self.pattern}, **kwargs)

    @staticmethod
    def decode(value: object, longest: int = BLINDED) -> bytes | None:
        """The bytes behind base64url without padding; None for anything else or longer."""
        if not isinstance(value, str) or len(value) > longest * 4 // 3 + 1 or len(value) % 4 == 1:
            return None
        try:
            padded = value.encode("ascii") + b"=" * (-len(value) % 4)
            decoded = base64.b64decode(padded, b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError, ValueError):
            return None
        # One text for one value: no second spelling of the same bytes.
        return decoded if Token.encode(decoded) == value else None

    @staticmethod
    def encode(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bytes:
        decoded = self.decode(value)
        if decoded is None or len(decoded) != self.size:
            raise self.make_error("invalid")
        return decoded

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return None if value is None else self.encode(value)


class BallotRequestShape(Shape):
    period = MonthField(required=True)
    survey = Token(required=True)
    tickets = fields.List(
        Token(), required=True, validate=validate.Length(equal=2, error="应为 2 张")
    )


class BallotsShape(Shape):
    unit = IdField(required=True)
    survey = Token(required=True)
    tickets = fields.List(Token())


class PaperRequestShape(Shape):
    period = MonthField(required=True)


class PaperShape(Shape):
    unit = IdField(required=True)
