"""What every marshmallow shape shares: Chinese sentences, unknown fields refused."""

from datetime import date
from typing import Any

import marshmallow as ma
from flask import request
from marshmallow import fields, validate

from backend.app.core.clock import parse_month
from backend.app.core.errors import InvalidInput
from backend.app.core.web.bodies import BIGGEST_ID, read_json

MESSAGES: dict[type[fields.Field[Any]], dict[str, str]] = {
    fields.Field: {"required": "必须填写", "null": "不能为空", "validator_failed": "内容不对"},
    fields.String: {"invalid": "应为文字", "invalid_utf8": "文字编码不对"},
    fields.Integer: {"invalid": "应为整数", "too_large": "数字太大"},
    fields.Boolean: {"invalid": "应为是或否"},
    fields.List: {"invalid": "应为列表"},
    fields.Nested: {"type": "格式不对"},
    fields.UUID: {"invalid_uuid": "编号格式不对"},
    fields.Date: {"invalid": "应为日期，如 2026-11-20", "format": "应为日期，如 2026-11-20"},
    fields.DateTime: {"invalid": "应为时间", "format": "应为时间"},
    fields.Raw: {},
}


def translate() -> None:
    """Every field says its faults in Chinese, whichever shape it stands in."""
    for kind, messages in MESSAGES.items():
        kind.default_error_messages = {**kind.default_error_messages, **messages}
    ma.Schema.error_messages = {"unknown": "不认识的栏目", "type": "格式不对"}


translate()


class Shape(ma.Schema):
    """The base of every shape of ours."""

    class Meta:
        unknown = ma.RAISE
        ordered = True


class ErrorShape(ma.Schema):
    """The one shape of every error."""

    code = fields.String(required=True, metadata={"description": "stable, for programs"})
    message = fields.String(required=True, metadata={"description": "Chinese, for people"})
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.List(fields.String()),
        metadata={"description": "by field"},
    )
    request_id = fields.String(allow_none=True)


class IdField(fields.Integer):
    """An internal id: a positive 64-bit integer."""

    def __init__(self, **kwargs: Any) -> None:
        bounds = validate.Range(min=1, max=BIGGEST_ID, error="编号不对")
        super().__init__(strict=True, validate=bounds, **kwargs)


class QueryId(fields.Integer):
    """An id in an address, where every number is text."""

    def __init__(self, **kwargs: Any) -> None:
        bounds = validate.Range(min=1, max=BIGGEST_ID, error="编号不对")
        super().__init__(validate=bounds, **kwargs)


class MonthField(fields.Field[date]):
    """A month as YYYY-MM; in Python its first day."""

    default_error_messages = {"invalid": "应为月份，如 2026-10"}  # noqa: RUF012

    def __init__(self, **kwargs: Any) -> None:
        metadata = {"pattern": r"^20[0-9]{2}-(0[1-9]|1[0-2])$", "type": "string"}
        super().__init__(metadata={**metadata, **kwargs.pop("metadata", {})}, **kwargs)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        month = parse_month(value)
        if month is None:
            raise self.make_error("invalid")
        return month

    def _serialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return None if value is None else f"{value:%Y-%m}"


def load_json(shape: ma.Schema) -> dict[str, Any]:
    """The request's body in this shape; raises InvalidInput naming the fields, or 400."""
    body = read_json(request.get_data(cache=False))
    try:
        loaded: dict[str, Any] = shape.load(body)
    except ma.ValidationError as error:
        raise InvalidInput(errors=sentences(error.messages)) from None
    return loaded


def sentences(messages: Any) -> dict[str, list[str]]:
    """{"reason_ids": {0: ["…"]}} becomes {"reason_ids.0": ["…"]}."""
    result: dict[str, list[str]] = {}
    for name, value in messages.items():
        if isinstance(value, dict):
            for inner, lines in sentences(value).items():
                result[f"{name}.{inner}"] = lines
        else:
            result[str(name)] = [str(line) for line in value]
    return result
