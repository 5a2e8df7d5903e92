"""Subscription templates as data, and values made to fit before WeChat could refuse them. Pure.

The limits are those of "订阅消息参数值内容限制说明" in WeChat's documentation.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

HAN = re.compile(r"[\u4e00-\u9fff]")
PLAIN = re.compile(r"[\x20-\x7e]")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
# Control and format characters and halves of letters: WeChat refuses the first, nobody sees them.
UNSEEN = frozenset({"Cc", "Cf", "Cs"})
# Said in the environment of a template that may be sent for good after one accept (政务民生).
LONG_TERM = "长期"
DAY, MOMENT = "%Y-%m-%d", "%Y-%m-%d %H:%M"


class FieldType(StrEnum):
    """Kinds of values a template may hold, by WeChat's names."""

    THING = "thing"
    CHARACTER_STRING = "character_string"
    PHRASE = "phrase"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"


MOST = {
    FieldType.THING: 20,
    FieldType.CHARACTER_STRING: 32,
    FieldType.PHRASE: 5,
    FieldType.NUMBER: 32,
}


class DoesNotFit(ValueError):
    """A value no shortening makes acceptable; names the field."""


@dataclass(frozen=True)
class Template:
    """Our names of the values against the template's own keys and types."""

    key: str
    words: str
    fields: Mapping[str, tuple[str, FieldType]]


TICKET_MOVED = Template(
    "ticket_moved",
    "诉求有进展时告诉我",
    {
        "number": ("character_string1", FieldType.CHARACTER_STRING),
        "state": ("phrase2", FieldType.PHRASE),
        "at": ("time3", FieldType.TIME),
        "words": ("thing4", FieldType.THING),
    },
)
POINTS_CHANGED = Template(
    "points_changed",
    "积分快到期、有变动时告诉我",
    {
        "points": ("number1", FieldType.NUMBER),
        "day": ("date2", FieldType.DATE),
        "words": ("thing3", FieldType.THING),
    },
)
TEMPLATES = {template.key: template for template in (TICKET_MOVED, POINTS_CHANGED)}


def with_county_fields(template: Template, parts: Iterable[str]) -> Template:
    """The fields as the county's own template names them (`words=thing2`), where it says so.

    What it does not name its template does not have; raises DoesNotFit for a name WeChat lacks.
    """
    pairs = [part.split("=", 1) for part in parts if "=" in part]
    fields = {name: (key, kind_of(name, key)) for name, key in pairs}
    return replace(template, fields=fields) if fields else template


def kind_of(name: str, key: str) -> FieldType:
    """thing4 is a thing."""
    try:
        return FieldType(key.rstrip("0123456789"))
    except ValueError:
        raise DoesNotFit(name) from None


def fill(template: Template, values: Mapping[str, str]) -> dict[str, str]:
    """Every field of the template by its own key; raises DoesNotFit for a missing value too."""
    return {
        key: fit(name, kind, values.get(name, "")) for name, (key, kind) in template.fields.items()
    }


def fit(name: str, kind: FieldType, value: str) -> str:
    """The value as WeChat takes it; raises DoesNotFit where nothing of it is left."""
    text = " ".join("".join(map(_seen, value)).split())
    match kind:
        case FieldType.THING:
            text = _shorten(text, MOST[kind])
        case FieldType.CHARACTER_STRING:
            text = " ".join("".join(PLAIN.findall(text)).split())[: MOST[kind]].strip()
        case FieldType.PHRASE:
            text = "".join(HAN.findall(text))[: MOST[kind]]
        case FieldType.NUMBER:
            # A shortened number would be another number.
            text = text if NUMBER.fullmatch(text) and len(text) <= MOST[kind] else ""
        case FieldType.DATE:
            text = text if _written_as(text, DAY) else ""
        case FieldType.TIME:
            text = text if _written_as(text, MOMENT) else ""
    if not text:
        raise DoesNotFit(name)
    return text


def _seen(letter: str) -> str:
    if letter.isspace():
        return " "
    return "" if unicodedata.category(letter) in UNSEEN else letter


def _shorten(text: str, most: int) -> str:
    """Counts as JavaScript does, so that a rare character or a picture counts double."""
    if _units(text) <= most:
        return text
    while _units(text) >= most:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _written_as(text: str, form: str) -> bool:
    """A real moment, written exactly so."""
    try:
        return datetime.fromisoformat(text).strftime(form) == text
    except ValueError:
        return False
