"""Words of unknown people: cleaned, measured, and held back where the word list says so."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

from backend.app.core.errors import InvalidInput

MAX_LENGTH = 500
LIST_FILE = Path(__file__).with_name("held_words.txt")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
IDENTITY_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
NOT_A_WORD = re.compile(r"[\W_]+")


class WordsState(StrEnum):
    """`held` words wait for a person; nobody else sees them before."""

    NONE = "none"
    SHOWN = "shown"
    HELD = "held"


@dataclass(frozen=True)
class CheckedText:
    """The cleaned words, their state and the reason for holding them."""

    text: str | None
    state: WordsState
    reason: str | None = None


@cache
def _held_words() -> tuple[str, ...]:
    lines = LIST_FILE.read_text(encoding="utf-8").splitlines()
    return tuple(_folded(line) for line in lines if line.strip() and not line.startswith("#"))


def _folded(text: str) -> str:
    """Full-width, case, spaces and punctuation are no way round the list."""
    return NOT_A_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


def check_words(text: str | None, field: str = "words", limit: int = MAX_LENGTH) -> CheckedText:
    """Cleans and judges; raises InvalidInput when too long or not text at all."""
    if text is None or not text.strip():
        return CheckedText(None, WordsState.NONE)
    if "\x00" in text or SURROGATE.search(text):
        raise InvalidInput(errors={field: ["含有看不见的特殊字符,请删去后再发"]})
    cleaned = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(cleaned) > limit:
        raise InvalidInput(errors={field: [f"最多写 {limit} 个字,现在有 {len(cleaned)} 个"]})
    if not cleaned:
        return CheckedText(None, WordsState.NONE)
    reason = reason_to_hold(cleaned)
    return CheckedText(cleaned, WordsState.HELD if reason else WordsState.SHOWN, reason)


def reason_to_hold(text: str) -> str | None:
    """Why these words wait for a person, or None."""
    plain = unicodedata.normalize("NFKC", text)
    if PHONE.search(plain) or IDENTITY_NUMBER.search(plain):
        return "含有电话或证件号码"
    if LINK.search(plain):
        return "含有网址"
    folded = _folded(text)
    return "含有待核的词" if any(word in folded for word in _held_words()) else None
