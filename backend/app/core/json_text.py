"""JSON from outside, without the half emoji that a text cut at its greatest length ends in."""

import re
from typing import Any

import orjson

# A pair of escapes is one letter; the second alternative is half of such a pair, the third the same
# half written as bytes, which are no UTF-8.
HALVES = re.compile(
    rb"(\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\xed[\xa0-\xbf][\x80-\xbf]"
)


def loads(raw: bytes) -> Any:
    """The value; raises orjson.JSONDecodeError for what is no JSON."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return orjson.loads(HALVES.sub(lambda found: found[1] or b"", raw))
