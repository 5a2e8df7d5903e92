"""An anonymous ticket on its way: words and photos in one body of one of two lengths. Pure.

Four bytes of length (big-endian), that many of JSON, the photos one after the other, zeros.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson

from backend.app.core.json_text import loads
from backend.app.core.web.boxes import is_code
from backend.app.tickets.kinds import TicketKind

# Whoever watches the line sees whether photos were sent, and nothing else.
SHORT, LONG = 4096, 1024 * 1024
SIZES = (SHORT, LONG)
WORD = 2048
MOST_PHOTOS = 3
LONGEST = 1000
KINDS = (TicketKind.HELP, TicketKind.COMPLAINT, TicketKind.SUGGESTION, TicketKind.REPORT)
FIELDS = {"kind", "category", "village_id", "words", "about_cadres", "receipt", "photos"}
HEADER, LOOKUP, RECEIPT = 4, 32, 16


class LetterInvalid(ValueError):
    """Names the part that is wrong, in the words of the person who reads it."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part, self.message = part, message


@dataclass(frozen=True)
class Letter:
    """What somebody without a name asks for; `receipt` opens its answers."""

    kind: TicketKind
    words: str | None
    receipt: str
    category: str | None = None
    village_id: int | None = None
    about_cadres: bool = False
    photos: tuple[bytes, ...] = ()


def unpack(body: bytes) -> Letter:
    """Raises LetterInvalid for any other length, padding or content."""
    if len(body) not in SIZES:
        raise LetterInvalid("body", "长度不对")
    length = int.from_bytes(body[:HEADER])
    try:
        given = loads(body[HEADER : HEADER + length])
    except orjson.JSONDecodeError:
        raise LetterInvalid("body", "内容读不出来") from None
    if not isinstance(given, dict) or set(given) != FIELDS:
        raise LetterInvalid("body", "栏目不对")
    return Letter(
        _kind(given["kind"]),
        _text(given["words"]),
        _receipt(given["receipt"]),
        _category(given["category"]),
        _whole(given["village_id"]),
        given["about_cadres"] is True,
        _photos(given["photos"], body[HEADER + length :]),
    )


def pack(letter: Letter) -> bytes:
    """The body of a letter, in the shorter length where it has no photos; raises LetterInvalid."""
    content = orjson.dumps(
        {
            "kind": letter.kind.value,
            "category": letter.category,
            "village_id": letter.village_id,
            "words": letter.words or "",
            "about_cadres": letter.about_cadres,
            "receipt": letter.receipt,
            "photos": [len(photo) for photo in letter.photos],
        }
    )
    whole = len(content).to_bytes(HEADER) + content + b"".join(letter.photos)
    size = LONG if letter.photos else SHORT
    if len(whole) > size:
        raise LetterInvalid("photos" if letter.photos else "words", "太大了，请少放一张照片")
    return whole + bytes(size - len(whole))


def unpack_word(body: bytes) -> Any:
    """The JSON of a word; raises LetterInvalid for any other length, padding or content."""
    length = int.from_bytes(body[:2])
    if len(body) != WORD or any(body[2 + length :]):
        raise LetterInvalid("word", "长度不对")
    try:
        return loads(body[2 : 2 + length])
    except orjson.JSONDecodeError:
        raise LetterInvalid("word", "内容读不出来") from None


def enclose(lookup: bytes, letter: Letter) -> bytes:
    """What is sealed at the door: what a receipt looks up, and the letter without the receipt."""
    return lookup + pack(replace(letter, receipt="0" * RECEIPT))


def disclose(content: bytes) -> tuple[bytes, Letter]:
    """The look-up value and the letter; raises LetterInvalid."""
    return content[:LOOKUP], unpack(content[LOOKUP:])


def _kind(value: Any) -> TicketKind:
    if value not in KINDS:
        raise LetterInvalid("kind", "请选求助、投诉、建议或举报")
    return TicketKind(value)


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        raise LetterInvalid("words", "请写几句话")
    return value.strip() or None


def _receipt(value: Any) -> str:
    if not isinstance(value, str) or not is_receipt(value):
        raise LetterInvalid("receipt", "回执码应为 16 位数字")
    return value


def is_receipt(value: str) -> bool:
    return is_code(value, RECEIPT)


def _category(value: Any) -> str | None:
    if value is not None and (not isinstance(value, str) or len(value) > 40):
        raise LetterInvalid("category", "请重新选一类")
    return value


def _whole(value: Any) -> int | None:
    if value is not None and (type(value) is not int or not 0 < value < 2**62):
        raise LetterInvalid("village_id", "请重新选村")
    return value


def _photos(sizes: Any, rest: bytes) -> tuple[bytes, ...]:
    if not isinstance(sizes, list) or len(sizes) > MOST_PHOTOS:
        raise LetterInvalid("photos", f"最多 {MOST_PHOTOS} 张照片")
    if not all(type(size) is int and size > 0 for size in sizes) or sum(sizes) > len(rest):
        raise LetterInvalid("photos", "照片没有传完整")
    if any(rest[sum(sizes) :]):
        raise LetterInvalid("body", "补白不对")
    return tuple(_cut(rest, sizes))


def _cut(rest: bytes, sizes: Sequence[int]) -> list[bytes]:
    found, start = [], 0
    for size in sizes:
        found.append(rest[start : start + size])
        start += size
    return found
