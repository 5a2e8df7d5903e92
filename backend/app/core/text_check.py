"""Words of unknown people: cleaned, measured, and kept for a reader where the word list says so."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from backend.app.core.errors import InvalidInput
from backend.app.core.moderated_words import is_moderated

MAX_LENGTH = 500
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
# Also with the calling code, and with blanks or strokes inside.
PHONE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[\s-]?)?1[3-9]\d(?:[\s.·—–-]?\d){8}(?!\d)")
IDENTITY_NUMBER = re.compile(r"(?<!\d)\d{6}[\s-]?(?:18|19|20)\d{6}[\s-]?\d{3}[\dXx](?!\d)")
LINK = re.compile(r"https?://|www\.", re.IGNORECASE)
MODERATED_WORD = "含有待核的词"


class WordsState(StrEnum):
    """`moderated` words wait for a person, who shows or refuses them; nobody sees them before."""

    NONE = "none"
    SHOWN = "shown"
    MODERATED = "moderated"
    REFUSED = "refused"


# Whoever may see the row may read its words.
READABLE = (WordsState.NONE, WordsState.SHOWN)


@dataclass(frozen=True)
class CheckedText:
    """The cleaned words, their state and the reason for moderating them."""

    text: str | None
    state: WordsState
    reason: str | None = None


def clean_words(text: str | None, field: str = "words", limit: int = MAX_LENGTH) -> str | None:
    """Raises InvalidInput when too long or not text at all; None where nothing is said."""
    if text is None or not text.strip():
        return None
    if "\x00" in text or SURROGATE.search(text):
        raise InvalidInput(errors={field: ["含有看不见的特殊字符，请删去后再发"]})
    cleaned = CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(cleaned) > limit:
        raise InvalidInput(errors={field: [f"最多写 {limit} 个字，现在有 {len(cleaned)} 个"]})
    return cleaned or None


def look_over(words: str | None) -> CheckedText:
    """Judges cleaned words by what is moderated in every county."""
    if words is None:
        return CheckedText(None, WordsState.NONE)
    plain = unicodedata.normalize("NFKC", words)
    reason = None
    if PHONE.search(plain) or IDENTITY_NUMBER.search(plain):
        reason = "含有电话或证件号码"
    elif LINK.search(plain):
        reason = "含有网址"
    return CheckedText(words, WordsState.MODERATED if reason else WordsState.SHOWN, reason)


def judge(county_id: int, words: str | None) -> CheckedText:
    """Judges cleaned words by the county's own list too."""
    checked = look_over(words)
    if checked.state is WordsState.SHOWN and is_moderated(county_id, checked.text or ""):
        return CheckedText(checked.text, WordsState.MODERATED, MODERATED_WORD)
    return checked
