"""Questions and answers of a round: their shapes, padded alike. Pure."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from backend.app.core.json_text import loads
from backend.app.scoring.levels import LEVELS

BODY = 2048
NONCE = 32
LONGEST_TEXT = 200
# A choice by its number, several of them, words, or nothing; one for each question.
Answer = int | str | list[int] | None
Slip = list[Answer]


class QuestionKind(StrEnum):
    """Five levels, one of a few, several of a few, a few words."""

    LEVEL = "level"
    SINGLE = "single"
    MULTIPLE = "multiple"
    TEXT = "text"


@dataclass(frozen=True)
class Question:
    """One question; `options` are the words to choose from, none for levels and text."""

    kind: QuestionKind
    words: str
    options: tuple[str, ...] = ()

    @property
    def choices(self) -> int:
        return len(LEVELS) if self.kind is QuestionKind.LEVEL else len(self.options)

    def as_json(self) -> dict[str, Any]:
        return {"kind": self.kind.value, "words": self.words, "options": list(self.options)}


def question_from(raw: dict[str, Any]) -> Question:
    return Question(QuestionKind(raw["kind"]), raw["words"], tuple(raw["options"]))


class BodyInvalid(ValueError):
    """The answers do not fit the questions, or the padding is not ours."""


def pad(answers: Sequence[Any], nonce: bytes = bytes(NONCE)) -> bytes:
    """Every body has the same length: two bytes of length, the answers, the nonce, zeros."""
    content = orjson.dumps({"answers": list(answers)})
    if len(content) > BODY - 2 - NONCE:
        raise BodyInvalid("too long")
    return (len(content).to_bytes(2) + content + nonce).ljust(BODY, b"\0")


def unpad(body: bytes) -> list[object]:
    """The answers; raises BodyInvalid for any other length, padding or content."""
    if len(body) != BODY:
        raise BodyInvalid("length")
    content, _, rest = _parts(body)
    if len(content) != int.from_bytes(body[:2]) or any(rest):
        raise BodyInvalid("padding")
    try:
        answers = loads(content)["answers"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise BodyInvalid("content") from None
    if not isinstance(answers, list):
        raise BodyInvalid("content")
    return answers


def digest_of(body: bytes) -> bytes:
    """SHA-256(nonce ‖ answers), which the phone keeps.

    A body without a nonce is of an earlier release: its answers could be guessed from their
    digest, so its line is one that nobody looks for.
    """
    content, nonce, _ = _parts(body)
    if not any(nonce):
        nonce = secrets.token_bytes(NONCE)
    return hashlib.sha256(nonce + content).digest()


def _parts(body: bytes) -> tuple[bytes, bytes, bytes]:
    """The answers, the nonce and the zeros behind it."""
    end = 2 + int.from_bytes(body[:2])
    return body[2:end], body[end : end + NONCE], body[end + NONCE :]


def check(questions: Sequence[Question], answers: Sequence[Any]) -> None:
    """Raises BodyInvalid unless each question has an answer of its kind, or None for skipped."""
    if len(answers) != len(questions):
        raise BodyInvalid("number of answers")
    for number, (question, answer) in enumerate(zip(questions, answers, strict=True), 1):
        if answer is not None and not _fits(question, answer):
            raise BodyInvalid(f"answer {number}")


def _fits(question: Question, answer: Any) -> bool:
    if question.kind is QuestionKind.TEXT:
        return isinstance(answer, str) and 0 < len(answer) <= LONGEST_TEXT
    if question.kind is QuestionKind.MULTIPLE:
        return (
            isinstance(answer, list)
            and len(answer) == len(set(map(str, answer)))
            and all(_is_choice(question, one) for one in answer)
        )
    return _is_choice(question, answer)


def _is_choice(question: Question, answer: Any) -> bool:
    return type(answer) is int and 0 <= answer < question.choices


def tally(question: Question, answers: Sequence[Any]) -> list[int]:
    """How many chose each option; skipped questions count nowhere."""
    counts = [0] * question.choices
    for answer in answers:
        chosen = answer if isinstance(answer, list) else [answer]
        for option in chosen:
            if type(option) is int:
                counts[option] += 1
    return counts
