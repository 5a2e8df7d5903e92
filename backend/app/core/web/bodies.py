"""What comes in, made fit before anything reads it: JSON bodies, form fields, addresses.

Half an emoji is dropped, as a phone's keyboard leaves it behind. NUL, numbers that no column holds
and JSON nested without end are refused, with the field's name where there is one.
"""

from typing import Any

import flask_smorest
import orjson
from flask import Request
from webargs.core import missing
from webargs.flaskparser import FlaskParser, is_json_request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter, ValidationError

from backend.app.core.errors import InvalidInput
from backend.app.core.json_text import loads

BIGGEST_ID = 2**63 - 1
NUL = b"\\u0000"
# Longer than any number, code or order of a county; int() itself gives up at 4,300.
MOST_DIGITS = 400
FORBIDDEN = "含有看不见的特殊字符，请删去后再发"


def read_json(raw: bytes) -> Any:
    """The value a body holds; raises BadRequest for what is no JSON, InvalidInput for NUL."""
    try:
        value = loads(raw)
    except orjson.JSONDecodeError:
        raise BadRequest from None
    if NUL in raw:
        _refuse_nul(value, "")
    return value


def _refuse_nul(value: Any, path: str) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise InvalidInput(errors={path or "body": [FORBIDDEN]})
        return
    named = value if isinstance(value, dict) else {}
    if isinstance(value, list):
        named = dict(enumerate(value))
    for name, inner in named.items():
        _refuse_nul(str(name), path)
        _refuse_nul(inner, f"{path}.{name}" if path else str(name))


class JsonParser(FlaskParser):
    """flask-smorest's reader of bodies, with our reading of JSON."""

    def _raw_load_json(self, req: Request) -> Any:
        return read_json(req.get_data(cache=False)) if is_json_request(req) else missing


class Blueprint(flask_smorest.Blueprint):
    """A part of the API; its bodies are read by `read_json`."""

    ARGUMENTS_PARSER = JsonParser()


class Fields(ImmutableMultiDict[str, Any]):
    """A query string or form whose values any column may meet; raises InvalidInput."""

    def __init__(self, mapping: Any = None) -> None:
        super().__init__(mapping)
        for name, value in self.items(multi=True):
            # Of a form in parts this class holds the files as well, and a part may have no name.
            words = [word for word in (name, value) if isinstance(word, str)]
            if any("\x00" in one for one in words):
                raise InvalidInput(errors={str(name).replace("\x00", ""): [FORBIDDEN]})
            if any(len(one) > MOST_DIGITS and _is_number(one) for one in words):
                raise InvalidInput(errors={str(name)[:40]: ["数字太大"]})


def _is_number(text: str) -> bool:
    return text.strip().lstrip("+-").isdecimal()


class CarefulRequest(Request):
    """A request whose fields were looked at."""

    parameter_storage_class = Fields


class IdConverter(IntegerConverter):
    """A number in an address; one that no column could hold is no address of ours."""

    def to_python(self, value: str) -> int:
        if len(value) > len(str(BIGGEST_ID)):
            raise ValidationError
        number: int = super().to_python(value)
        if number > BIGGEST_ID:
            raise ValidationError
        return number
