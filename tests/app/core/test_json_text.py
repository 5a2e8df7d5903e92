"""Half an emoji is dropped wherever JSON comes in; everything else stays as it was sent."""

import orjson
import pytest

from backend.app.core.json_text import loads
from backend.app.surveys.answers import BODY, unpad
from backend.app.tickets.anonymous import letters


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (rb'"\u529e\u5f97\u597d\ud83d"', "办得好"),
        ('"办得好'.encode() + b"\xed\xa0\xbd" + b'"', "办得好"),
        (rb'"\ud83d\ud83d\udc4d"', "👍"),
        (rb'"\udc4d\u597d"', "好"),
        (rb'"\\ud83d"', "\\ud83d"),
        ('"👍 办得好"'.encode(), "👍 办得好"),
    ],
)
def test_a_half_goes_and_a_whole_stays(raw: bytes, text: str) -> None:
    assert loads(raw) == text


@pytest.mark.parametrize("raw", [b"[" * 30_000, b"{", b"\xff"])
def test_what_is_no_json_is_still_refused(raw: bytes) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        loads(raw)


def test_a_sealed_answer_a_letter_and_a_word_are_read_without_the_half() -> None:
    content = b'{"answers": ["' + "修路".encode() + rb'\ud83d"]}'
    body = len(content).to_bytes(2) + content + bytes(BODY - 2 - len(content))
    assert unpad(body) == ["修路"]
    word = rb'{"kind": "message", "words": "\u597d\ud83d"}'
    padded = len(word).to_bytes(2) + word + bytes(letters.WORD - 2 - len(word))
    assert letters.unpack_word(padded) == {"kind": "message", "words": "好"}
