"""Subscription templates as data, and values made to fit before WeChat could refuse them. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

HAN = re.compile(r"[\u4e00-\u9fff]")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}")
PLAIN = re.compile(r"[\x20-\x7e]")


class FieldType(StrEnum):
    """Kinds of values a template may hold, by WeChat's names."""

    THING = "thing"
    CHARACTER_STRING = "character_string"
    PHRASE = "phrase"
    TIME = "time"


MOST = {FieldType.THING: 20, FieldType.CHARACTER_STRING: 32, FieldType.PHRASE: 5}


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
TEMPLATES = {template.key: template for template in (TICKET_MOVED,)}


def fit(name: str, kind: FieldType, value: str) -> str:
    """The value as WeChat takes it; raises DoesNotFit where nothing of it is left."""
    text = " ".join(value.split())
    if kind is FieldType.TIME:
        if not MOMENT.fullmatch(text):
            raise DoesNotFit(name)
        return text
    if kind is FieldType.PHRASE:
        text = "".join(HAN.findall(text))
    if kind is FieldType.CHARACTER_STRING:
        text = "".join(PLAIN.findall(text))
    if not text:
        raise DoesNotFit(name)
    most = MOST[kind]
    if len(text) > most:
        text = f"{text[: most - 1]}…" if kind is FieldType.THING else text[:most]
    return text


def fill(template: Template, values: Mapping[str, str]) -> dict[str, str]:
    """Every field of the template by its own key; raises DoesNotFit for a missing value too."""
    filled = {}
    for name, (key, kind) in template.fields.items():
        if name not in values:
            raise DoesNotFit(name)
        filled[key] = fit(name, kind, values[name])
    return filled
