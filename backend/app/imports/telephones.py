"""Telephones as other systems write them: the first that can be called, and a note of the rest."""

import re
import unicodedata
from dataclasses import dataclass

SPLIT = re.compile(r"[、,;/|或\n]+")
EXTENSION = re.compile(r"(?:转|分机|ext\.?|#)\s*(\d{1,6})\s*$", re.IGNORECASE)
INSIDE = re.compile(r"[\s\-()—–.]+")
CALLING_CODE = re.compile(r"^(?:\+|00)?86(?=1[3-9]\d{9}$|0?\d{9,11}$)")
MOBILE = re.compile(r"1[3-9]\d{9}")
WRITTEN_IN = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
LANDLINE = re.compile(r"(?:0\d{2,3})?[2-8]\d{6,7}")
SERVICE = re.compile(r"(?:400|800)\d{7}")
LONGEST_NOTE = 60


@dataclass(frozen=True)
class Telephone:
    """`number` can be dialled; `note` is what was written where that says more."""

    number: str | None
    note: str | None


def read_telephone(text: str) -> Telephone:
    """Never refuses and never shortens a number: what cannot be dialled stays as a note."""
    words = unicodedata.normalize("NFKC", text).strip()
    if not words:
        return Telephone(None, None)
    numbers = []
    for part in _parts(words):
        number = dialable(EXTENSION.sub("", part))
        if number:
            numbers.append(number)
    if not numbers:
        numbers = WRITTEN_IN.findall(words)
    alone = len(_parts(words)) == 1 and dialable(words) is not None
    return Telephone(numbers[0] if numbers else None, None if alone else words[:LONGEST_NOTE])


def dialable(text: str) -> str | None:
    """The digits of one number, without calling code and blanks; None for anything else."""
    plain = CALLING_CODE.sub("", INSIDE.sub("", text))
    if any(kind.fullmatch(plain) for kind in (MOBILE, LANDLINE, SERVICE)):
        return plain
    return None


def _parts(words: str) -> list[str]:
    """Numbers that stand beside each other; blanks part them where both sides are whole."""
    parts = [part.strip() for part in SPLIT.split(words) if part.strip()]
    apart: list[str] = []
    for part in parts:
        pieces = part.split()
        if len(pieces) > 1 and sum(dialable(piece) is not None for piece in pieces) > 1:
            apart += pieces
        else:
            apart.append(part)
    return apart
